import { Alert, Button, Group, SegmentedControl, Title } from '@mantine/core';
import { IconArrowUp } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { Link, Redirect, useLocation, useSearchParams } from 'wouter';
import { createComment, editComment, listComments, markThreadRead } from '../api/discussion';
import type { Comment, Thread } from '../api/forum-types';
import { isModerator, useUser } from '../auth/useUser';
import { useHash } from '../lib/useHash';
import { loginPath, subtreePath } from '../paths';
import { useThreadLive } from '../threads/useThreadLive';
import { announce } from '../ui/Announcer';
import { ListFrame, More } from '../ui/ListFrame';
import { useUrlPages } from '../ui/url-pages';
import { commentsKey, insertComments, patchComment, threadKey, type CommentSort } from './cache';
import { CommentForm } from './CommentForm';
import classes from './CommentsSection.module.css';
import { CommentTree } from './CommentTree';
import { ThreadContext, type ThreadActions, type Wish } from './thread-context';
import { buildTree } from './tree';
import { WishModals } from './WishModals';

const PAGE = 50;

interface CommentsSectionProps {
  thread: Thread;
  /** Only what is below this comment, and itself. */
  root: Comment | null;
}

/** The comments of a thread, kept up to date, and the box for one's own. */
export function CommentsSection({ thread, root }: CommentsSectionProps) {
  const [params] = useSearchParams();
  const sort: CommentSort = root === null && params.get('sort') === 'new' ? 'new' : 'tree';
  const rootId = root?.id ?? null;
  const list = useUrlPages([...commentsKey(thread.id, rootId, sort)], (after) =>
    listComments(thread.id, { root: rootId, sort, after, limit: PAGE }),
  );
  const { items, isLoading, next } = list;
  const [wish, setWish] = useState<Wish | null>(null);
  const target = useTarget(items, isLoading);
  const actions = useActions(thread, target, setWish);
  const { arrivedCount, show } = useThreadLive(thread.id);
  useReadPosition(thread.id, items, isLoading, next !== null);
  const nodes = useMemo(
    () => (sort === 'new' ? flat(items) : buildTree(root === null ? items : [root, ...items])),
    [items, root, sort],
  );
  const showArrived = () => {
    const first = show();
    if (first !== null) requestAnimationFrame(() => reveal(`comment-${first}`));
  };
  const isElsewhere = target !== null && !isLoading && !items.some(({ id }) => id === target);
  if (isElsewhere && target !== rootId) {
    return <Redirect to={subtreePath(thread.id, target)} replace />;
  }
  return (
    <ThreadContext value={actions}>
      <section aria-labelledby="fm-comments" className={classes.root}>
        <Head thread={thread} isWhole={root === null} sort={sort} />
        <ListFrame {...list} isEmpty={nodes.length === 0} empty="Nobody has answered yet.">
          <CommentTree nodes={nodes} />
        </ListFrame>
        <More {...list} label="More comments" />
        <Pill count={arrivedCount} onShow={showArrived} />
        {root === null && <WriteBox thread={thread} />}
      </section>
      <WishModals thread={thread} wish={wish} onClose={() => setWish(null)} />
    </ThreadContext>
  );
}

interface HeadProps {
  thread: Thread;
  isWhole: boolean;
  sort: CommentSort;
}

function Head({ thread, isWhole, sort }: HeadProps) {
  const [, setParams] = useSearchParams();
  return (
    <Group justify="space-between" mb="xs">
      <Title order={2} size="h4" id="fm-comments">
        {isWhole ? commentCount(thread.comment_count) : 'This part of the discussion'}
      </Title>
      {isWhole && thread.comment_count > 1 && (
        <SegmentedControl
          size="xs"
          aria-label="Order of comments"
          value={sort}
          onChange={(value) => setParams(value === 'new' ? { sort: 'new' } : {})}
          data={[
            { value: 'tree', label: 'As a conversation' },
            { value: 'new', label: 'Newest' },
          ]}
        />
      )}
    </Group>
  );
}

function Pill({ count, onShow }: { count: number; onShow: () => void }) {
  return (
    <div className={classes.pill} role="status">
      {count > 0 && (
        <Button radius="xl" leftSection={<IconArrowUp size={17} />} onClick={onShow}>
          {count} new {count === 1 ? 'reply' : 'replies'}
        </Button>
      )}
    </div>
  );
}

/** Each for itself: the newest first has no tree. */
function flat(items: readonly Comment[]) {
  return items.map((comment) => ({ comment, children: [] }));
}

function commentCount(count: number): string {
  return count === 1 ? '1 comment' : `${count.toLocaleString()} comments`;
}

function WriteBox({ thread }: { thread: Thread }) {
  const user = useUser();
  const [path] = useLocation();
  if (user === null) {
    return (
      <p className={classes.closed}>
        <Link href={loginPath(path)}>Log in</Link> to answer.
      </p>
    );
  }
  return <MemberBox thread={thread} mayWrite={!thread.is_locked || isModerator(user)} />;
}

function MemberBox({ thread, mayWrite }: { thread: Thread; mayWrite: boolean }) {
  const client = useQueryClient();
  if (!mayWrite || thread.deleted_at !== null) {
    return (
      <Alert color="gray" variant="light" mt="md">
        This thread is closed; nothing can be added.
      </Alert>
    );
  }
  return (
    <CommentForm
      draftKey={`comment/${thread.id}`}
      label="Write a comment"
      submit="Comment"
      onSubmit={(body) => write(client, thread.id, body, null)}
    />
  );
}

async function write(
  client: ReturnType<typeof useQueryClient>,
  threadId: string,
  body: string,
  parentId: string | null,
): Promise<void> {
  const comment = await createComment(threadId, body, parentId);
  insertComments(client, threadId, [comment]);
  void client.invalidateQueries({ queryKey: threadKey(threadId) });
  announce('Your comment is there.');
  requestAnimationFrame(() => reveal(`comment-${comment.id}`, 'nearest'));
}

function useActions(
  thread: Thread,
  target: string | null,
  ask: (wish: Wish) => void,
): ThreadActions {
  const client = useQueryClient();
  const user = useUser();
  const isOpen = thread.deleted_at === null && (!thread.is_locked || isModerator(user));
  const canWrite = user !== null && isOpen;
  return useMemo(
    () => ({
      threadId: thread.id,
      canWrite,
      target,
      ask,
      reply: (body: string, parentId: string | null) => write(client, thread.id, body, parentId),
      edit: async (commentId: string, body: string) => {
        const comment = await editComment(commentId, body);
        patchComment(client, thread.id, commentId, () => comment);
      },
    }),
    [client, thread.id, canWrite, target, ask],
  );
}

/** The comment that the address names; brought into view once it is there. */
function useTarget(items: readonly Comment[], isLoading: boolean): string | null {
  const hash = useHash();
  const target = /^comment-([\w-]{1,64})$/.exec(hash)?.[1] ?? null;
  const isThere = !isLoading && items.some(({ id }) => id === target);
  useEffect(() => {
    if (isThere) reveal(`comment-${target}`);
  }, [isThere, target]);
  return target;
}

function reveal(id: string, block: ScrollLogicalPosition = 'start'): void {
  const element = document.getElementById(id);
  element?.scrollIntoView({ block });
  element?.focus({ preventScroll: true });
}

/** Tells the server how far a member has read. */
function useReadPosition(
  threadId: string,
  items: readonly Comment[],
  isLoading: boolean,
  hasMore: boolean,
): void {
  const isMember = useUser() !== null;
  const client = useQueryClient();
  const newest = items.reduce((last, { id }) => (id > last ? id : last), '');
  const mark = useCallback(async () => {
    await markThreadRead(threadId, newest === '' ? null : newest);
    await client.invalidateQueries({ queryKey: ['threads'], refetchType: 'none' });
  }, [client, threadId, newest]);
  useEffect(() => {
    if (isMember && !isLoading) mark().catch(() => undefined);
  }, [isMember, isLoading, hasMore, mark]);
}
