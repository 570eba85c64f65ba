import type { Message } from '../api/types';
import { dayKey } from '../lib/time';
import type { Outgoing } from './outbox';

/** A line of the list: a message of the room, or one that is still on its way. */
export type Row = { kind: 'message'; message: Message } | { kind: 'outgoing'; entry: Outgoing };

/** Messages of one person within this time stand together. */
const GROUP_MS = 5 * 60_000;

export function makeRows(messages: readonly Message[], outbox: readonly Outgoing[]): Row[] {
  const rows = messages.map<Row>((message) => ({ kind: 'message', message }));
  for (const entry of outbox) rows.push({ kind: 'outgoing', entry });
  return rows;
}

/** Stays the same when a message that was on its way arrives. */
export function rowKey(row: Row): string {
  if (row.kind === 'outgoing') return row.entry.client_id;
  return row.message.client_id ?? row.message.id;
}

export function rowTime(row: Row): string {
  return row.kind === 'message' ? row.message.timestamp : row.entry.created_at;
}

/** The row begins a new day. */
export function startsDay(row: Row, previous: Row | undefined): boolean {
  return previous === undefined || dayKey(rowTime(row)) !== dayKey(rowTime(previous));
}

/** The row shows its author again. `me` writes what is on its way. */
export function startsGroup(row: Row, previous: Row | undefined, me: string): boolean {
  if (previous === undefined || startsDay(row, previous)) return true;
  if (authorOf(row, me) !== authorOf(previous, me)) return true;
  return Date.parse(rowTime(row)) - Date.parse(rowTime(previous)) > GROUP_MS;
}

function authorOf(row: Row, me: string): string {
  return row.kind === 'message' ? row.message.user_id : me;
}
