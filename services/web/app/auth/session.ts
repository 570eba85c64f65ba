import { Problem } from '../api/problem';
import type { Session, User } from '../api/types';
import type { KeyValue } from '../lib/storage';
import { Store } from '../lib/store';

export interface AuthState {
  /** `starting`: not known yet, because the server has not answered. */
  status: 'starting' | 'signed_out' | 'signed_in';
  user: User | null;
}

/** `denied`: the session is over. `unreachable`: nothing is known, try again. */
export type RefreshOutcome = 'ok' | 'denied' | 'unreachable';

export interface SessionDeps {
  /** POST to the identity service with JSON; throws `Problem`. */
  post: (path: string, body: unknown, token: string | null) => Promise<unknown>;
  /** Runs `task` while no other tab of this browser runs one. */
  exclusively: (task: () => Promise<RefreshOutcome>) => Promise<RefreshOutcome>;
  /** Tells the other tabs. */
  tell: (message: TabMessage) => void;
  storage: KeyValue;
  now: () => number;
}

export type TabMessage = { kind: 'session'; session: Session } | { kind: 'signed_out' };

/** Refresh this long before the access token ends. */
const MARGIN_MS = 60_000;
/** Set while a refresh cookie probably exists, so that first visits cause no failing request. */
const HINT_KEY = 'folkmoot.session';

/**
 * Keeps the access token in memory and renews it through the HttpOnly refresh cookie.
 * Renewal happens once at a time over all tabs: a rotated cookie that is used twice would
 * look like theft and end the session.
 */
export class SessionKeeper {
  readonly state = new Store<AuthState>({ status: 'starting', user: null });
  readonly #deps: SessionDeps;
  #token: string | null = null;
  #expiresAt = 0;
  #refreshing: Promise<RefreshOutcome> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(deps: SessionDeps) {
    this.#deps = deps;
  }

  /** Takes up the session of an earlier visit, if there is one. */
  async start(): Promise<RefreshOutcome> {
    if (this.#deps.storage.get(HINT_KEY) === null) {
      this.#end();
      return 'denied';
    }
    return this.refresh();
  }

  /** `mail_sent`: there is no session before the address is proven. */
  async register(
    email: string,
    username: string,
    password: string,
  ): Promise<'signed_in' | 'mail_sent'> {
    const account = { email, username, password };
    const answer = await this.#deps.post('/api/auth/register', account, null);
    if (isPromiseOfMail(answer)) return 'mail_sent';
    this.#open(answer);
    return 'signed_in';
  }

  async login(identifier: string, password: string): Promise<void> {
    this.#open(await this.#deps.post('/api/auth/login', { identifier, password }, null));
  }

  /** Ends the session here and in the other tabs, even when the server is out of reach. */
  async logout(): Promise<void> {
    const token = this.#token;
    this.#end();
    this.#deps.tell({ kind: 'signed_out' });
    await this.#deps.post('/api/auth/logout', {}, token).catch(() => undefined);
  }

  /** The session is over at the server already: it ends here and in the other tabs too. */
  forget(): void {
    this.#end();
    this.#deps.tell({ kind: 'signed_out' });
  }

  /** A token that is good for a while yet, or null when there is none to be had. */
  async freshToken(): Promise<string | null> {
    if (this.#isFresh()) return this.#token;
    // A visitor has none to renew.
    if (this.state.get().status === 'signed_out') return null;
    const outcome = await this.refresh();
    return outcome === 'ok' ? this.#token : null;
  }

  /** Renews the token now. Calls at the same time share one request. */
  refresh(): Promise<RefreshOutcome> {
    this.#refreshing ??= this.#refreshExclusively().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  /** What another tab told. */
  hear(message: TabMessage): void {
    if (message.kind === 'session') this.#adopt(message.session);
    else this.#end();
  }

  async #refreshExclusively(): Promise<RefreshOutcome> {
    const before = this.#token;
    return this.#deps.exclusively(async () => {
      // Another tab may have done it while this one waited.
      if (this.#token !== before && this.#isFresh()) return 'ok';
      try {
        this.#open(await this.#deps.post('/api/auth/refresh', {}, null));
        return 'ok';
      } catch (error) {
        return this.#refreshFailed(error);
      }
    });
  }

  #refreshFailed(error: unknown): RefreshOutcome {
    const status = error instanceof Problem ? error.status : 0;
    if (status !== 400 && status !== 401 && status !== 403) return 'unreachable';
    this.#end();
    return 'denied';
  }

  #open(answer: unknown): void {
    const session = readSession(answer);
    this.#adopt(session);
    this.#deps.tell({ kind: 'session', session });
  }

  #adopt(session: Session): void {
    this.#token = session.access_token;
    this.#expiresAt = this.#deps.now() + session.expires_in * 1000;
    this.#deps.storage.set(HINT_KEY, '1');
    this.state.set({ status: 'signed_in', user: session.user });
    this.#schedule(session.expires_in * 1000);
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#token = null;
    this.#deps.storage.remove(HINT_KEY);
    this.state.set({ status: 'signed_out', user: null });
  }

  #schedule(lifetimeMs: number): void {
    clearTimeout(this.#timer);
    const delay = Math.max(lifetimeMs / 2, lifetimeMs - 2 * MARGIN_MS);
    this.#timer = setTimeout(() => void this.refresh(), delay);
  }

  #isFresh(): boolean {
    return this.#token !== null && this.#deps.now() < this.#expiresAt - MARGIN_MS / 2;
  }
}

function isPromiseOfMail(answer: unknown): boolean {
  const fields = (answer ?? {}) as Record<string, unknown>;
  return typeof fields.detail === 'string' && fields.access_token === undefined;
}

/** The parts of the answer that are kept. The refresh token in it is not: the cookie has it. */
function readSession(answer: unknown): Session {
  const { user, access_token, expires_in } = (answer ?? {}) as Partial<Session>;
  if (!user || typeof access_token !== 'string' || typeof expires_in !== 'number') {
    throw new Problem(502, 'bad_answer', 'The server gave an answer that makes no sense.');
  }
  return { user, access_token, expires_in };
}
