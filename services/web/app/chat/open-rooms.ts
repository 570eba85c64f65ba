import type { Uploads } from '../files/uploads';
import { isUnsettled } from './outbox';
import type { RoomSession } from './room-session';

export interface OpenRoom {
  session: RoomSession;
  uploads: Uploads;
}

interface Entry extends OpenRoom {
  users: number;
  running: boolean;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** Leaving and coming back within this time keeps the room open. */
const LINGER_MS = 1_500;

/**
 * The rooms with a connection. A room that is left stays open until what was written and
 * uploaded there has reached the server.
 */
export class OpenRooms {
  readonly #make: (roomId: string) => OpenRoom;
  readonly #rooms = new Map<string, Entry>();

  constructor(make: (roomId: string) => OpenRoom) {
    this.#make = make;
  }

  get(roomId: string): OpenRoom {
    return this.#entry(roomId);
  }

  enter(roomId: string): void {
    const entry = this.#entry(roomId);
    clearTimeout(entry.timer);
    entry.users += 1;
    if (entry.running) return;
    entry.running = true;
    entry.session.start();
  }

  leave(roomId: string): void {
    const entry = this.#rooms.get(roomId);
    if (entry === undefined) return;
    entry.users -= 1;
    if (entry.users <= 0) this.#closeSoon(roomId, entry);
  }

  /** Ends every connection at once. A room that is entered again starts again. */
  closeAll(): void {
    for (const entry of this.#rooms.values()) {
      clearTimeout(entry.timer);
      entry.running = false;
      entry.session.stop();
    }
  }

  #entry(roomId: string): Entry {
    const known = this.#rooms.get(roomId);
    if (known !== undefined) return known;
    const entry: Entry = { ...this.#make(roomId), users: 0, running: false, timer: undefined };
    this.#rooms.set(roomId, entry);
    return entry;
  }

  #closeSoon(roomId: string, entry: Entry): void {
    clearTimeout(entry.timer);
    entry.timer = setTimeout(() => {
      const isBusy = entry.uploads.list.get().some((upload) => upload.state !== 'failed');
      if (isBusy || isUnsettled(entry.session.sender.outbox.get())) {
        this.#closeSoon(roomId, entry);
        return;
      }
      entry.running = false;
      entry.session.stop();
      this.#rooms.delete(roomId);
    }, LINGER_MS);
  }
}
