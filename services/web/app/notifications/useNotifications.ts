import {
  skipToken,
  useMutation,
  useQuery,
  useQueryClient,
  type QueryClient,
} from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import {
  countUnread,
  deleteNotification,
  listNotifications,
  markAllRead,
  markRead,
} from '../api/calls';
import type { Notification, User } from '../api/types';
import { session } from '../auth/browser';
import { useUser } from '../auth/useUser';
import { useMember } from '../chat/member';
import { LiveSocket, socketUrl } from '../realtime/live-socket';

const LIST = ['notifications', 'list'];
const UNREAD = ['notifications', 'unread'];
/** The count is asked for now and then, should a frame have been lost. */
const POLL_MS = 60_000;

export function useNotificationList(unreadOnly: boolean) {
  const { user } = useMember();
  return useQuery({
    queryKey: [...LIST, unreadOnly],
    queryFn: () => listNotifications(user.id, unreadOnly),
  });
}

/** None for visitors. */
export function useUnreadCount(): number {
  const id = useUser()?.id;
  const query = useQuery({
    queryKey: UNREAD,
    queryFn: id === undefined ? skipToken : () => countUnread(id),
    refetchInterval: POLL_MS,
  });
  return query.data ?? 0;
}

/** Unread notifications by room. */
export function useUnreadByRoom(): ReadonlyMap<string, number> {
  const { data } = useNotificationList(true);
  return useMemo(() => {
    const counts = new Map<string, number>();
    for (const { room_id = null, is_read } of data ?? []) {
      if (room_id !== null && !is_read) counts.set(room_id, (counts.get(room_id) ?? 0) + 1);
    }
    return counts;
  }, [data]);
}

/** What a member can do with notifications; lists and count are asked for again after each. */
export function useNotificationActions() {
  const { user } = useMember();
  const client = useQueryClient();
  const onSettled = () => client.invalidateQueries({ queryKey: ['notifications'] });
  const read = useMutation({ mutationFn: markRead, onSettled });
  const readAll = useMutation({ mutationFn: () => markAllRead(user.id), onSettled });
  const remove = useMutation({ mutationFn: deleteNotification, onSettled });
  return { read, readAll, remove };
}

/** Keeps the notification socket open and tells of each new notification. */
export function useLiveNotifications(user: User, onNew: (notification: Notification) => void) {
  const client = useQueryClient();
  useEffect(() => {
    const socket = new LiveSocket({
      url: () => socketUrl('/ws/notifications', { user_id: user.id }),
      token: () => session.freshToken(),
      refresh: () => session.refresh(),
      // What came while the socket was away is read from the list.
      onOpen: () => void client.invalidateQueries({ queryKey: ['notifications'] }),
      onClose: () => undefined,
      onFrame: (frame) => onFrame(client, frame, onNew),
    });
    socket.start();
    return () => socket.stop();
  }, [client, user.id, onNew]);
}

function onFrame(
  client: QueryClient,
  frame: Record<string, unknown>,
  onNew: (notification: Notification) => void,
): void {
  if (frame.type === 'unread_count' && typeof frame.unread_count === 'number') {
    client.setQueryData(UNREAD, frame.unread_count);
    void client.invalidateQueries({ queryKey: LIST });
  }
  const notification = frame.notification as Notification | undefined;
  if (frame.type !== 'notification' || typeof notification?.id !== 'string') return;
  void client.invalidateQueries({ queryKey: ['notifications'] });
  onNew(notification);
}
