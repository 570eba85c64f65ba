import type { Message } from '../api/types';

/** A message for tests. */
export function message(seq: number, fields: Partial<Message> = {}): Message {
  return {
    id: `id-${seq}`,
    room_id: 'general',
    user_id: 'u2',
    username: 'bo',
    content: `message ${seq}`,
    message_type: 'text',
    file_url: null,
    timestamp: new Date(Date.UTC(2026, 0, 1, 12, 0, seq % 60)).toISOString(),
    seq,
    ...fields,
  };
}

/** Messages from `first` up to and including `last`. */
export function messages(first: number, last: number): Message[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) =>
    message(first + index),
  );
}
