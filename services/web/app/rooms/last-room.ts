import { localStore } from '../lib/storage';
import { roomPath } from '../paths';

const KEY = 'folkmoot.room';
/** The room that exists as soon as somebody enters it. */
export const DEFAULT_ROOM = 'general';

export function rememberRoom(id: string): void {
  localStore.set(KEY, id);
}

/** Where the rooms were left. */
export function lastRoomPath(): string {
  return roomPath(localStore.get(KEY) ?? DEFAULT_ROOM);
}
