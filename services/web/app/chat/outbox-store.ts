import type { KeyValue } from '../lib/storage';
import type { Outbox, Outgoing } from './outbox';

/**
 * Keeps what is not yet sent over a reload or a crash, one key a message: two tabs on the same
 * room then never overwrite each other. Both may send it; the server stores a client_id once.
 */
export class OutboxStore {
  readonly #storage: KeyValue;
  readonly #prefix: string;
  #saved = new Set<string>();

  constructor(storage: KeyValue, userId: string, roomId: string) {
    this.#storage = storage;
    this.#prefix = `folkmoot.outbox/${userId}/${roomId}/`;
  }

  /** What an earlier page left, oldest first. */
  load(): Outbox {
    const entries = this.#storage
      .keys(this.#prefix)
      .map((key) => parse(this.#storage.get(key)))
      .filter((entry) => entry !== null)
      .sort((a, b) => a.created_at.localeCompare(b.created_at));
    this.#saved = new Set(entries.map((entry) => entry.client_id));
    return entries.map((entry) =>
      entry.state === 'sending' ? { ...entry, state: 'queued' } : entry,
    );
  }

  save(outbox: Outbox): void {
    const unsent = outbox.filter((entry) => entry.state !== 'acked');
    const ids = new Set(unsent.map((entry) => entry.client_id));
    for (const id of this.#saved) if (!ids.has(id)) this.#storage.remove(this.#prefix + id);
    for (const entry of unsent) {
      this.#storage.set(this.#prefix + entry.client_id, JSON.stringify(entry));
    }
    this.#saved = ids;
  }
}

function parse(text: string | null): Outgoing | null {
  try {
    const entry = JSON.parse(text ?? 'null') as Outgoing | null;
    const valid = typeof entry?.client_id === 'string' && typeof entry.content === 'string';
    return valid ? entry : null;
  } catch {
    return null;
  }
}
