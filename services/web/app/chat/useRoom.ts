import { useEffect } from 'react';
import { useMember } from './member';
import type { OpenRoom } from './open-rooms';

/** The room, with a connection for as long as it is shown. */
export function useRoom(roomId: string): OpenRoom {
  const { rooms } = useMember();
  useEffect(() => {
    rooms.enter(roomId);
    return () => rooms.leave(roomId);
  }, [rooms, roomId]);
  return rooms.get(roomId);
}
