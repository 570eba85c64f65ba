import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { HistoryQuery } from '../api/calls';
import { Problem } from '../api/problem';
import type { Message } from '../api/types';
import { memoryStore, type KeyValue } from '../lib/storage';
import { Store } from '../lib/store';
import { IDLE } from '../realtime/connection';
import { RoomSession, type SocketHooks } from './room-session';
import { message, messages } from './testing';

type Frame = Record<string, unknown>;

/** A server with a history, and a socket that the test opens, feeds and breaks. */
class World {
  history: Message[] = [];
  historyError: Problem | null = null;
  sent: Frame[] = [];
  isOpen = false;
  abandoned = 0;
  readonly storage: KeyValue;
  readonly news: number[] = [];
  readonly room: RoomSession;
  #hooks!: SocketHooks;

  constructor(history: Message[], openOnEntry = true, storage = memoryStore()) {
    this.history = history;
    this.storage = storage;
    this.room = new RoomSession({
      roomId: 'general',
      openOnEntry,
      me: { id: 'u1', username: 'ada' },
      history: (query) => this.#read(query),
      url: (since) => `ws://test/?since=${since}`,
      openSocket: (hooks) => this.#socket(hooks),
      storage,
      onMessage: ({ seq }) => this.news.push(seq),
      onPresence: () => undefined,
    });
  }

  open(): void {
    this.isOpen = true;
    this.#hooks.onOpen();
  }

  close(code = 1006): void {
    this.isOpen = false;
    this.#hooks.onClose(code);
  }

  feed(...frames: Frame[]): void {
    for (const frame of frames) this.#hooks.onFrame(frame);
  }

  get since(): string | null {
    return new URL(this.#hooks.url()).searchParams.get('since');
  }

  get shown(): number[] {
    return this.room.state.get().log.messages.map(({ seq }) => seq);
  }

  get outbox() {
    return this.room.sender.outbox.get();
  }

  #read(query: HistoryQuery): Promise<Message[]> {
    if (this.historyError) return Promise.reject(this.historyError);
    const { limit, before = Infinity, after } = query;
    const found = this.history.filter(({ seq }) => seq < before && seq > (after ?? 0));
    return Promise.resolve(after === undefined ? found.slice(-limit) : found.slice(0, limit));
  }

  #socket(hooks: SocketHooks) {
    this.#hooks = hooks;
    return {
      state: new Store(IDLE),
      start: () => undefined,
      stop: () => undefined,
      retry: () => undefined,
      abandon: () => {
        this.abandoned += 1;
        this.close();
      },
      send: (frame: object) => {
        if (this.isOpen) this.sent.push(frame as Frame);
        return this.isOpen;
      },
    };
  }
}

const frame = (seq: number, fields: Partial<Message> = {}): Frame => ({
  type: 'message',
  ...message(seq, fields),
});
const text = (content: string) => ({ content, message_type: 'text' as const, file_url: null });
const settle = () => vi.advanceTimersByTimeAsync(0);

async function started(history: Message[]): Promise<World> {
  const world = new World(history);
  world.room.start();
  await settle();
  world.open();
  return world;
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('entering', () => {
  test('shows the newest page and resumes after it', async () => {
    const world = await started(messages(1, 120));
    expect([world.shown[0], world.shown.at(-1), world.since]).toEqual([71, 120, '120']);
  });

  test('the default room need not exist, another must', async () => {
    const missing = new Problem(404, 'room_not_found', 'no such room');
    for (const [openOnEntry, expected] of [
      [true, 'ready'],
      [false, 'missing'],
    ] as const) {
      const world = new World([], openOnEntry);
      world.historyError = missing;
      world.room.start();
      await settle();
      expect(world.room.state.get().history).toBe(expected);
      world.room.stop();
    }
  });

  test('tries again by itself while the server is out of reach', async () => {
    const world = new World(messages(1, 3));
    world.historyError = Problem.unreachable();
    world.room.start();
    await settle();
    expect(world.room.state.get().history).toBe('failed');
    world.historyError = null;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(world.shown).toEqual([1, 2, 3]);
  });
});

describe('receiving', () => {
  test('drops what is known and tells of what is new', async () => {
    const world = await started(messages(1, 3));
    world.feed(frame(3), frame(4), frame(4), frame(5));
    expect(world.shown).toEqual([1, 2, 3, 4, 5]);
    expect(world.news).toEqual([4, 5]);
  });

  test('fills a hole from history', async () => {
    const world = await started(messages(1, 3));
    world.history = messages(1, 8);
    world.feed(frame(7), frame(8));
    expect([world.shown.at(-1), world.since]).toEqual([3, '3']);
    await vi.advanceTimersByTimeAsync(200);
    expect(world.shown).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('shows no hole while history is out of reach, but asks for a new connection', async () => {
    const world = await started(messages(1, 3));
    world.historyError = Problem.unreachable();
    world.feed(frame(5));
    await vi.advanceTimersByTimeAsync(500);
    expect([world.shown.at(-1), world.abandoned, world.since]).toEqual([3, 1, '3']);
  });

  test('reads the newest page when too much was missed', async () => {
    const world = await started(messages(1, 3));
    world.close();
    world.history = messages(1, 3_000);
    world.open();
    world.feed({ type: 'joined', room_id: 'general', seq: 3_000, recovered: false, replayed: 0 });
    world.feed(frame(3_001));
    world.history = messages(1, 3_001);
    await vi.advanceTimersByTimeAsync(500);
    expect([world.shown.at(-1), world.since]).toEqual([3_001, '3001']);
    expect(new Set(world.shown).size).toBe(world.shown.length);
  });

  test('leaves a reader further up alone when too much was missed', async () => {
    const world = await started(messages(1, 60));
    world.room.noteAtBottom(false);
    world.feed({ type: 'joined', room_id: 'general', seq: 3_000, recovered: false, replayed: 0 });
    await settle();
    expect([world.shown.at(-1), world.since]).toEqual([60, '3000']);
  });
});

describe('sending', () => {
  test('is pending, then arrives once', async () => {
    const world = await started([]);
    world.room.send(text('hello'));
    const { client_id } = world.sent[0] as { client_id: string };
    expect(world.outbox[0]?.state).toBe('sending');
    world.feed({ type: 'ack', client_id, id: 'id-1', seq: 1 });
    expect(world.outbox[0]?.state).toBe('acked');
    world.feed(frame(1, { user_id: 'u1', client_id, content: 'hello' }));
    expect([world.outbox, world.shown, world.news]).toEqual([[], [1], []]);
  });

  test('one at a time, in the order written', async () => {
    const world = await started([]);
    world.room.send(text('one'));
    world.room.send(text('two'));
    expect(world.sent.map(({ content }) => content)).toEqual(['one']);
    world.feed({ type: 'ack', client_id: world.sent[0]?.client_id, id: 'x', seq: 1 });
    expect(world.sent.map(({ content }) => content)).toEqual(['one', 'two']);
  });

  test('goes again under the same id after a lost connection', async () => {
    const world = await started([]);
    world.room.send(text('hello'));
    world.close();
    world.open();
    expect(world.sent).toHaveLength(2);
    expect(world.sent[0]?.client_id).toBe(world.sent[1]?.client_id);
  });

  test('what was stored before the connection went is not shown twice', async () => {
    const world = await started([]);
    world.room.send(text('hello'));
    const { client_id } = world.sent[0] as { client_id: string };
    world.close();
    world.open();
    world.feed({ type: 'joined', room_id: 'general', seq: 1, recovered: true, replayed: 1 });
    world.feed(frame(1, { user_id: 'u1', client_id }));
    world.feed({ type: 'ack', client_id, id: 'id-1', seq: 1 });
    expect([world.outbox, world.shown]).toEqual([[], [1]]);
  });

  test('waits for a connection, over a reload too', async () => {
    const storage = memoryStore();
    const before = new World([], true, storage);
    before.room.start();
    before.room.send(text('kept'));
    before.room.stop();
    const after = new World([], true, storage);
    after.room.start();
    await settle();
    after.open();
    expect(after.sent.map(({ content }) => content)).toEqual(['kept']);
  });

  test('a rate limit delays and keeps the order', async () => {
    const world = await started([]);
    world.room.send(text('one'));
    world.room.send(text('two'));
    const { client_id } = world.sent[0] as { client_id: string };
    const error = { type: 'error', code: 'rate_limited', message: 'Slow down.', temporary: true };
    world.feed({ ...error, client_id });
    expect(world.room.state.get().notice).toBe('Slow down.');
    expect(world.sent).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1_100);
    expect(world.sent.map(({ content }) => content)).toEqual(['one', 'one']);
  });

  test('a refusal is shown at the message and lets the next one go', async () => {
    const world = await started([]);
    world.room.send(text('one'));
    world.room.send(text('two'));
    const { client_id } = world.sent[0] as { client_id: string };
    world.feed({ type: 'error', code: 'forbidden', message: 'No.', client_id, temporary: false });
    expect(world.outbox[0]).toMatchObject({ state: 'failed', error: 'No.', content: 'one' });
    expect(world.sent.map(({ content }) => content)).toEqual(['one', 'two']);
  });

  test('a connection that never answers is given up', async () => {
    const world = await started([]);
    world.room.send(text('hello'));
    await vi.advanceTimersByTimeAsync(16_000);
    expect(world.abandoned).toBe(1);
    expect(world.outbox[0]?.state).toBe('queued');
  });

  test('what the server calls too big is not sent for ever', async () => {
    const world = await started([]);
    world.room.send(text('big'));
    world.close(1009);
    world.open();
    expect([world.sent.length, world.outbox[0]?.state]).toEqual([1, 'failed']);
  });
});

test('history is read upwards until it begins', async () => {
  const world = await started(messages(1, 120));
  await world.room.loadOlder();
  await world.room.loadOlder();
  await world.room.loadOlder();
  expect([world.shown[0], world.shown.length]).toEqual([1, 120]);
  expect(world.room.state.get().log.reachedStart).toBe(true);
});

test('unknown and broken frames change nothing', async () => {
  const world = await started(messages(1, 3));
  const before = world.room.state.get();
  world.feed({}, { type: 'message' }, { type: 'message', id: 1, seq: 'x' }, { type: 'later' });
  world.feed({ type: 'ack' }, { type: 'joined', seq: '9' });
  expect(world.room.state.get()).toEqual(before);
});
