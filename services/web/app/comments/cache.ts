import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import type { Comment, Thread } from '../api/forum-types';
import type { Page } from '../api/request';

type Pages = InfiniteData<Page<Comment>, string | null>;

export type CommentSort = 'tree' | 'new';

/** Where the comments of a thread, or those below one comment, are kept. */
export function commentsKey(threadId: string, root: string | null = null, sort = 'tree') {
  return ['comments', threadId, sort, root] as const;
}

export const threadKey = (id: string) => ['thread', id] as const;

/** Changes one comment wherever it is shown. */
export function patchComment(
  client: QueryClient,
  threadId: string,
  id: string,
  change: (comment: Comment) => Comment,
): void {
  client.setQueriesData<Pages>({ queryKey: ['comments', threadId] }, (data) =>
    data === undefined ? data : mapComments(data, (each) => (each.id === id ? change(each) : each)),
  );
  client.setQueryData<Comment>(['comment', id], (comment) => comment && change(comment));
}

export function patchThread(
  client: QueryClient,
  id: string,
  change: (thread: Thread) => Thread,
): void {
  client.setQueryData<Thread>(threadKey(id), (thread) => thread && change(thread));
}

/** Shows new comments in every list of the thread that they belong to. */
export function insertComments(
  client: QueryClient,
  threadId: string,
  added: readonly Comment[],
): void {
  const lists = client.getQueryCache().findAll({ queryKey: ['comments', threadId] });
  for (const { queryKey } of lists) {
    const [, , sort, root] = queryKey as [string, string, CommentSort, string | null];
    client.setQueryData<Pages>(
      queryKey,
      (data) => data && added.reduce((pages, each) => insert(pages, each, sort, root), data),
    );
  }
}

/** With one more comment: at the front of the newest, else where its parent is. */
export function insert(
  data: Pages,
  comment: Comment,
  sort: CommentSort,
  root: string | null,
): Pages {
  const known = data.pages.flatMap((page) => page.items);
  if (known.some(({ id }) => id === comment.id)) return data;
  const at = sort === 'new' ? 0 : data.pages.length - 1;
  const { parent_id: parent } = comment;
  const belongs = sort === 'new' || parent === root || known.some(({ id }) => id === parent);
  if (!belongs) return data;
  const pages = data.pages.map((page, index) => {
    if (index !== at) return page;
    const items = sort === 'new' ? [comment, ...page.items] : [...page.items, comment];
    return { ...page, items };
  });
  return { ...data, pages };
}

function mapComments(data: Pages, change: (comment: Comment) => Comment): Pages {
  return {
    ...data,
    pages: data.pages.map((page) => ({ ...page, items: page.items.map(change) })),
  };
}
