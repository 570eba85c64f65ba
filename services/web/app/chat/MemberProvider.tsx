import { notifications } from '@mantine/notifications';
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import { listMessages } from '../api/calls';
import type { Notification, User } from '../api/types';
import { session } from '../auth/browser';
import { Uploads } from '../files/uploads';
import { upload } from '../files/upload';
import { localStore } from '../lib/storage';
import { useStore } from '../lib/store';
import { useLiveNotifications } from '../notifications/useNotifications';
import { notePresence, useHeartbeat, useOnline } from '../presence/usePresence';
import { LiveSocket, socketUrl } from '../realtime/live-socket';
import { announce } from '../ui/Announcer';
import { noteNews } from '../ui/title';
import { MemberContext } from './member';
import { OpenRooms, type OpenRoom } from './open-rooms';
import { RoomSession } from './room-session';

/** The room that exists as soon as somebody enters it. */
const DEFAULT_ROOM = 'general';

/** Keeps what lives as long as the visit: sockets, presence, notifications. */
export function MemberProvider({ roomId, children }: { roomId: string; children: ReactNode }) {
  const { user } = useStore(session.state);
  return user && <Provider user={user} roomId={roomId} children={children} />;
}

function Provider(props: { user: User; roomId: string; children: ReactNode }) {
  const { user, roomId, children } = props;
  const client = useQueryClient();
  const [rooms] = useState(() => new OpenRooms((id) => openRoom(id, user, client)));
  const online = useOnline().ids;
  useHeartbeat(user);
  useLiveNotifications(user, useToast(roomId));
  useEffect(() => () => rooms.closeAll(), [rooms]);
  useEffect(() => localStore.set('folkmoot.room', roomId), [roomId]);
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

/** Shows a passing note of a notification, unless its room is being read right now. */
function useToast(roomId: string): (notification: Notification) => void {
  const [, navigate] = useLocation();
  const current = useRef(roomId);
  useEffect(() => {
    current.current = roomId;
  }, [roomId]);
  return useCallback(
    ({ id, title, body, room_id = null }: Notification) => {
      const isRead = room_id === current.current && document.visibilityState === 'visible';
      if (isRead) return;
      notifications.show({
        id,
        title,
        message: body,
        closeButtonProps: { 'aria-label': 'Dismiss' },
        style: { cursor: room_id === null ? 'default' : 'pointer' },
        onClick: () => {
          if (room_id !== null) navigate(`/rooms/${encodeURIComponent(room_id)}`);
          notifications.hide(id);
        },
      });
    },
    [navigate],
  );
}
