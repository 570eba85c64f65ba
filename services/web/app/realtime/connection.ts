import { RECONNECT, fullJitter } from './backoff';

/** Close code of an expired or revoked token. */
export const CLOSE_UNAUTHORISED = 3500;
/** Close code of a frame that was too big. */
export const CLOSE_TOO_BIG = 1009;

export type Phase =
  'idle' | 'connecting' | 'open' | 'waiting' | 'refreshing' | 'offline' | 'stopped';

export interface ConnectionState {
  phase: Phase;
  /** Failed tries since the connection was last stable. */
  attempt: number;
  /** Wait that the server asked for with a `reconnect` frame, in ms. */
  hintMs: number | null;
  /** The token was renewed since the connection was last stable. */
  refreshed: boolean;
  /** Sockets in a row that closed before they opened. */
  failedOpens: number;
  /** Why it is `stopped`. */
  closeCode: number | null;
}

export type ConnectionEvent =
  | { type: 'start' }
  | { type: 'stop' }
  | { type: 'opened' }
  /** Open for long enough to trust it. */
  | { type: 'stable' }
  | { type: 'closed'; code: number; random: number; online: boolean }
  | { type: 'hint'; afterMs: number }
  /** The wait is over, or the person asked for a try. */
  | { type: 'retry' }
  | { type: 'refreshed' }
  | { type: 'refresh_failed'; denied: boolean; random: number }
  | { type: 'online' }
  | { type: 'offline' };

export type ConnectionEffect =
  { type: 'connect' } | { type: 'wait'; ms: number } | { type: 'refresh' } | { type: 'disconnect' };

type Step = [ConnectionState, ConnectionEffect[]];

export const IDLE: ConnectionState = {
  phase: 'idle',
  attempt: 0,
  hintMs: null,
  refreshed: false,
  failedOpens: 0,
  closeCode: null,
};

/** A browser hides why a socket did not open; after so many the token is suspected. */
const SUSPECT_TOKEN_AFTER = 2;
/** Sent too fast: begin further up the backoff. */
const CLOSE_POLICY = 1008;
const RATE_ABUSE_ATTEMPT = 4;

const ALL: Phase[] = ['idle', 'connecting', 'open', 'waiting', 'refreshing', 'offline', 'stopped'];

/** The phases in which an event means something; in the others it is late and ignored. */
const HEARD_IN: Record<ConnectionEvent['type'], readonly Phase[]> = {
  start: ['idle', 'stopped'],
  stop: ALL,
  opened: ['connecting'],
  stable: ['open'],
  closed: ['connecting', 'open'],
  hint: ['open'],
  retry: ['waiting', 'offline', 'stopped'],
  refreshed: ['refreshing'],
  refresh_failed: ['refreshing'],
  online: ['waiting', 'offline'],
  offline: ['waiting'],
};

/** The whole reconnect policy: what happens next, and what to do for it. Pure. */
export function step(state: ConnectionState, event: ConnectionEvent): Step {
  return HEARD_IN[event.type].includes(state.phase) ? react(state, event) : [state, []];
}

function react(state: ConnectionState, event: ConnectionEvent): Step {
  switch (event.type) {
    case 'start':
      return connect(IDLE);
    case 'stop':
      return [IDLE, [{ type: 'disconnect' }]];
    case 'opened':
      return [{ ...state, phase: 'open', failedOpens: 0, hintMs: null }, []];
    case 'stable':
      return [{ ...state, attempt: 0, refreshed: false }, []];
    case 'hint':
      return [{ ...state, hintMs: Math.max(0, event.afterMs) }, []];
    case 'closed':
      return closed(state, event);
    case 'retry':
    case 'refreshed':
      return connect(state);
    case 'refresh_failed':
      return refreshFailed(state, event);
    case 'online':
      return connect({ ...state, attempt: 0 });
    case 'offline':
      return [{ ...state, phase: 'offline' }, []];
  }
}

function connect(state: ConnectionState): Step {
  return [{ ...state, phase: 'connecting', closeCode: null }, [{ type: 'connect' }]];
}

function closed(state: ConnectionState, event: ConnectionEvent & { type: 'closed' }): Step {
  const { code } = event;
  if (code === CLOSE_UNAUTHORISED) return unauthorised(state);
  if (code > CLOSE_UNAUTHORISED && code <= 3999) {
    return [{ ...state, phase: 'stopped', closeCode: code }, []];
  }
  const failedOpens = state.phase === 'connecting' ? state.failedOpens + 1 : 0;
  const next = { ...state, failedOpens };
  if (failedOpens >= SUSPECT_TOKEN_AFTER && !state.refreshed && event.online) {
    return [{ ...next, phase: 'refreshing', refreshed: true }, [{ type: 'refresh' }]];
  }
  const least = code === CLOSE_POLICY ? RATE_ABUSE_ATTEMPT : 0;
  const attempt = Math.max(least, state.attempt);
  return wait({ ...next, attempt }, event.random, event.online ? 'waiting' : 'offline');
}

/** A new token is tried once; if that is refused too, trying again would not help. */
function unauthorised(state: ConnectionState): Step {
  if (state.refreshed) {
    return [{ ...state, phase: 'stopped', closeCode: CLOSE_UNAUTHORISED }, []];
  }
  return [{ ...state, phase: 'refreshing', refreshed: true }, [{ type: 'refresh' }]];
}

function refreshFailed(
  state: ConnectionState,
  event: ConnectionEvent & { type: 'refresh_failed' },
): Step {
  if (event.denied) return [{ ...state, phase: 'stopped', closeCode: CLOSE_UNAUTHORISED }, []];
  return wait({ ...state, refreshed: false }, event.random);
}

/** Tries go on while the browser believes it is offline: a server on this machine still answers. */
function wait(
  state: ConnectionState,
  random: number,
  phase: 'waiting' | 'offline' = 'waiting',
): Step {
  const ms = state.hintMs ?? fullJitter(state.attempt, RECONNECT, random);
  return [{ ...state, phase, attempt: state.attempt + 1, hintMs: null }, [{ type: 'wait', ms }]];
}
