import createClient from 'openapi-fetch';
import { authorisedFetch } from './fetch';
import type { paths as ChatPaths } from './generated/chat';
import type { paths as FilePaths } from './generated/file';
import type { paths as NotificationPaths } from './generated/notification';
import type { paths as PresencePaths } from './generated/presence';
import { nextCursor } from './link';
import { Problem } from './problem';
import type { FileInfo, Message, NewRoom, Notification, OnlineUser, Room } from './types';

/** Each service behind the prefix that the edge gives it. */
const at = (prefix: string) => ({ baseUrl: location.origin + prefix, fetch: authorisedFetch });
const chat = createClient<ChatPaths>(at('/api/chat'));
const files = createClient<FilePaths>(at('/api/files'));
const notifications = createClient<NotificationPaths>(at('/api'));
const presence = createClient<PresencePaths>(at('/api'));

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** What a good answer holds; throws `Problem` for any other. */
async function good<T>(answer: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await answer;
  if (!response.ok) throw Problem.from(response.status, response.headers, error);
  return data as T;
}

/** The same, with the cursor of the next page. */
async function page<T>(answer: Promise<Answer<T>>): Promise<{ data: T; next: string | null }> {
  const { response } = await answer;
  const data = await good(answer);
  return { data, next: nextCursor(response.headers.get('link'), location.origin) };
}

export interface RoomPage {
  rooms: Room[];
  next: string | null;
}

const ROOMS_PAGE = 100;

export async function listRooms(after?: string): Promise<RoomPage> {
  const query = { limit: String(ROOMS_PAGE), ...(after !== undefined && { after }) };
  const { data, next } = await page(chat.GET('/rooms', { params: { query } }));
  return { rooms: data, next };
}

/** Throws `room_exists` (409) and what may be wrong with the id. */
export function createRoom(room: NewRoom): Promise<Room> {
  return good(chat.POST('/rooms', { body: room }));
}

export interface HistoryQuery {
  limit: number;
  before?: number;
  after?: number;
}

/** Oldest first. Throws `room_not_found` (404) for a room that nobody has entered yet. */
export function listMessages(roomId: string, wanted: HistoryQuery): Promise<Message[]> {
  const query = Object.fromEntries(
    Object.entries(wanted).map(([name, value]) => [name, String(value)]),
  );
  const params = { path: { room_id: roomId }, query };
  return good(chat.GET('/rooms/{room_id}/messages', { params }));
}

export async function heartbeat(userId: string, username: string): Promise<void> {
  const params = { path: { user_id: userId }, query: { username } };
  await good(presence.POST('/presence/{user_id}/heartbeat', { params }));
}

export async function goOffline(userId: string): Promise<void> {
  await good(presence.DELETE('/presence/{user_id}', { params: { path: { user_id: userId } } }));
}

export interface OnlinePage {
  users: OnlineUser[];
  /** There are more than the page holds. */
  more: boolean;
}

const ONLINE_PAGE = 200;

export async function listOnline(): Promise<OnlinePage> {
  const params = { query: { limit: ONLINE_PAGE } };
  const { data, next } = await page(presence.GET('/presence', { params }));
  const users = data.map((user) => ({ ...user, username: user.username ?? user.user_id }));
  return { users, more: next !== null };
}

const NOTIFICATIONS_PAGE = 50;

export function listNotifications(userId: string, unreadOnly: boolean): Promise<Notification[]> {
  const query = { unread_only: unreadOnly, limit: NOTIFICATIONS_PAGE };
  return good(
    notifications.GET('/notifications/{id}', { params: { path: { id: userId }, query } }),
  );
}

export async function countUnread(userId: string): Promise<number> {
  const params = { path: { id: userId } };
  return (await good(notifications.GET('/notifications/{id}/unread-count', { params })))
    .unread_count;
}

export async function markRead(id: string): Promise<void> {
  await good(notifications.PATCH('/notifications/{id}/read', { params: { path: { id } } }));
}

export async function markAllRead(userId: string): Promise<void> {
  const params = { path: { id: userId } };
  await good(notifications.PATCH('/notifications/{id}/read-all', { params }));
}

export async function deleteNotification(id: string): Promise<void> {
  await good(notifications.DELETE('/notifications/{id}', { params: { path: { id } } }));
}

export function fileInfo(id: string): Promise<FileInfo> {
  return good(files.GET('/{file_id}', { params: { path: { file_id: id } } }));
}
