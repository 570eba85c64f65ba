import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { heartbeat, listOnline, type OnlinePage } from '../api/calls';
import type { User } from '../api/types';

const HEARTBEAT_MS = 15_000;
const POLL_MS = 10_000;
const KEY = ['online'];

/** Keeps this member online while the page is open. A lost beat is made up by the next. */
export function useHeartbeat(user: User): void {
  const client = useQueryClient();
  useEffect(() => {
    const beat = () => void heartbeat(user.id, user.username).catch(() => undefined);
    const onVisible = () => {
      if (document.visibilityState === 'visible') beat();
    };
    void heartbeat(user.id, user.username)
      .then(() => client.invalidateQueries({ queryKey: KEY }))
      .catch(() => undefined);
    const timer = setInterval(beat, HEARTBEAT_MS);
    document.addEventListener('visibilitychange', onVisible);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [client, user]);
}

/** Who is online, newest knowledge first. */
export function useOnline() {
  const query = useQuery({ queryKey: KEY, queryFn: listOnline, refetchInterval: POLL_MS });
  const users = query.data?.users;
  const ids = useMemo(() => new Set(users?.map((user) => user.user_id)), [users]);
  return { users: users ?? [], more: query.data?.more ?? false, ids, isLoading: query.isLoading };
}

/** A room told that somebody came or went. Who went may still be in another room: ask. */
export function notePresence(
  client: QueryClient,
  userId: string,
  username: string,
  isOnline: boolean,
): void {
  if (!isOnline) {
    void client.invalidateQueries({ queryKey: KEY });
    return;
  }
  client.setQueryData<OnlinePage>(KEY, (page) => {
    if (page === undefined || page.users.some((user) => user.user_id === userId)) return page;
    const user = { user_id: userId, username, status: 'online' as const };
    return { ...page, users: [...page.users, user] };
  });
}
