import type { FeedEntry } from './forum-types';
import { call, callPage, type Page } from './request';

/** What those whom one follows wrote, and oneself. */
export function listHomeFeed(after: string | null): Promise<Page<FeedEntry>> {
  return callPage('/api/feed', { after, limit: 20 });
}

const STREAM_PAGE = 20;
/** The stream is kept so far back. */
const STREAM_END = 1_000;

/** What everybody wrote. The cursor is how many to leave out. */
export async function listStream(after: string | null): Promise<Page<FeedEntry>> {
  const skip = Number(after ?? 0);
  const query = { limit: STREAM_PAGE, skip };
  const items = await call<FeedEntry[]>('GET', '/api/activity-stream', { query });
  const end = skip + items.length;
  const isLast = items.length < STREAM_PAGE || end >= STREAM_END;
  return { items, next: isLast ? null : String(end) };
}
