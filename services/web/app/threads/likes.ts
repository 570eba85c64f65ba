import { useMutation, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { setLiked, type Target } from '../api/discussion';
import type { LikeAnswer } from '../api/forum-types';
import { patchComment, patchThread } from '../comments/cache';
import { showProblem } from '../ui/toast';
import { withLike } from './with-like';

/** The thread that is meant, or a comment of it. */
export interface Likable extends Target {
  threadId: string;
}

function patch(
  client: QueryClient,
  { kind, id, threadId }: Likable,
  change: <T extends LikeAnswer>(thing: T) => T,
): void {
  if (kind === 'threads') patchThread(client, id, change);
  else patchComment(client, threadId, id, change);
}

/** Likes or unlikes. Shown at once, and taken back when the server refuses. */
export function useLike(target: Likable) {
  const client = useQueryClient();
  const mutationKey = ['like', target.id];
  return useMutation({
    mutationKey,
    // One after the other, so that the last click counts.
    scope: { id: mutationKey.join() },
    mutationFn: (liked: boolean) => setLiked(target, liked),
    onMutate: (liked) => patch(client, target, (thing) => withLike(thing, liked)),
    onSuccess: ({ liked, like_count }) => {
      if (client.isMutating({ mutationKey }) > 1) return;
      patch(client, target, (thing) => ({ ...thing, liked, like_count }));
    },
    onError: (error, liked) => {
      patch(client, target, (thing) => withLike(thing, !liked));
      showProblem(error);
    },
  });
}
