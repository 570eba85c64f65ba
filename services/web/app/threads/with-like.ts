import type { LikeAnswer } from '../api/forum-types';

/** What is shown before the server has answered. */
export function withLike<T extends LikeAnswer>(thing: T, liked: boolean): T {
  if (thing.liked === liked) return thing;
  const change = liked ? 1 : -1;
  return { ...thing, liked, like_count: Math.max(0, thing.like_count + change) };
}
