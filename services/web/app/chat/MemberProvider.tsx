import { notifications } from '@mantine/notifications';
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { useLocation, useRoute } from 'wouter';
import { listMessages } from '../api/calls';
import type { Notification, User } from '../api/types';
import { session } from '../auth/browser';
import { Uploads } from '../files/uploads';
import { upload } from '../files/upload';
import { localStore } from '../lib/storage';
import { notificationPath } from '../notifications/kinds';
import { useLiveNotifications } from '../notifications/useNotifications';
import { notePresence, useHeartbeat, useOnline } from '../presence/usePresence';
import { DEFAULT_ROOM, rememberRoom } from '../rooms/last-room';
import { LiveSocket, socketUrl } from '../realtime/live-socket';
import { announce } from '../ui/Announcer';
import { noteNews } from '../ui/title';
import { MemberContext } from './member';
import { OpenRooms, type OpenRoom } from './open-rooms';
import { RoomSession } from './room-session';

interface MemberProviderProps {
  user: User;
  children: ReactNode;
}

/** Keeps what lives as long as the visit: sockets, presence, notifications. */
export function MemberProvider({ user, children }: MemberProviderProps) {
  const client = useQueryClient();
  const [, params] = useRoute<{ id: string }>('/rooms/:id');
  const roomId = params?.id ?? null;
  const [rooms] = useState(() => new OpenRooms((id) => openRoom(id, user, client)));
  const online = useOnline().ids;
  useHeartbeat(user);
  useLiveNotifications(user, useToast(roomId));
  useEffect(() => () => rooms.closeAll(), [rooms]);
  useEffect(() => {
    if (roomId !== null) rememberRoom(roomId);
  }, [roomId]);
  const member = useMemo(() => ({ user, rooms, online }), [user, rooms, online]);
  return <MemberContext value={member}>{children}</MemberContext>;
}

function openRoom(roomId: string, user: User, client: QueryClient): OpenRoom {
  const me = { id: user.id, username: user.username };
  const room = new RoomSession({
    roomId,
    openOnEntry: roomId === DEFAULT_ROOM,
    me,
    storage: localStore,
    history: (query) => listMessages(roomId, query),
    url: (since) =>
      socketUrl(`/ws/${encodeURIComponent(roomId)}/${encodeURIComponent(me.id)}`, {
        username: me.username,
        since: String(since),
      }),
    openSocket: (hooks) =>
      new LiveSocket({
        ...hooks,
        token: () => session.freshToken(),
        refresh: () => session.refresh(),
      }),
    onMessage: (message) => {
      noteNews();
      announce(`${message.username}: ${message.content}`);
    },
    onPresence: (userId, username, isOnline) => notePresence(client, userId, username, isOnline),
  });
  const uploads = new Uploads({
    roomId,
    token: () => session.freshToken(),
    upload,
    onStored: (draft) => room.send(draft),
  });
  return { session: room, uploads };
}

/** Shows a passing note of a notification, unless what it is about is being read right now. */
function useToast(roomId: string | null): (notification: Notification) => void {
  const [path, navigate] = useLocation();
  const current = useRef({ path, roomId });
  useEffect(() => {
    current.current = { path, roomId };
  }, [path, roomId]);
  return useCallback(
    (notification: Notification) => {
      const { id, title, body, room_id = null } = notification;
      const target = notificationPath(notification);
      const isHere =
        room_id === null
          ? target?.split('#')[0] === current.current.path
          : room_id === current.current.roomId;
      if (isHere && document.visibilityState === 'visible') return;
      notifications.show({
        id,
        title,
        message: body,
        closeButtonProps: { 'aria-label': 'Dismiss' },
        style: { cursor: target === null ? 'default' : 'pointer' },
        onClick: () => {
          if (target !== null) navigate(target);
          notifications.hide(id);
        },
      });
    },
    [navigate],
  );
}
