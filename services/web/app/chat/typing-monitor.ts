import { Store } from '../lib/store';
import { endTyping, expireTyping, startTyping, type Typist } from './typing';

const SEND_EVERY_MS = 2_000;
const EXPIRE_EVERY_MS = 1_000;

/** Who types in a room, both ways: tells the others of oneself, and knows of the others. */
export class TypingMonitor {
  readonly typists = new Store<readonly Typist[]>([]);
  readonly #me: string;
  readonly #transmit: (frame: object) => boolean;
  /** 0 while the others believe that one is not typing. */
  #sentAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(me: string, transmit: (frame: object) => boolean) {
    this.#me = me;
    this.#transmit = transmit;
  }

  /** One types: tells the others, at most every 2 s. */
  going(): void {
    const now = Date.now();
    if (now - this.#sentAt < SEND_EVERY_MS) return;
    if (this.#transmit({ type: 'typing' })) this.#sentAt = now;
  }

  /** One stopped, or sent what was typed. */
  stopped(): void {
    if (this.#sentAt === 0) return;
    this.#sentAt = 0;
    this.#transmit({ type: 'stop_typing' });
  }

  heard(userId: string, username: string): void {
    if (userId === this.#me) return;
    this.typists.update((typists) => startTyping(typists, userId, username, Date.now()));
    this.#timer ??= setTimeout(() => this.#expire(), EXPIRE_EVERY_MS);
  }

  ended(userId: string): void {
    this.typists.update((typists) => endTyping(typists, userId));
  }

  /** The connection went. */
  reset(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sentAt = 0;
    this.typists.set([]);
  }

  #expire(): void {
    const typists = expireTyping(this.typists.get(), Date.now());
    this.typists.set(typists);
    const again = typists.length > 0;
    this.#timer = again ? setTimeout(() => this.#expire(), EXPIRE_EVERY_MS) : undefined;
  }
}
