/** The shapes on the wire, from the generated documents. Everything else takes them from here. */
import type { components as Chat } from './generated/chat';
import type { components as Files } from './generated/file';
import type { components as Identity } from './generated/identity';
import type { components as Notifications } from './generated/notification';
import type { components as Presence } from './generated/presence';

/** An account, as its owner sees it. */
export type User = Identity['schemas']['User'];

/** What is kept of a log in, a registration or a refresh. */
export type Session = Pick<
  Identity['schemas']['SessionAnswer'],
  'user' | 'access_token' | 'expires_in'
>;

export type Room = Pick<Chat['schemas']['Room'], 'id' | 'name' | 'description'>;
export type NewRoom = Chat['schemas']['NewRoom'];

export type MessageType = 'text' | 'file' | 'image';
export type Message = Chat['schemas']['Message'];

export type Notification = Notifications['schemas']['Notification'];
export type FileInfo = Files['schemas']['File'];

type Online = Presence['schemas']['Presence'];
/** Somebody who is online; such a person always has a name. */
export type OnlineUser = Pick<Online, 'user_id' | 'status'> & { username: string };
