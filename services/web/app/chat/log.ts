import type { Message } from '../api/types';

/**
 * The part of a room's history that is held in memory: a window of messages without holes,
 * and what is known of those after it. All functions are pure.
 */
export interface MessageLog {
  /** Ascending by `seq`, no holes. */
  messages: readonly Message[];
  /** Nothing is older than the window. */
  reachedStart: boolean;
  /** The window reaches up to `liveSeq`. When false, newer messages were let go or skipped. */
  atTail: boolean;
  /** Up to here everything was received (it need not be in the window): the resume point. */
  liveSeq: number;
  /** Received beyond a hole, waiting for it to be filled. Ascending, bounded. */
  held: readonly Message[];
  /** List index of the first message; stays the same for a message while the window moves. */
  firstIndex: number;
  /** Changes when the window was replaced as a whole. */
  epoch: number;
}

/** Messages held at most. */
export const WINDOW_MAX = 1200;
/** Cut back to this when the window is full, so that it is not cut at every message. */
const WINDOW_CUT = 1000;
const HELD_MAX = 1000;
const FIRST_INDEX = 1_000_000_000;

export const EMPTY_LOG: MessageLog = {
  messages: [],
  reachedStart: false,
  atTail: true,
  liveSeq: 0,
  held: [],
  firstIndex: FIRST_INDEX,
  epoch: 0,
};

/** How many newer messages exist than the window shows. */
export function missedCount(log: MessageLog): number {
  const last = log.messages.at(-1)?.seq ?? 0;
  return log.atTail ? 0 : Math.max(0, log.liveSeq - last);
}

/** There is a hole between what was received in order and what is held. */
export function hasHole(log: MessageLog): boolean {
  return log.held.length > 0;
}

/** Replaces the window with the newest page of history. */
export function applyLatest(log: MessageLog, page: readonly Message[], limit: number): MessageLog {
  const last = page.at(-1)?.seq ?? 0;
  const next = {
    ...log,
    messages: page,
    reachedStart: page.length < limit,
    atTail: true,
    liveSeq: last,
    firstIndex: FIRST_INDEX,
    epoch: log.epoch + 1,
  };
  return drain(next);
}

/** Takes one message from the socket. Known ones are dropped, those beyond a hole are held. */
export function receive(log: MessageLog, message: Message): MessageLog {
  if (message.seq <= log.liveSeq) return log;
  if (message.seq === log.liveSeq + 1) return drain(append(log, message));
  return hold(log, message);
}

/**
 * Fills the hole after `liveSeq` with a page of history read with `after=liveSeq`. History is
 * the truth: a number missing from the middle of it does not exist.
 */
export function fillHole(log: MessageLog, page: readonly Message[]): MessageLog {
  const filled = page
    .filter((message) => message.seq > log.liveSeq)
    .reduce((next, message) => append(next, message), log);
  return drain(filled);
}

/** Gives up on the hole: what is held is shown although something may be missing before it. */
export function skipHole(log: MessageLog): MessageLog {
  const filled = log.held.reduce((next, message) => append(next, message), log);
  return { ...filled, held: [] };
}

/** The resume point moved to `seq` without its messages; the window stays where it is. */
export function detach(log: MessageLog, seq: number): MessageLog {
  return drain({ ...log, atTail: false, liveSeq: Math.max(seq, log.liveSeq) });
}

/** Puts an older page in front, letting the newest go when the window is full. */
export function prependOlder(log: MessageLog, page: readonly Message[], limit: number): MessageLog {
  const first = log.messages[0]?.seq ?? Infinity;
  const older = page.filter((message) => message.seq < first);
  const all = [...older, ...log.messages];
  const kept = all.length > WINDOW_MAX ? all.slice(0, WINDOW_CUT) : all;
  return {
    ...log,
    messages: kept,
    reachedStart: page.length < limit,
    atTail: log.atTail && kept.length === all.length,
    firstIndex: log.firstIndex - older.length,
  };
}

/** Puts a newer page behind a window that is not at the tail. */
export function appendNewer(log: MessageLog, page: readonly Message[], limit: number): MessageLog {
  if (log.atTail) return log;
  const last = log.messages.at(-1)?.seq ?? 0;
  const newer = page.filter((message) => message.seq > last);
  const reached = (page.at(-1)?.seq ?? last) >= log.liveSeq || page.length < limit;
  const liveSeq = reached ? Math.max(log.liveSeq, page.at(-1)?.seq ?? 0) : log.liveSeq;
  const next = { ...log, messages: [...log.messages, ...newer], atTail: reached, liveSeq };
  return drain(cutStart(next));
}

function append(log: MessageLog, message: Message): MessageLog {
  if (!log.atTail) return { ...log, liveSeq: message.seq };
  const messages = [...log.messages, message];
  return cutStart({ ...log, messages, liveSeq: message.seq });
}

function cutStart(log: MessageLog): MessageLog {
  if (log.messages.length <= WINDOW_MAX) return log;
  const cut = log.messages.length - WINDOW_CUT;
  return {
    ...log,
    messages: log.messages.slice(cut),
    reachedStart: false,
    firstIndex: log.firstIndex + cut,
  };
}

function hold(log: MessageLog, message: Message): MessageLog {
  if (log.held.some((other) => other.seq === message.seq)) return log;
  const held = [...log.held, message].sort((a, b) => a.seq - b.seq).slice(0, HELD_MAX);
  return { ...log, held };
}

/** Moves what is held and now follows without a hole into the window. */
function drain(log: MessageLog): MessageLog {
  let next = log;
  for (const message of log.held) {
    if (message.seq === next.liveSeq + 1) next = append(next, message);
  }
  const held = next.held.filter((message) => message.seq > next.liveSeq);
  return held.length === next.held.length ? next : { ...next, held };
}
