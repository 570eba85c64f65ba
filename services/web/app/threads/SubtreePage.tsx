import { Anchor, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { getComment } from '../api/discussion';
import { CommentsSection } from '../comments/CommentsSection';
import { subtreePath, threadPath } from '../paths';
import { Trouble, Waiting } from '../ui/ListFrame';
import { ThreadFrame, useThread } from './ThreadPage';
import classes from './ThreadPage.module.css';

interface SubtreePageProps {
  threadId: string;
  commentId: string;
}

/** One comment of a thread and what follows below it. */
export function SubtreePage({ threadId, commentId }: SubtreePageProps) {
  const query = useThread(threadId);
  const comment = useQuery({
    queryKey: ['comment', commentId],
    queryFn: () => getComment(commentId),
  });
  const root = comment.data?.thread_id === threadId ? comment.data : undefined;
  return (
    <ThreadFrame query={query}>
      {(thread) => (
        <>
          <Title order={1} className={classes.title} dir="auto">
            {thread.title}
          </Title>
          <p className={classes.context}>
            <Anchor component={Link} href={threadPath(threadId)}>
              The whole thread
            </Anchor>
            {root?.parent_id != null && (
              <Anchor component={Link} href={subtreePath(threadId, root.parent_id)}>
                What this answers
              </Anchor>
            )}
          </p>
          <Trouble {...comment} />
          {comment.isLoading && <Waiting />}
          {comment.data && !root && <p>There is no such comment in this thread.</p>}
          {root && <CommentsSection thread={thread} root={root} />}
        </>
      )}
    </ThreadFrame>
  );
}
