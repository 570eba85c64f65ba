/** The shapes on the wire. Everything else in the app takes them from here. */

/** An account, as the identity service gives it. */
export interface User {
  id: string;
  username: string;
  email: string;
  roles: string[];
  created_at: string;
}

/** What log in, registration and refresh answer. */
export interface Session {
  user: User;
  access_token: string;
  /** Seconds. */
  expires_in: number;
}

export interface Room {
  id: string;
  name: string;
  description: string;
  created_at?: string;
}

export type MessageType = 'text' | 'file' | 'image';

export interface Message {
  id: string;
  room_id: string;
  user_id: string;
  username: string;
  content: string;
  message_type: MessageType;
  file_url: string | null;
  timestamp: string;
  /** Position in the room, from 1, without gaps. */
  seq: number;
  client_id?: string | null;
}

export interface OnlineUser {
  user_id: string;
  username: string;
  status: string;
  last_seen?: string;
}

export interface Notification {
  id: string;
  user_id: string;
  title: string;
  body: string;
  notif_type: string;
  room_id: string | null;
  is_read: boolean;
  created_at: string;
}

export interface FileInfo {
  id: string;
  filename: string;
  content_type: string;
  size: number;
  room_id: string | null;
  uploaded_by: string | null;
  created_at: string;
  url: string;
}
