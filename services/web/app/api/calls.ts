import { authorisedFetch, readJson } from './fetch';
import { nextCursor } from './link';
import type { FileInfo, Message, Notification, OnlineUser, Room } from './types';

type Query = Record<string, string | number | boolean | undefined>;

async function call<T>(method: string, path: string, query: Query = {}, body?: unknown) {
  const url = new URL(path, location.origin);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  const init: RequestInit = { method };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { 'content-type': 'application/json' };
  }
  const response = await authorisedFetch(new Request(url, init));
  return {
    data: await readJson<T>(response),
    next: nextCursor(response.headers.get('link'), location.origin),
  };
}

const segment = encodeURIComponent;

export interface RoomPage {
  rooms: Room[];
  next: string | null;
}

export async function listRooms(after?: string): Promise<RoomPage> {
  const { data, next } = await call<Room[]>('GET', '/api/chat/rooms', { limit: 100, after });
  return { rooms: data, next };
}

export async function createRoom(room: { id: string; name: string; description: string }) {
  return (await call<Room>('POST', '/api/chat/rooms', {}, room)).data;
}

export interface HistoryQuery {
  limit: number;
  before?: number;
  after?: number;
}

/** Oldest first. Throws `room_not_found` (404) for a room that nobody has entered yet. */
export async function listMessages(roomId: string, query: HistoryQuery): Promise<Message[]> {
  const path = `/api/chat/rooms/${segment(roomId)}/messages`;
  return (await call<Message[]>('GET', path, { ...query })).data;
}

export async function heartbeat(userId: string, username: string): Promise<void> {
  await call('POST', `/api/presence/${segment(userId)}/heartbeat`, { username });
}

export async function goOffline(userId: string): Promise<void> {
  await call('DELETE', `/api/presence/${segment(userId)}`);
}

export interface OnlinePage {
  users: OnlineUser[];
  /** There are more than the page holds. */
  more: boolean;
}

export async function listOnline(): Promise<OnlinePage> {
  const { data, next } = await call<OnlineUser[]>('GET', '/api/presence', { limit: 200 });
  return { users: data, more: next !== null };
}

export async function listNotifications(userId: string, unreadOnly: boolean) {
  const path = `/api/notifications/${segment(userId)}`;
  return (await call<Notification[]>('GET', path, { unread_only: unreadOnly, limit: 50 })).data;
}

export async function countUnread(userId: string): Promise<number> {
  const path = `/api/notifications/${segment(userId)}/unread-count`;
  return (await call<{ unread_count: number }>('GET', path)).data.unread_count;
}

export async function markRead(id: string): Promise<void> {
  await call('PATCH', `/api/notifications/${segment(id)}/read`);
}

export async function markAllRead(userId: string): Promise<void> {
  await call('PATCH', `/api/notifications/${segment(userId)}/read-all`);
}

export async function deleteNotification(id: string): Promise<void> {
  await call('DELETE', `/api/notifications/${segment(id)}`);
}

/** The bytes of an uploaded file. */
export async function downloadFile(path: string, signal: AbortSignal): Promise<Blob> {
  const response = await authorisedFetch(new Request(path, { signal }));
  if (!response.ok) await readJson(response);
  return response.blob();
}

export async function fileInfo(id: string): Promise<FileInfo> {
  return (await call<FileInfo>('GET', `/api/files/${segment(id)}`)).data;
}
