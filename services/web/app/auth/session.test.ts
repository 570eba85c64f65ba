import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Problem } from '../api/problem';
import { memoryStore } from '../lib/storage';
import { SessionKeeper, type SessionDeps, type TabMessage } from './session';

const user = { id: 'u1', username: 'ada', email: 'ada@example.org', roles: [], created_at: '' };
const answer = (token: string) => ({
  user,
  access_token: token,
  expires_in: 900,
  refresh_token: 'r',
});

function keeper(post: SessionDeps['post'], hint = true) {
  const storage = memoryStore();
  if (hint) storage.set('folkmoot.session', '1');
  const told: TabMessage[] = [];
  const session = new SessionKeeper({
    post,
    exclusively: (task) => task(),
    tell: (message) => told.push(message),
    storage,
    now: () => Date.now(),
  });
  return { session, told, storage };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('session', () => {
  test('a first visit asks the server nothing', async () => {
    const post = vi.fn();
    const { session } = keeper(post, false);
    await session.start();
    expect(post).not.toHaveBeenCalled();
    expect(session.state.get().status).toBe('signed_out');
  });

  test('takes up an earlier session and never keeps the refresh token', async () => {
    const { session, told } = keeper(() => Promise.resolve(answer('t1')));
    await session.start();
    expect(session.state.get()).toEqual({ status: 'signed_in', user });
    expect(await session.freshToken()).toBe('t1');
    expect(JSON.stringify(told)).not.toContain('refresh_token');
  });

  test('renews before the end, by itself', async () => {
    let count = 0;
    const { session } = keeper(() => Promise.resolve(answer(`t${(count += 1)}`)));
    await session.start();
    await vi.advanceTimersByTimeAsync(800_000);
    expect(await session.freshToken()).toBe('t2');
  });

  test('calls at the same time share one request', async () => {
    const post = vi.fn(() => Promise.resolve(answer('t1')));
    const { session } = keeper(post);
    await Promise.all([session.refresh(), session.refresh(), session.freshToken()]);
    expect(post).toHaveBeenCalledTimes(1);
  });

  test('uses what another tab renewed while it waited for its turn', async () => {
    const post = vi.fn(() => Promise.resolve(answer('t1')));
    const { session } = keeper(post);
    const tabSession = { user, access_token: 't9', expires_in: 900 };
    const waiting = new SessionKeeper({
      post,
      exclusively: (task) => {
        waiting.hear({ kind: 'session', session: tabSession });
        return task();
      },
      tell: () => undefined,
      storage: memoryStore(),
      now: () => Date.now(),
    });
    expect(await waiting.refresh()).toBe('ok');
    expect(post).not.toHaveBeenCalled();
    expect(await waiting.freshToken()).toBe('t9');
    expect(session.state.get().status).toBe('starting');
  });

  test('an unreachable server does not end the session, a refusal does', async () => {
    let failure = Problem.unreachable();
    const { session, storage } = keeper(() => Promise.reject(failure));
    expect(await session.start()).toBe('unreachable');
    expect(session.state.get().status).toBe('starting');
    failure = new Problem(503, 'unavailable', 'later');
    expect(await session.start()).toBe('unreachable');
    failure = new Problem(401, 'invalid_refresh', 'over');
    expect(await session.start()).toBe('denied');
    expect(session.state.get().status).toBe('signed_out');
    expect(storage.get('folkmoot.session')).toBeNull();
  });

  test('log out ends it here and in the other tabs even without a server', async () => {
    const { session, told } = keeper((path) =>
      path.endsWith('logout')
        ? Promise.reject(Problem.unreachable())
        : Promise.resolve(answer('t')),
    );
    await session.start();
    await session.logout();
    expect(session.state.get().status).toBe('signed_out');
    expect(told.at(-1)).toEqual({ kind: 'signed_out' });
  });

  test('a visitor has no token, and asks for none', async () => {
    const post = vi.fn();
    const { session } = keeper(post, false);
    await session.start();
    expect(await session.freshToken()).toBeNull();
    expect(post).not.toHaveBeenCalled();
  });

  test('a registration that waits for a mail is no session yet', async () => {
    const { session } = keeper(() => Promise.resolve({ detail: 'a mail is on its way' }), false);
    await session.start();
    expect(await session.register('ada@example.org', 'ada', 'password')).toBe('mail_sent');
    expect(session.state.get().status).toBe('signed_out');
  });

  test('refuses an answer that is not a session', async () => {
    const { session } = keeper(() => Promise.resolve({ hello: 'world' }));
    await expect(session.login('ada', 'password')).rejects.toThrow(Problem);
  });
});
