/** The shapes of discussions, people and feeds on the wire. */

export interface Author {
  user_id: string;
  username: string;
  avatar_url?: string | null;
  deleted?: boolean;
}

export interface CategoryName {
  id: string;
  slug: string;
  name: string;
}

export interface Category extends CategoryName {
  description: string;
  position: number;
  read_role: string | null;
  post_role: string | null;
  /** Whether the reader may open threads in it. */
  may_post: boolean;
}

export interface NewCategory {
  slug: string;
  name: string;
  description: string;
  read_role: string | null;
  post_role: string | null;
}

export interface Attachment {
  id: string;
  filename: string;
  content_type: string;
  size: number;
}

interface ThreadFields {
  id: string;
  title: string;
  category: CategoryName;
  tags: string[];
  author: Author;
  attachments: Attachment[];
  is_locked: boolean;
  is_pinned: boolean;
  comment_count: number;
  like_count: number;
  liked: boolean;
  /** Null for visitors, and for a thread that was never opened. */
  unread_count: number | null;
  created_at: string;
  edited_at: string | null;
  deleted_at: string | null;
  last_activity_at: string;
}

/** A thread in a list. */
export interface ThreadSummary extends ThreadFields {
  excerpt: string;
}

export interface Thread extends ThreadFields {
  body: string;
  body_html: string;
}

export interface NewThread {
  title: string;
  body: string;
  category: string;
  tags: string[];
}

export interface Comment {
  id: string;
  thread_id: string;
  parent_id: string | null;
  depth: number;
  author: Author;
  /** Null when it is deleted. */
  body: string | null;
  body_html: string | null;
  like_count: number;
  liked: boolean;
  created_at: string;
  edited_at: string | null;
  deleted_at: string | null;
}

export interface LikeAnswer {
  liked: boolean;
  like_count: number;
}

/** A text that was replaced. */
export interface Revision {
  id: string;
  title: string | null;
  body: string;
  edited_by: Author;
  edited_at: string;
}

export interface TagCount {
  tag: string;
  thread_count: number;
}

export interface Report {
  id: string;
  thread_id: string;
  thread_title: string;
  comment_id: string | null;
  excerpt: string;
  is_deleted: boolean;
  category: CategoryName;
  author: Author;
  reporter: Author;
  reason: string;
  status: string;
  resolved_by: string | null;
  resolved_at: string | null;
  resolution: string | null;
  created_at: string;
}

export interface AuditEntry {
  id: string;
  actor: { user_id: string; username: string };
  action: string;
  target_type: string;
  target_id: string;
  detail: unknown;
  created_at: string;
}

/** A part of a text, with what was looked for in it. */
export interface Excerpt {
  excerpt: string;
  marks: { start: number; end: number }[];
}

export interface SearchHit extends Excerpt {
  thread_id: string;
  comment_id: string | null;
  title: string;
  author: Author;
  category: CategoryName;
  created_at: string;
}

/** An entry of a feed. */
export interface FeedEntry {
  id: string;
  thread_id: string;
  title: string;
  excerpt: string;
  tags: string[];
  author: Author;
  like_count: number;
  comment_count: number;
  created_at: string;
  updated_at: string;
}

/** What is between the reader and somebody. */
export interface Relationship {
  follows: boolean;
  followed_by: boolean;
  blocks: boolean;
  mutes: boolean;
}

/** What somebody says of themself. */
export interface OwnProfile {
  user_id: string;
  username: string;
  display_name: string | null;
  bio: string | null;
  website: string | null;
  location: string | null;
  avatar_url: string | null;
}

/** A member, as others see them. */
export interface Profile extends OwnProfile {
  follower_count: number;
  following_count: number;
  created_at: string;
  /** Null for oneself and for visitors. */
  relationship: Relationship | null;
}

/** Somebody in a list. */
export interface Person {
  user_id: string;
  username: string;
  display_name?: string | null;
  avatar_url?: string | null;
}

export interface BannedPerson extends Person {
  reason: string;
  until: string | null;
}

export interface LoginSession {
  id: string;
  current: boolean;
  created_at: string;
  refreshed_at: string;
  expires_at: string;
  user_agent: string | null;
  network: string | null;
}

export interface AccountExport {
  id: string;
  status: 'running' | 'done' | 'incomplete';
  parts: { service: string; bytes: number; written_at: string }[];
  missing: string[];
  requested_at: string;
  expires_at: string;
}

export interface Role {
  name: string;
  description: string;
  built_in: boolean;
}

/** Whether one is told of a kind of notification. */
export interface Preference {
  kind: string;
  in_app: boolean;
}
