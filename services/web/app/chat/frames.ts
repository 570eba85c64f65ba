import type { Message, MessageType } from '../api/types';

/** A frame of the chat socket that this app understands. */
export type ChatFrame =
  | { type: 'message'; message: Message }
  | { type: 'ack'; clientId: string; seq: number }
  | { type: 'error'; code: string; message: string; clientId: string | null; temporary: boolean }
  | { type: 'joined'; seq: number; recovered: boolean }
  | { type: 'typing' | 'stop_typing'; userId: string; username: string }
  | { type: 'user_joined' | 'user_left'; userId: string; username: string };

type Raw = Record<string, unknown>;

/** Reads a frame; null for anything unknown or not well formed. */
export function readFrame(raw: Raw): ChatFrame | null {
  switch (raw.type) {
    case 'message':
      return readMessage(raw);
    case 'ack':
      return typeof raw.client_id === 'string' && typeof raw.seq === 'number'
        ? { type: 'ack', clientId: raw.client_id, seq: raw.seq }
        : null;
    case 'error':
      return {
        type: 'error',
        code: text(raw.code),
        message: text(raw.message),
        clientId: typeof raw.client_id === 'string' ? raw.client_id : null,
        temporary: raw.temporary === true,
      };
    case 'joined':
      return typeof raw.seq === 'number'
        ? { type: 'joined', seq: raw.seq, recovered: raw.recovered === true }
        : null;
    case 'typing':
    case 'stop_typing':
    case 'user_joined':
    case 'user_left':
      return { type: raw.type, userId: text(raw.user_id), username: text(raw.username) };
    default:
      return null;
  }
}

function readMessage(raw: Raw): ChatFrame | null {
  if (typeof raw.id !== 'string' || typeof raw.seq !== 'number') return null;
  const message: Message = {
    id: raw.id,
    room_id: text(raw.room_id),
    user_id: text(raw.user_id),
    username: text(raw.username),
    content: text(raw.content),
    message_type: messageType(raw.message_type),
    file_url: typeof raw.file_url === 'string' ? raw.file_url : null,
    timestamp: text(raw.timestamp),
    seq: raw.seq,
    client_id: typeof raw.client_id === 'string' ? raw.client_id : null,
  };
  return { type: 'message', message };
}

function messageType(value: unknown): MessageType {
  return value === 'file' || value === 'image' ? value : 'text';
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
