import { expect, test } from 'vitest';
import { withLike } from './with-like';

test('a like counts once, and is taken back exactly', () => {
  const before = { liked: false, like_count: 3 };
  const after = withLike(before, true);
  expect(after).toEqual({ liked: true, like_count: 4 });
  expect(withLike(after, true)).toBe(after);
  expect(withLike(after, false)).toEqual(before);
});

test('the number never falls below nothing', () => {
  expect(withLike({ liked: true, like_count: 0 }, false)).toEqual({ liked: false, like_count: 0 });
});
