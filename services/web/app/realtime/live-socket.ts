import type { RefreshOutcome } from '../auth/session';
import { Store } from '../lib/store';
import { IDLE, step, type ConnectionEffect, type ConnectionEvent } from './connection';

export interface LiveSocketOptions {
  /** The address of the next try; asked each time because `since` changes. */
  url: () => string;
  token: () => Promise<string | null>;
  refresh: () => Promise<RefreshOutcome>;
  onFrame: (frame: Record<string, unknown>) => void;
  onOpen: () => void;
  onClose: (code: number) => void;
}

const SUBPROTOCOL = 'access_token';
/** Open for this long counts as stable. */
const STABLE_MS = 10_000;
/** Silence after which the peer is asked for a sign of life. */
const PING_AFTER_MS = 25_000;
/** No sign of life within this: the connection is dead, whatever the browser believes. */
const PONG_WITHIN_MS = 10_000;
/** A socket that has not opened by then will not. */
const OPEN_WITHIN_MS = 15_000;
const CLOSE_ABANDONED = 1006;

/** A WebSocket that comes back: runs the policy of `connection.ts` on the real thing. */
export class LiveSocket {
  readonly state = new Store(IDLE);
  readonly #options: LiveSocketOptions;
  #socket: WebSocket | null = null;
  #waitTimer: ReturnType<typeof setTimeout> | undefined;
  #stableTimer: ReturnType<typeof setTimeout> | undefined;
  #watchTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: LiveSocketOptions) {
    this.#options = options;
  }

  start(): void {
    window.addEventListener('online', this.#onOnline);
    window.addEventListener('offline', this.#onOffline);
    document.addEventListener('visibilitychange', this.#onVisible);
    this.#dispatch({ type: 'start' });
  }

  stop(): void {
    window.removeEventListener('online', this.#onOnline);
    window.removeEventListener('offline', this.#onOffline);
    document.removeEventListener('visibilitychange', this.#onVisible);
    this.#dispatch({ type: 'stop' });
  }

  /** Tries now instead of when the wait is over. */
  retry(): void {
    this.#dispatch({ type: 'retry' });
  }

  /** False when there is no open connection; the frame is then not sent. */
  send(frame: object): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /** Gives up the present connection; the policy decides what follows. */
  abandon(): void {
    const socket = this.#socket;
    if (socket === null) return;
    this.#drop();
    socket.close(4000);
    this.#closed(CLOSE_ABANDONED);
  }

  readonly #onOnline = () => {
    this.#dispatch({ type: 'online' });
    this.#ask();
  };
  readonly #onOffline = () => {
    this.#dispatch({ type: 'offline' });
    this.#ask();
  };
  readonly #onVisible = () => {
    // After sleep a socket may look open and be dead.
    if (document.visibilityState === 'visible') this.#ask();
  };

  #dispatch(event: ConnectionEvent): void {
    const [next, effects] = step(this.state.get(), event);
    this.state.set(next);
    for (const effect of effects) this.#run(effect);
  }

  #run(effect: ConnectionEffect): void {
    clearTimeout(this.#waitTimer);
    switch (effect.type) {
      case 'connect':
        void this.#connect();
        return;
      case 'wait':
        this.#waitTimer = setTimeout(() => this.#dispatch({ type: 'retry' }), effect.ms);
        return;
      case 'refresh':
        void this.#refresh();
        return;
      case 'disconnect': {
        const socket = this.#socket;
        this.#drop();
        socket?.close(1000);
      }
    }
  }

  async #connect(): Promise<void> {
    const token = await this.#options.token();
    if (this.state.get().phase !== 'connecting' || this.#socket !== null) return;
    if (token === null) {
      this.#closed(CLOSE_ABANDONED);
      return;
    }
    const socket = new WebSocket(this.#options.url(), [SUBPROTOCOL, token]);
    this.#socket = socket;
    this.#watch(OPEN_WITHIN_MS);
    socket.onopen = () => this.#opened();
    socket.onmessage = (event: MessageEvent<unknown>) => this.#received(event.data);
    socket.onclose = (event) => {
      if (this.#socket !== socket) return;
      this.#drop();
      this.#closed(event.code);
    };
  }

  async #refresh(): Promise<void> {
    const outcome = await this.#options.refresh();
    if (outcome === 'ok') this.#dispatch({ type: 'refreshed' });
    else {
      const denied = outcome === 'denied';
      this.#dispatch({ type: 'refresh_failed', denied, random: Math.random() });
    }
  }

  #opened(): void {
    this.#dispatch({ type: 'opened' });
    this.#stableTimer = setTimeout(() => this.#dispatch({ type: 'stable' }), STABLE_MS);
    this.#listen();
    this.#options.onOpen();
  }

  #received(data: unknown): void {
    this.#listen();
    const frame = parseFrame(data);
    if (frame === null) return;
    if (frame.type === 'reconnect') {
      const afterMs = typeof frame.after_ms === 'number' ? frame.after_ms : 0;
      this.#dispatch({ type: 'hint', afterMs });
    }
    this.#options.onFrame(frame);
  }

  #closed(code: number): void {
    const { onLine } = navigator;
    this.#dispatch({ type: 'closed', code, random: Math.random(), online: onLine });
    this.#options.onClose(code);
  }

  /** Waits for silence, then asks. */
  #listen(): void {
    clearTimeout(this.#watchTimer);
    this.#watchTimer = setTimeout(() => this.#ask(), PING_AFTER_MS);
  }

  #ask(): void {
    if (!this.send({ type: 'ping' })) return;
    this.#watch(PONG_WITHIN_MS);
  }

  #watch(ms: number): void {
    clearTimeout(this.#watchTimer);
    this.#watchTimer = setTimeout(() => this.abandon(), ms);
  }

  #drop(): void {
    clearTimeout(this.#watchTimer);
    clearTimeout(this.#stableTimer);
    if (this.#socket === null) return;
    this.#socket.onopen = null;
    this.#socket.onmessage = null;
    this.#socket.onclose = null;
    this.#socket = null;
  }
}

function parseFrame(data: unknown): Record<string, unknown> | null {
  if (typeof data !== 'string') return null;
  try {
    const frame: unknown = JSON.parse(data);
    return typeof frame === 'object' && frame !== null ? (frame as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** `ws:` or `wss:` address of `path` on this site. */
export function socketUrl(path: string, query: Record<string, string> = {}): string {
  const url = new URL(path, location.origin);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.search = new URLSearchParams(query).toString();
  return url.href;
}
