import { newId } from '../lib/id';
import { Store } from '../lib/store';
import type { Message } from '../api/types';
import * as outboxes from './outbox';
import type { OutboxStore } from './outbox-store';

export interface SenderDeps {
  saved: OutboxStore;
  /** Puts a frame on the wire; false when there is no connection. */
  transmit: (frame: object) => boolean;
  /** Everything up to this number was received. */
  liveSeq: () => number;
  /** The peer does not answer: end this connection so that another is made. */
  giveUp: () => void;
}

const ACK_WITHIN_MS = 15_000;
const DEFER_MS = 1_000;

/**
 * Gets what a person wrote to the server exactly once and in the order it was written: one
 * message at a time, again under the same id after a lost connection.
 */
export class Sender {
  readonly outbox: Store<outboxes.Outbox>;
  readonly #deps: SenderDeps;
  #ackTimer: ReturnType<typeof setTimeout> | undefined;
  #deferTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(deps: SenderDeps) {
    this.#deps = deps;
    this.outbox = new Store(deps.saved.load());
    this.outbox.subscribe(() => deps.saved.save(this.outbox.get()));
  }

  send(draft: outboxes.Draft): void {
    const now = new Date().toISOString();
    this.outbox.update((outbox) => outboxes.enqueue(outbox, draft, newId(), now));
    this.pump();
  }

  retry(clientId: string): void {
    this.outbox.update((outbox) => outboxes.retry(outbox, clientId));
    this.pump();
  }

  discard(clientId: string): void {
    this.outbox.update((outbox) => outboxes.discard(outbox, clientId));
  }

  /** Sends the next message, unless one is on its way: a refused one is never overtaken. */
  pump(): void {
    const outbox = this.outbox.get();
    if (this.#deferTimer !== undefined || outbox.some((entry) => entry.state === 'sending')) return;
    const next = outboxes.sendable(outbox)[0];
    if (next === undefined) return;
    const { client_id, content, message_type, file_url } = next;
    const frame = { type: 'message', content, message_type, client_id };
    if (!this.#deps.transmit(file_url === null ? frame : { ...frame, file_url })) return;
    this.outbox.update((now) => outboxes.markSending(now, client_id));
    clearTimeout(this.#ackTimer);
    this.#ackTimer = setTimeout(this.#deps.giveUp, ACK_WITHIN_MS);
  }

  /** The message is stored. */
  acknowledged(clientId: string, seq: number): void {
    clearTimeout(this.#ackTimer);
    const liveSeq = this.#deps.liveSeq();
    this.outbox.update((outbox) => outboxes.acknowledge(outbox, clientId, seq, liveSeq));
    this.pump();
  }

  /** The server turned a message down. Without an id it means the one on its way. */
  refused(clientId: string | null, error: string, temporary: boolean): void {
    const id = clientId ?? this.outbox.get().find((entry) => entry.state === 'sending')?.client_id;
    if (id === undefined) return;
    clearTimeout(this.#ackTimer);
    this.outbox.update((outbox) => outboxes.refuse(outbox, id, error, temporary));
    const entry = this.outbox.get().find((other) => other.client_id === id);
    if (entry?.state === 'queued') this.#defer(DEFER_MS * 2 ** (entry.deferrals - 1));
    else this.pump();
  }

  /** A message of this person arrived. */
  arrived(message: Message): void {
    this.outbox.update((outbox) => outboxes.arrive(outbox, message));
    this.pump();
  }

  /** More was received: acknowledged messages that are in it are done. */
  settle(): void {
    this.outbox.update((outbox) => outboxes.settle(outbox, this.#deps.liveSeq()));
  }

  /** The connection went. `tooBig`: because of what was on its way. */
  disconnected(tooBig: boolean): void {
    clearTimeout(this.#ackTimer);
    this.outbox.update((outbox) =>
      tooBig ? outboxes.failSending(outbox, 'Too long for this server.') : outboxes.requeue(outbox),
    );
  }

  stop(): void {
    clearTimeout(this.#deferTimer);
    this.#deferTimer = undefined;
    this.disconnected(false);
  }

  #defer(ms: number): void {
    clearTimeout(this.#deferTimer);
    this.#deferTimer = setTimeout(() => {
      this.#deferTimer = undefined;
      this.pump();
    }, ms);
  }
}
