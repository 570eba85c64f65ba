import { Anchor, Button, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import { getThread } from '../api/discussion';
import type { Thread } from '../api/forum-types';
import { Problem } from '../api/problem';
import { threadKey } from '../comments/cache';
import { CommentsSection } from '../comments/CommentsSection';
import type { Wish } from '../comments/thread-context';
import { WishModals } from '../comments/WishModals';
import { categoryPath } from '../paths';
import { Byline } from '../people/Byline';
import { Trouble, Waiting } from '../ui/ListFrame';
import { Page } from '../ui/Page';
import { ServerHtml } from '../ui/ServerHtml';
import { Attachments } from './Attachments';
import { EditThread } from './EditThread';
import { LikeButton } from './LikeButton';
import { ThreadMenu } from './ThreadMenu';
import classes from './ThreadPage.module.css';
import { Tags } from './ThreadRow';

export function useThread(id: string) {
  return useQuery({ queryKey: threadKey(id), queryFn: () => getThread(id) });
}

/** A thread with its comments. */
export function ThreadPage({ id }: { id: string }) {
  const query = useThread(id);
  return (
    <ThreadFrame query={query}>
      {(thread) => (
        <>
          <OpeningPost thread={thread} />
          <CommentsSection thread={thread} root={null} />
        </>
      )}
    </ThreadFrame>
  );
}

interface ThreadFrameProps {
  query: ReturnType<typeof useThread>;
  children: (thread: Thread) => ReactNode;
}

/** The page around a thread, while it is loading and when there is none. */
export function ThreadFrame({ query, children }: ThreadFrameProps) {
  const { data: thread, error, isLoading } = query;
  if (error instanceof Problem && error.status === 404) {
    return (
      <Page title="No such thread">
        <Text mb="md">It may have been deleted, or it is not for everybody.</Text>
        <Button component={Link} href="/threads" variant="light">
          To the discussions
        </Button>
      </Page>
    );
  }
  const category = thread?.category;
  const bar = (
    <nav aria-label="Where this is">
      <Anchor component={Link} href="/threads" size="sm">
        Discussions
      </Anchor>
      {category && (
        <>
          {' / '}
          <Anchor component={Link} href={categoryPath(category.slug)} size="sm">
            {category.name}
          </Anchor>
        </>
      )}
    </nav>
  );
  return (
    <Page title={thread?.title ?? 'Thread'} bar={bar}>
      <Trouble {...query} />
      {isLoading && <Waiting />}
      {thread && children(thread)}
    </Page>
  );
}

function OpeningPost({ thread }: { thread: Thread }) {
  const [isEditing, setEditing] = useState(false);
  const [wish, setWish] = useState<Wish | null>(null);
  if (isEditing) return <EditThread thread={thread} onDone={() => setEditing(false)} />;
  return (
    <article aria-labelledby="fm-thread-title">
      <Title order={1} id="fm-thread-title" className={classes.title} dir="auto">
        {thread.title}
      </Title>
      <States thread={thread} />
      <p className={classes.meta}>
        <Byline
          author={thread.author}
          createdAt={thread.created_at}
          editedAt={thread.edited_at}
          size={30}
        />
        <Tags tags={thread.tags} />
      </p>
      <ServerHtml html={thread.body_html} />
      <Attachments threadId={thread.id} attachments={thread.attachments} />
      <div className={classes.actions}>
        <LikeButton
          target={{ kind: 'threads', id: thread.id, threadId: thread.id }}
          what="this thread"
          liked={thread.liked}
          count={thread.like_count}
          size="sm"
        />
        <ThreadMenu
          thread={thread}
          onEdit={() => setEditing(true)}
          onWish={(kind) => setWish({ kind, comment: null })}
        />
      </div>
      <WishModals thread={thread} wish={wish} onClose={() => setWish(null)} />
    </article>
  );
}

function States({ thread }: { thread: Thread }) {
  const states = [
    ...(thread.is_pinned ? ['Pinned'] : []),
    ...(thread.is_locked ? ['Locked'] : []),
    ...(thread.deleted_at === null ? [] : ['Deleted: only moderators see this']),
  ];
  if (states.length === 0) return null;
  return (
    <p className={classes.states}>
      {states.map((state) => (
        <span key={state}>{state}</span>
      ))}
    </p>
  );
}
