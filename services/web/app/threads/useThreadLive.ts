import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Comment } from '../api/forum-types';
import { session } from '../auth/browser';
import { useUser } from '../auth/useUser';
import { insertComments, patchComment, patchThread, threadKey } from '../comments/cache';
import { LiveSocket, socketUrl } from '../realtime/live-socket';
import { readThreadFrame, type ThreadFrame } from './frames';

/** More than these are not held: they are asked for again when they are wanted. */
const HELD_MAX = 200;

/** New comments of others that are not shown yet: showing them unasked would move the page. */
interface Arrived {
  ids: readonly string[];
  comments: readonly Comment[];
}

const NONE: Arrived = { ids: [], comments: [] };

/** Keeps the thread as it is on the server while it is open. Visitors see it as it was. */
export function useThreadLive(threadId: string) {
  const client = useQueryClient();
  const userId = useUser()?.id ?? null;
  const [arrived, setArrived] = useState<Arrived>(NONE);

  const hold = useCallback((id: string, comment: Comment | null) => {
    setArrived((held) => {
      if (held.ids.includes(id)) return held;
      const isFull = held.comments.length >= HELD_MAX || comment === null;
      return {
        ids: [...held.ids, id],
        comments: isFull ? held.comments : [...held.comments, comment],
      };
    });
  }, []);

  useEffect(() => {
    if (userId === null) return;
    let wasOpen = false;
    const socket = new LiveSocket({
      url: () => socketUrl(`/ws/threads/${encodeURIComponent(threadId)}`),
      token: () => session.freshToken(),
      refresh: () => session.refresh(),
      onOpen: () => {
        // What was told while the socket was away is read again.
        if (wasOpen) void refresh(client, threadId);
        wasOpen = true;
      },
      onClose: () => undefined,
      onFrame: (raw) => {
        const frame = readThreadFrame(raw);
        if (frame !== null) apply(client, threadId, userId, frame, hold);
      },
    });
    socket.start();
    return () => socket.stop();
  }, [client, threadId, userId, hold]);

  const last = useRef(arrived);
  useEffect(() => {
    last.current = arrived;
  }, [arrived]);
  const show = useCallback(() => {
    const { ids, comments } = last.current;
    setArrived(NONE);
    if (comments.length === ids.length) insertComments(client, threadId, comments);
    else void refresh(client, threadId);
    return ids[0] ?? null;
  }, [client, threadId]);
  return { arrivedCount: arrived.ids.length, show };
}

function refresh(client: QueryClient, threadId: string): Promise<unknown> {
  return Promise.all([
    client.invalidateQueries({ queryKey: threadKey(threadId) }),
    client.invalidateQueries({ queryKey: ['comments', threadId] }),
  ]);
}

function apply(
  client: QueryClient,
  threadId: string,
  userId: string,
  frame: ThreadFrame,
  hold: (id: string, comment: Comment | null) => void,
): void {
  switch (frame.type) {
    case 'thread.updated':
    case 'thread.deleted':
      void client.invalidateQueries({ queryKey: threadKey(threadId) });
      return;
    case 'thread.like.updated':
      patchThread(client, threadId, (thread) => ({ ...thread, like_count: frame.likeCount }));
      return;
    case 'comment.created':
      patchThread(client, threadId, (thread) => ({
        ...thread,
        comment_count: thread.comment_count + 1,
      }));
      if (frame.comment?.author.user_id !== userId) hold(frame.id, frame.comment);
      // Written here, or by the same person somewhere else.
      else insertComments(client, threadId, [{ ...frame.comment, liked: false }]);
      return;
    case 'comment.updated': {
      const { comment } = frame;
      if (comment === null) void refresh(client, threadId);
      // A frame goes to everybody, so it does not say who likes it.
      else patchComment(client, threadId, frame.id, ({ liked }) => ({ ...comment, liked }));
      return;
    }
    case 'comment.deleted':
      patchComment(client, threadId, frame.id, withoutText);
      return;
    case 'comment.like.updated':
      patchComment(client, threadId, frame.id, (comment) => ({
        ...comment,
        like_count: frame.likeCount,
      }));
  }
}

/** What a deleted comment looks like until it is read again. */
function withoutText(comment: Comment): Comment {
  const deleted_at = comment.deleted_at ?? new Date().toISOString();
  return { ...comment, body: null, body_html: null, deleted_at };
}
