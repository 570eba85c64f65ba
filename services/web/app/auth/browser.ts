import { Problem } from '../api/problem';
import { localStore } from '../lib/storage';
import { SessionKeeper, type SessionDeps, type TabMessage } from './session';

const LOCK_NAME = 'folkmoot-refresh';

const tabs = 'BroadcastChannel' in window ? new BroadcastChannel('folkmoot-session') : null;

async function post(path: string, body: unknown, token: string | null): Promise<unknown> {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (token !== null) headers.authorization = `Bearer ${token}`;
  const response = await fetch(path, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
    credentials: 'same-origin',
  }).catch(() => {
    throw Problem.unreachable();
  });
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) throw Problem.from(response.status, response.headers, answer);
  return answer;
}

/** Web Locks exist in secure contexts only; without them tabs renew each for itself. */
const exclusively: SessionDeps['exclusively'] = async (task) => {
  if (!('locks' in navigator)) return task();
  return await navigator.locks.request(LOCK_NAME, task);
};

/** The one session of this page. */
export const session = new SessionKeeper({
  post,
  exclusively,
  tell: (message) => tabs?.postMessage(message),
  storage: localStore,
  now: () => Date.now(),
});

tabs?.addEventListener('message', (event: MessageEvent<TabMessage>) => session.hear(event.data));
