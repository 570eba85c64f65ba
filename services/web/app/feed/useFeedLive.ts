import { useQueryClient, type QueryKey } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { FeedEntry } from '../api/forum-types';
import type { Page } from '../api/request';
import { session } from '../auth/browser';
import { LiveSocket, socketUrl } from '../realtime/live-socket';
import { applyToFeed, countNew, readFeedFrame, type FeedPages } from './live';

/** News in quick succession are asked for together. */
const ASK_AFTER_MS = 600;

interface FeedLiveOptions {
  queryKey: QueryKey;
  /** Reads the newest page. */
  first: () => Promise<Page<FeedEntry>>;
}

/** Keeps the feed's numbers right while it is open, and counts what is new above it. */
export function useFeedLive({ queryKey, first }: FeedLiveOptions) {
  const client = useQueryClient();
  const [newCount, setNewCount] = useState(0);
  const options = useRef({ queryKey, first });
  useEffect(() => {
    options.current = { queryKey, first };
  }, [queryKey, first]);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    // Whose threads are in this feed only the server knows, so it is asked.
    const ask = async () => {
      const page = await options.current.first();
      const data = client.getQueriesData<FeedPages>({ queryKey: options.current.queryKey });
      const shown = data.flatMap(([, feed]) => feed?.pages.flatMap((each) => each.items) ?? []);
      setNewCount(countNew(shown, page.items));
    };
    const askSoon = () => {
      clearTimeout(timer);
      timer = setTimeout(() => void ask().catch(() => undefined), ASK_AFTER_MS);
    };
    let wasOpen = false;
    const socket = new LiveSocket({
      url: () => socketUrl('/ws/feed'),
      token: () => session.freshToken(),
      refresh: () => session.refresh(),
      onOpen: () => {
        if (wasOpen) askSoon();
        wasOpen = true;
      },
      onClose: () => undefined,
      onFrame: (raw) => {
        const frame = readFeedFrame(raw);
        if (frame === null) return;
        if (frame.type === 'thread.created' || frame.type === 'resync') askSoon();
        client.setQueriesData<FeedPages>(
          { queryKey: options.current.queryKey },
          (data) => data && applyToFeed(data, frame),
        );
      },
    });
    socket.start();
    return () => {
      clearTimeout(timer);
      socket.stop();
    };
  }, [client]);

  const show = () => {
    setNewCount(0);
    void client.resetQueries({ queryKey });
  };
  return { newCount, show };
}
