import type { HistoryQuery } from '../api/calls';
import { describe, Problem } from '../api/problem';
import type { Message } from '../api/types';
import type { KeyValue } from '../lib/storage';
import { Store } from '../lib/store';
import { fullJitter, RECONNECT } from '../realtime/backoff';
import { CLOSE_TOO_BIG } from '../realtime/connection';
import type { LiveSocket, LiveSocketOptions } from '../realtime/live-socket';
import { readFrame, type ChatFrame } from './frames';
import * as logs from './log';
import { OutboxStore } from './outbox-store';
import type { Draft } from './outbox';
import { Sender } from './sender';
import { TypingMonitor } from './typing-monitor';

export interface RoomState {
  log: logs.MessageLog;
  /** `missing`: nobody has opened this room yet. */
  history: 'loading' | 'ready' | 'failed' | 'missing';
  /** Why the history could not be read, in words. */
  historyError: string | null;
  loadingOlder: boolean;
  loadingNewer: boolean;
  /** A passing word of the server, such as a rate limit. */
  notice: string | null;
}

export type SocketHooks = Pick<LiveSocketOptions, 'url' | 'onFrame' | 'onOpen' | 'onClose'>;
/** What a room needs of a socket; tests give another one. */
export type RoomSocket = Pick<
  LiveSocket,
  'start' | 'stop' | 'send' | 'abandon' | 'retry' | 'state'
>;

export interface RoomDeps {
  roomId: string;
  /** Entering this room makes it, when nobody has yet. */
  openOnEntry: boolean;
  me: { id: string; username: string };
  history: (query: HistoryQuery) => Promise<Message[]>;
  /** The address for a socket that resumes after `since`. */
  url: (since: number) => string;
  openSocket: (hooks: SocketHooks) => RoomSocket;
  storage: KeyValue;
  /** A message of somebody else arrived live. */
  onMessage: (message: Message) => void;
  onPresence: (userId: string, username: string, online: boolean) => void;
}

export const PAGE = 50;
const FILL_PAGE = 200;
/** Delivery may be a little out of order; most holes close by themselves. */
const FILL_DELAY_MS = 150;
const FILL_TRIES = 3;
/** A larger hole than this is not filled; the newest page is read instead. */
const HOLE_MAX = 1000;
const NOTICE_MS = 6_000;

type Timer = ReturnType<typeof setTimeout> | undefined;

/** One room as one person sees it: history, live messages, who types, what is being sent. */
export class RoomSession {
  readonly state = new Store<RoomState>({
    log: logs.EMPTY_LOG,
    history: 'loading',
    historyError: null,
    loadingOlder: false,
    loadingNewer: false,
    notice: null,
  });
  readonly socket: RoomSocket;
  readonly sender: Sender;
  readonly typing: TypingMonitor;
  readonly #deps: RoomDeps;
  #running = false;
  #filling = false;
  #jumping = false;
  /** The reader is at the newest message, so the window may be replaced without harm. */
  #atBottom = true;
  #historyTimer: Timer;
  #noticeTimer: Timer;

  constructor(deps: RoomDeps) {
    this.#deps = deps;
    this.socket = deps.openSocket({
      url: () => deps.url(this.#log.liveSeq),
      onFrame: (raw) => this.#onFrame(readFrame(raw)),
      onOpen: () => this.sender.pump(),
      onClose: (code) => this.#onClose(code),
    });
    this.sender = new Sender({
      saved: new OutboxStore(deps.storage, deps.me.id, deps.roomId),
      transmit: (frame) => this.socket.send(frame),
      liveSeq: () => this.#log.liveSeq,
      giveUp: () => this.socket.abandon(),
    });
    this.typing = new TypingMonitor(deps.me.id, (frame) => this.socket.send(frame));
  }

  start(): void {
    this.#running = true;
    if (this.#log.epoch > 0) this.socket.start();
    else void this.#readHistory(0);
  }

  stop(): void {
    this.#running = false;
    clearTimeout(this.#historyTimer);
    clearTimeout(this.#noticeTimer);
    this.typing.reset();
    this.socket.stop();
    this.sender.stop();
  }

  /** Sends, now or as soon as there is a connection. */
  send(draft: Draft): void {
    this.typing.stopped();
    this.sender.send(draft);
    if (!this.#log.atTail) void this.jumpToLatest();
  }

  noteAtBottom(atBottom: boolean): void {
    this.#atBottom = atBottom;
  }

  /** Tries the history again after a failure, or after the room was made. */
  retryHistory(): void {
    clearTimeout(this.#historyTimer);
    void this.#readHistory(0);
  }

  async loadOlder(): Promise<void> {
    const { log, loadingOlder } = this.state.get();
    const first = log.messages[0];
    if (loadingOlder || log.reachedStart || first === undefined) return;
    this.#set({ loadingOlder: true });
    const page = await this.#page({ limit: PAGE, before: first.seq });
    if (page && this.#log.epoch === log.epoch) {
      this.#setLog((now) => logs.prependOlder(now, page, PAGE));
    }
    this.#set({ loadingOlder: false });
  }

  async loadNewer(): Promise<void> {
    const { log, loadingNewer } = this.state.get();
    if (loadingNewer || log.atTail) return;
    this.#set({ loadingNewer: true });
    const page = await this.#page({ limit: PAGE, after: log.messages.at(-1)?.seq ?? 0 });
    if (page && this.#log.epoch === log.epoch) {
      this.#setLog((now) => logs.appendNewer(now, page, PAGE));
    }
    this.#set({ loadingNewer: false });
  }

  /** Shows the newest messages, wherever the reader is. */
  async jumpToLatest(): Promise<void> {
    if (this.#log.atTail || this.#jumping) return;
    this.#jumping = true;
    const page = await this.#page({ limit: PAGE });
    this.#jumping = false;
    if (page) this.#setLog((log) => logs.applyLatest(log, page, PAGE));
  }

  get #log(): logs.MessageLog {
    return this.state.get().log;
  }

  #set(fields: Partial<RoomState>): void {
    this.state.update((state) => ({ ...state, ...fields }));
  }

  #setLog(change: (log: logs.MessageLog) => logs.MessageLog): void {
    this.#set({ log: change(this.#log) });
    this.sender.settle();
    if (logs.hasHole(this.#log)) void this.#fill();
  }

  async #readHistory(attempt: number): Promise<void> {
    this.#set({ history: 'loading', historyError: null });
    try {
      const page = await this.#firstPage();
      if (!this.#running) return;
      this.#setLog((log) => logs.applyLatest(log, page, PAGE));
      this.#set({ history: 'ready' });
      this.socket.start();
    } catch (error) {
      if (this.#running) this.#historyFailed(error, attempt);
    }
  }

  async #firstPage(): Promise<Message[]> {
    try {
      return await this.#deps.history({ limit: PAGE });
    } catch (error) {
      const missing = error instanceof Problem && error.status === 404;
      if (missing && this.#deps.openOnEntry) return [];
      throw error;
    }
  }

  #historyFailed(error: unknown, attempt: number): void {
    const missing = error instanceof Problem && error.code === 'room_not_found';
    this.#set({ history: missing ? 'missing' : 'failed', historyError: describe(error) });
    if (error instanceof Problem && error.status >= 400 && error.status < 500) return;
    const ms = fullJitter(attempt, RECONNECT, Math.random());
    this.#historyTimer = setTimeout(() => void this.#readHistory(attempt + 1), ms);
  }

  /** A page of history, or null after telling why not. */
  async #page(query: HistoryQuery): Promise<Message[] | null> {
    return this.#deps.history(query).catch((error: unknown) => {
      this.#notify(describe(error));
      return null;
    });
  }

  #onClose(code: number): void {
    this.typing.reset();
    this.sender.disconnected(code === CLOSE_TOO_BIG);
  }

  #onFrame(frame: ChatFrame | null): void {
    switch (frame?.type) {
      case undefined:
        return;
      case 'message':
        return this.#onMessage(frame.message);
      case 'ack':
        return this.sender.acknowledged(frame.clientId, frame.seq);
      case 'error':
        return this.#onError(frame);
      case 'joined':
        if (!frame.recovered) void this.#resync(frame.seq);
        return;
      case 'typing':
        return this.typing.heard(frame.userId, frame.username);
      case 'stop_typing':
        return this.typing.ended(frame.userId);
      case 'user_joined':
      case 'user_left':
        this.#deps.onPresence(frame.userId, frame.username, frame.type === 'user_joined');
    }
  }

  #onMessage(message: Message): void {
    const isNew = message.seq > this.#log.liveSeq;
    const isMine = message.user_id === this.#deps.me.id;
    this.typing.ended(message.user_id);
    this.#setLog((log) => logs.receive(log, message));
    if (isMine) this.sender.arrived(message);
    else if (isNew) this.#deps.onMessage(message);
  }

  #onError(frame: ChatFrame & { type: 'error' }): void {
    const words = frame.message === '' ? 'The server refused this.' : frame.message;
    this.#notify(words);
    const isAboutMessage = frame.clientId !== null || frame.code === 'rate_limited';
    if (isAboutMessage) this.sender.refused(frame.clientId, words, frame.temporary);
  }

  #notify(notice: string): void {
    clearTimeout(this.#noticeTimer);
    this.#set({ notice });
    this.#noticeTimer = setTimeout(() => this.#set({ notice: null }), NOTICE_MS);
  }

  /** More was missed than the server replays. */
  async #resync(seq: number): Promise<void> {
    if (!this.#atBottom) {
      this.#setLog((log) => logs.detach(log, seq));
      return;
    }
    this.#setLog((log) => logs.detach(log, log.liveSeq));
    await this.jumpToLatest();
  }

  /** Reads what is missing between the received and the held messages from history. */
  async #fill(): Promise<void> {
    if (this.#filling) return;
    this.#filling = true;
    await new Promise((resolve) => setTimeout(resolve, FILL_DELAY_MS));
    let wasRead = false;
    for (let tries = 0; this.#running && tries < FILL_TRIES && this.#hole() > 0;) {
      if (this.#hole() > HOLE_MAX) break;
      const { liveSeq } = this.#log;
      const page = await this.#page({ limit: FILL_PAGE, after: liveSeq });
      wasRead = page !== null;
      if (page) this.#set({ log: logs.fillHole(this.#log, page) });
      if (this.#log.liveSeq === liveSeq) tries += 1;
    }
    this.#filling = false;
    this.sender.settle();
    if (this.#running && this.#hole() > 0) this.#giveUpHole(wasRead);
  }

  /** How many messages are missing before the first that is held. */
  #hole(): number {
    const { liveSeq, held } = this.#log;
    return held[0] === undefined ? 0 : held[0].seq - liveSeq - 1;
  }

  #giveUpHole(wasRead: boolean): void {
    const { liveSeq, held } = this.#log;
    if (this.#hole() > HOLE_MAX) void this.#resync(held.at(-1)?.seq ?? liveSeq);
    else if (wasRead) this.#set({ log: logs.skipHole(this.#log) });
    // History is out of reach: a new connection resumes after the last one received in order.
    else this.socket.abandon();
  }
}
