import { useInfiniteQuery, type QueryKey } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useSearchParams } from 'wouter';
import type { Page } from '../api/request';
import { announce } from './Announcer';

/** So many pages are kept below each other; what follows is a page of its own. */
export const PAGES_MAX = 10;

/** How many pages the address asks for: 1 to `PAGES_MAX`, whatever it says. */
export function pagesWanted(params: URLSearchParams): number {
  const count = Math.trunc(Number(params.get('pages') ?? 1));
  return Number.isFinite(count) ? Math.min(PAGES_MAX, Math.max(1, count)) : 1;
}

/** The address of the list from `after` on. */
export function hrefFrom(path: string, params: URLSearchParams, after: string | null): string {
  const next = new URLSearchParams(params);
  next.delete('pages');
  if (after === null) next.delete('after');
  else next.set('after', after);
  const query = next.toString();
  return query === '' ? path : `${path}?${query}`;
}

/**
 * A list that is loaded page after page. Where it begins (`after`) and how far it is open
 * (`pages`) are in the address, so that a link to it, a reload and going back show the same.
 */
export function useUrlPages<T>(key: QueryKey, load: (after: string | null) => Promise<Page<T>>) {
  const [params, setParams] = useSearchParams();
  const start = params.get('after');
  const wanted = pagesWanted(params);
  const query = useInfiniteQuery({
    queryKey: [...key, start],
    queryFn: ({ pageParam }) => load(pageParam),
    initialPageParam: start,
    getNextPageParam: (page) => page.next ?? undefined,
    staleTime: 30_000,
  });
  const { data, hasNextPage, isFetching, isError, fetchNextPage } = query;
  const count = data?.pages.length ?? 0;
  const canLoad = hasNextPage && !isFetching && !isError;
  useEffect(() => {
    if (canLoad && count > 0 && count < wanted) void fetchNextPage();
  }, [canLoad, count, wanted, fetchNextPage]);

  const openMore = () => {
    announce('Loading more');
    const next = new URLSearchParams(params);
    next.set('pages', String(count + 1));
    setParams(next, { replace: true });
    if (count < wanted) void fetchNextPage();
  };
  return {
    ...query,
    items: data?.pages.flatMap((page) => page.items) ?? [],
    start,
    next: data?.pages.at(-1)?.next ?? null,
    /** Null when the list is as long as it may be: the next page is then another address. */
    openMore: count < PAGES_MAX ? openMore : null,
  };
}
