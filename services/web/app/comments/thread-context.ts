import { createContext, use } from 'react';
import type { Comment } from '../api/forum-types';

/** What a person wants to do with a comment, or (null) with the thread. */
export interface Wish {
  kind: 'report' | 'delete' | 'restore' | 'history';
  comment: Comment | null;
}

/** What every comment of a thread needs of its thread. */
export interface ThreadActions {
  threadId: string;
  /** The reader is a member and the thread is open. */
  canWrite: boolean;
  /** The comment that the address names. */
  target: string | null;
  reply: (body: string, parentId: string | null) => Promise<void>;
  edit: (commentId: string, body: string) => Promise<void>;
  ask: (wish: Wish) => void;
}

export const ThreadContext = createContext<ThreadActions | null>(null);

export function useThreadContext(): ThreadActions {
  const context = use(ThreadContext);
  if (context === null) throw new Error('outside of a thread');
  return context;
}
