import type { Query } from '../api/request';

export const SORTS = ['activity', 'new'] as const;
export type Sort = (typeof SORTS)[number];

/** Which threads a list shows. */
export interface ThreadFilter {
  category: string | null;
  tag: string | null;
  author: string | null;
  sort: Sort;
  unread: boolean;
}

/** From the address, where anything may stand. */
export function readFilter(params: URLSearchParams): ThreadFilter {
  const text = (name: string) => {
    const value = params.get(name)?.trim().slice(0, 100) ?? '';
    return value === '' ? null : value;
  };
  return {
    category: text('category'),
    tag: text('tag'),
    author: text('author'),
    sort: params.get('sort') === 'new' ? 'new' : 'activity',
    unread: params.get('unread') === 'true',
  };
}

/** The address of another choice. The list begins at its first page again. */
export function withChange(
  params: URLSearchParams,
  change: Partial<Record<keyof ThreadFilter, string | null>>,
): URLSearchParams {
  const next = new URLSearchParams(params);
  next.delete('after');
  next.delete('pages');
  for (const [name, value] of Object.entries(change)) {
    if (value === null) next.delete(name);
    else next.set(name, value);
  }
  return next;
}

export function toQuery(filter: ThreadFilter): Query {
  return { ...filter, unread: filter.unread || null };
}
