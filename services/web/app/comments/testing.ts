import type { Comment } from '../api/forum-types';

/** A comment for tests. */
export function sampleComment(id: string, parent: string | null = null): Comment {
  return {
    id,
    thread_id: 't1',
    parent_id: parent,
    depth: 0,
    author: { user_id: 'u1', username: 'ada', avatar_url: null, deleted: false },
    body: `text of ${id}`,
    body_html: `<p>text of ${id}</p>`,
    like_count: 0,
    liked: false,
    created_at: '2026-01-01T00:00:00Z',
    edited_at: null,
    deleted_at: null,
  };
}
