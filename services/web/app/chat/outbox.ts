import type { Message, MessageType } from '../api/types';

/** What a person wrote that is not yet seen in the room. Pure functions over a list. */
export interface Draft {
  content: string;
  message_type: MessageType;
  file_url: string | null;
}

export interface Outgoing extends Draft {
  client_id: string;
  created_at: string;
  /**
   * `queued`: to be sent. `sending`: on its way. `acked`: stored, about to arrive.
   * `failed`: the server refused it, the person decides.
   */
  state: 'queued' | 'sending' | 'acked' | 'failed';
  /** Tries that the server turned down for the moment. */
  deferrals: number;
  error: string | null;
  /** Its number in the room, once acknowledged. */
  seq: number | null;
}

export type Outbox = readonly Outgoing[];

/** Temporary refusals after which the person is asked. */
export const MAX_DEFERRALS = 5;

export function enqueue(outbox: Outbox, draft: Draft, clientId: string, now: string): Outbox {
  const entry: Outgoing = {
    ...draft,
    client_id: clientId,
    created_at: now,
    state: 'queued',
    deferrals: 0,
    error: null,
    seq: null,
  };
  return [...outbox, entry];
}

/** Those to send now, in the order they were written. */
export function sendable(outbox: Outbox): Outgoing[] {
  return outbox.filter((entry) => entry.state === 'queued');
}

/** Something still has to reach the server. */
export function isUnsettled(outbox: Outbox): boolean {
  return outbox.some((entry) => entry.state === 'queued' || entry.state === 'sending');
}

export function markSending(outbox: Outbox, clientId: string): Outbox {
  return change(outbox, clientId, { state: 'sending', error: null });
}

/** The message is durable. It stays in the list until it arrives, unless it already has. */
export function acknowledge(
  outbox: Outbox,
  clientId: string,
  seq: number,
  liveSeq: number,
): Outbox {
  if (seq <= liveSeq) return discard(outbox, clientId);
  return change(outbox, clientId, { state: 'acked', seq, error: null });
}

/** A message of this person arrived: its entry is done. */
export function arrive(outbox: Outbox, message: Message): Outbox {
  const done = outbox.some((entry) => matches(entry, message));
  return done ? outbox.filter((entry) => !matches(entry, message)) : outbox;
}

/** Everything up to `seq` was received, by whatever way. */
export function settle(outbox: Outbox, seq: number): Outbox {
  const isDone = (entry: Outgoing) => entry.state === 'acked' && (entry.seq ?? Infinity) <= seq;
  return outbox.some(isDone) ? outbox.filter((entry) => !isDone(entry)) : outbox;
}

/** The server turned it down; after too many temporary refusals the person decides. */
export function refuse(
  outbox: Outbox,
  clientId: string,
  error: string,
  temporary: boolean,
): Outbox {
  const entry = outbox.find((other) => other.client_id === clientId);
  if (entry === undefined) return outbox;
  const deferrals = entry.deferrals + 1;
  const final = !temporary || deferrals > MAX_DEFERRALS;
  return change(outbox, clientId, { state: final ? 'failed' : 'queued', error, deferrals });
}

/** The connection went: what was on its way goes again, under the same id. */
export function requeue(outbox: Outbox): Outbox {
  if (!outbox.some((entry) => entry.state === 'sending')) return outbox;
  return outbox.map((entry) => (entry.state === 'sending' ? { ...entry, state: 'queued' } : entry));
}

/** What was on its way cannot be sent at all. */
export function failSending(outbox: Outbox, error: string): Outbox {
  return outbox.map((entry) =>
    entry.state === 'sending' ? { ...entry, state: 'failed', error } : entry,
  );
}

export function retry(outbox: Outbox, clientId: string): Outbox {
  return change(outbox, clientId, { state: 'queued', deferrals: 0, error: null });
}

export function discard(outbox: Outbox, clientId: string): Outbox {
  return outbox.filter((entry) => entry.client_id !== clientId);
}

function change(outbox: Outbox, clientId: string, fields: Partial<Outgoing>): Outbox {
  return outbox.map((entry) => (entry.client_id === clientId ? { ...entry, ...fields } : entry));
}

function matches(entry: Outgoing, message: Message): boolean {
  return message.client_id === entry.client_id || (entry.seq !== null && entry.seq === message.seq);
}
