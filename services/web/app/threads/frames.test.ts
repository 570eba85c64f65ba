import { expect, test } from 'vitest';
import { sampleComment } from '../comments/testing';
import { readThreadFrame } from './frames';

test('frames are read', () => {
  const comment = sampleComment('c1');
  expect(readThreadFrame({ type: 'comment.created', comment })).toEqual({
    type: 'comment.created',
    id: 'c1',
    comment,
  });
  expect(
    readThreadFrame({ type: 'comment.like.updated', comment_id: 'c1', like_count: 2 }),
  ).toEqual({ type: 'comment.like.updated', id: 'c1', likeCount: 2 });
  expect(readThreadFrame({ type: 'thread.deleted', thread_id: 't1' })?.type).toBe('thread.deleted');
});

test('a comment that is not whole is asked for instead of shown', () => {
  const frame = { type: 'comment.created', comment: { id: 'c1', author: null } };
  expect(readThreadFrame(frame)).toEqual({ type: 'comment.created', id: 'c1', comment: null });
});

test.each([
  {},
  { type: 'pong' },
  { type: 'comment.created' },
  { type: 'comment.created', comment: 'c1' },
  { type: 'comment.deleted', comment_id: 7 },
  { type: 'comment.like.updated', comment_id: 'c1', like_count: '<b>' },
  { type: 'thread.like.updated' },
  { type: '__proto__' },
])('%j is left aside', (raw) => {
  expect(readThreadFrame(raw)).toBeNull();
});
