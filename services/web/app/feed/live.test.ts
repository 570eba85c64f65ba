import { describe, expect, test } from 'vitest';
import type { FeedEntry } from '../api/forum-types';
import { applyToFeed, countNew, readFeedFrame, type FeedPages } from './live';

function entry(id: string, created_at = '2026-01-01T00:00:00Z'): FeedEntry {
  return {
    id,
    type: 'thread',
    thread_id: id,
    post_id: id,
    category_id: 'c1',
    user_id: 'u1',
    username: 'ada',
    content: '',
    title: id,
    excerpt: '',
    tags: [],
    author: { user_id: 'u1', username: 'ada', avatar_url: null, deleted: false },
    like_count: 1,
    comment_count: 1,
    created_at,
    updated_at: created_at,
  };
}

const feed = (...items: FeedEntry[]): FeedPages => ({
  pages: [{ items, next: null }],
  pageParams: [null],
});

describe('frames of the feed', () => {
  test('are read', () => {
    const created = { type: 'thread.created', threadId: 't1' };
    expect(readFeedFrame({ type: 'thread.created', thread_id: 't1' })).toEqual(created);
    expect(readFeedFrame({ type: 'thread.created', thread: { thread_id: 't1' } })).toEqual(created);
    expect(readFeedFrame({ type: 'thread.created', thread: { id: 't1' } })).toEqual(created);
    expect(readFeedFrame({ type: 'resync' })).toEqual({ type: 'resync' });
  });

  test.each([
    {},
    { type: 'ready' },
    { type: 'thread.created' },
    { type: 'pong', thread_id: 't' },
    { thread: 7 },
  ])('%j is left aside', (raw) => expect(readFeedFrame(raw)).toBeNull());

  test('change what is shown, and add nothing by themselves', () => {
    const data = feed(entry('a'), entry('b'));
    const after = [
      { type: 'thread.like.updated', threadId: 'a', count: 9 } as const,
      { type: 'comment.created', threadId: 'a', count: null } as const,
      { type: 'thread.deleted', threadId: 'b' } as const,
      { type: 'thread.created', threadId: 'c' } as const,
    ].reduce<FeedPages>(applyToFeed, data);
    expect(after.pages[0]?.items).toEqual([{ ...entry('a'), like_count: 9, comment_count: 2 }]);
  });
});

test('only what is newer than the feed counts as new', () => {
  const shown = [entry('b', '2026-01-02T00:00:00Z'), entry('a')];
  const first = [
    entry('c', '2026-01-03T00:00:00Z'),
    ...shown,
    entry('old', '2025-01-01T00:00:00Z'),
  ];
  expect(countNew(shown, first)).toBe(1);
  expect(countNew([], [entry('a')])).toBe(1);
});
