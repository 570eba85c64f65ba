import type { InfiniteData } from '@tanstack/react-query';
import type { FeedEntry } from '../api/forum-types';
import type { Page } from '../api/request';

export type FeedPages = InfiniteData<Page<FeedEntry>, string | null>;

/** What the feed's socket tells. */
export type FeedFrame =
  /** Something may have been missed. */
  | { type: 'resync' }
  | { type: 'thread.created' | 'thread.updated' | 'thread.deleted'; threadId: string }
  | { type: 'thread.like.updated' | 'comment.created'; threadId: string; count: number | null };

type Raw = Record<string, unknown>;

/** Reads a frame; null for anything unknown or not well formed. */
export function readFeedFrame(raw: Raw): FeedFrame | null {
  if (raw.type === 'resync') return { type: raw.type };
  const threadId = threadIdOf(raw);
  if (threadId === null) return null;
  switch (raw.type) {
    case 'thread.created':
    case 'thread.updated':
    case 'thread.deleted':
      return { type: raw.type, threadId };
    case 'thread.like.updated':
      return { type: raw.type, threadId, count: number(raw.like_count) };
    case 'comment.created':
      return { type: raw.type, threadId, count: number(raw.comment_count) };
    default:
      return null;
  }
}

/** The frame names the thread or holds it. */
function threadIdOf(raw: Raw): string | null {
  for (const place of [raw, raw.thread]) {
    if (typeof place !== 'object' || place === null) continue;
    const { thread_id, id } = place as Raw;
    if (typeof thread_id === 'string') return thread_id;
    if (place === raw.thread && typeof id === 'string') return id;
  }
  return null;
}

function number(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

/** The feed after a frame. What is new is not put in: it would move what is being read. */
export function applyToFeed(data: FeedPages, frame: FeedFrame): FeedPages {
  switch (frame.type) {
    case 'thread.deleted':
      return mapItems(data, (items) => items.filter((entry) => entry.thread_id !== frame.threadId));
    case 'thread.like.updated':
      return change(data, frame.threadId, (entry) => ({
        ...entry,
        like_count: frame.count ?? entry.like_count,
      }));
    case 'comment.created':
      return change(data, frame.threadId, (entry) => ({
        ...entry,
        comment_count: frame.count ?? entry.comment_count + 1,
      }));
    default:
      return data;
  }
}

/** How many entries of a newly read page are not in the feed that is shown. */
export function countNew(shown: readonly FeedEntry[], first: readonly FeedEntry[]): number {
  const known = new Set(shown.map((entry) => entry.id));
  const newest = shown[0]?.created_at ?? '';
  return first.filter((entry) => !known.has(entry.id) && entry.created_at >= newest).length;
}

function change(
  data: FeedPages,
  threadId: string,
  alter: (entry: FeedEntry) => FeedEntry,
): FeedPages {
  return mapItems(data, (items) =>
    items.map((entry) => (entry.thread_id === threadId ? alter(entry) : entry)),
  );
}

function mapItems(data: FeedPages, alter: (items: FeedEntry[]) => FeedEntry[]): FeedPages {
  return { ...data, pages: data.pages.map((page) => ({ ...page, items: alter(page.items) })) };
}
