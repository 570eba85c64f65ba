import type { Comment } from '../api/forum-types';

/** What the socket of a thread tells. */
export type ThreadFrame =
  | { type: 'thread.updated' | 'thread.deleted' }
  | { type: 'thread.like.updated'; likeCount: number }
  | { type: 'comment.created' | 'comment.updated'; id: string; comment: Comment | null }
  | { type: 'comment.deleted'; id: string }
  | { type: 'comment.like.updated'; id: string; likeCount: number };

type Raw = Record<string, unknown>;

/** Reads a frame; null for anything unknown or not well formed. */
export function readThreadFrame(raw: Raw): ThreadFrame | null {
  switch (raw.type) {
    case 'thread.updated':
    case 'thread.deleted':
      return { type: raw.type };
    case 'thread.like.updated':
      return typeof raw.like_count === 'number'
        ? { type: raw.type, likeCount: raw.like_count }
        : null;
    case 'comment.created':
    case 'comment.updated':
      return commentFrame(raw.type, raw);
    case 'comment.deleted': {
      const id = commentId(raw);
      return id === null ? null : { type: raw.type, id };
    }
    case 'comment.like.updated': {
      const id = commentId(raw);
      return id === null || typeof raw.like_count !== 'number'
        ? null
        : { type: raw.type, id, likeCount: raw.like_count };
    }
    default:
      return null;
  }
}

function commentFrame(type: 'comment.created' | 'comment.updated', raw: Raw): ThreadFrame | null {
  const comment = isComment(raw.comment) ? raw.comment : null;
  const id = comment?.id ?? commentId(raw);
  return id === null ? null : { type, id, comment };
}

function commentId(raw: Raw): string | null {
  if (typeof raw.comment_id === 'string') return raw.comment_id;
  return isRecord(raw.comment) && typeof raw.comment.id === 'string' ? raw.comment.id : null;
}

function isComment(value: unknown): value is Comment {
  return (
    isRecord(value) &&
    typeof value.id === 'string' &&
    (value.parent_id === null || typeof value.parent_id === 'string') &&
    isRecord(value.author) &&
    typeof value.author.user_id === 'string' &&
    typeof value.like_count === 'number'
  );
}

function isRecord(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null;
}
