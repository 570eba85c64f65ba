import { describe, expect, test } from 'vitest';
import { memoryStore } from '../lib/storage';
import * as outboxes from './outbox';
import { OutboxStore } from './outbox-store';
import { message } from './testing';

const draft = { content: 'hello', message_type: 'text' as const, file_url: null };
const queued = (...ids: string[]) =>
  ids.reduce<outboxes.Outbox>(
    (outbox, id, index) => outboxes.enqueue(outbox, draft, id, `2026-01-01T00:00:0${index}Z`),
    [],
  );

describe('outbox', () => {
  test('goes from queued over acked to arrived', () => {
    let outbox = outboxes.markSending(queued('a', 'b'), 'a');
    expect(outboxes.sendable(outbox).map((entry) => entry.client_id)).toEqual(['b']);
    outbox = outboxes.acknowledge(outbox, 'a', 7, 6);
    expect(outbox[0]).toMatchObject({ state: 'acked', seq: 7 });
    outbox = outboxes.arrive(outbox, message(7, { client_id: 'a' }));
    expect(outbox.map((entry) => entry.client_id)).toEqual(['b']);
  });

  test('an arrived message without its client_id is known by its number', () => {
    const outbox = outboxes.acknowledge(queued('a'), 'a', 7, 6);
    expect(outboxes.arrive(outbox, message(7))).toEqual([]);
  });

  test('an ack after the message arrived leaves nothing', () => {
    expect(outboxes.acknowledge(queued('a'), 'a', 7, 9)).toEqual([]);
  });

  test('what history brought is settled', () => {
    const outbox = outboxes.acknowledge(queued('a', 'b'), 'a', 7, 0);
    expect(outboxes.settle(outbox, 7).map((entry) => entry.client_id)).toEqual(['b']);
    expect(outboxes.settle(outbox, 6)).toBe(outbox);
  });

  test('a lost connection queues again under the same id', () => {
    const outbox = outboxes.requeue(outboxes.markSending(queued('a'), 'a'));
    expect(outboxes.sendable(outbox).map((entry) => entry.client_id)).toEqual(['a']);
  });

  test('temporary refusals are tried again, but not for ever', () => {
    let outbox = queued('a');
    for (let count = 0; count < outboxes.MAX_DEFERRALS; count += 1) {
      outbox = outboxes.refuse(outbox, 'a', 'slow down', true);
      expect(outbox[0]?.state).toBe('queued');
    }
    outbox = outboxes.refuse(outbox, 'a', 'slow down', true);
    expect(outbox[0]).toMatchObject({ state: 'failed', error: 'slow down' });
    expect(outboxes.retry(outbox, 'a')[0]).toMatchObject({ state: 'queued', deferrals: 0 });
  });

  test('a final refusal keeps the text', () => {
    const outbox = outboxes.refuse(queued('a'), 'a', 'not here', false);
    expect(outbox[0]).toMatchObject({ state: 'failed', content: 'hello' });
  });
});

describe('outbox store', () => {
  test('brings back what was not sent, in order', () => {
    const storage = memoryStore();
    const before = new OutboxStore(storage, 'u1', 'general');
    before.save(outboxes.markSending(queued('a', 'b'), 'a'));
    const after = new OutboxStore(storage, 'u1', 'general').load();
    expect(after.map((entry) => [entry.client_id, entry.state])).toEqual([
      ['a', 'queued'],
      ['b', 'queued'],
    ]);
    expect(new OutboxStore(storage, 'u2', 'general').load()).toEqual([]);
    expect(new OutboxStore(storage, 'u1', 'general2').load()).toEqual([]);
  });

  test('forgets what arrived, and leaves what another tab wrote', () => {
    const storage = memoryStore();
    const one = new OutboxStore(storage, 'u1', 'general');
    const two = new OutboxStore(storage, 'u1', 'general');
    one.save(queued('a'));
    two.save(queued('b'));
    one.save([]);
    expect(two.load().map((entry) => entry.client_id)).toEqual(['b']);
  });

  test('survives rubbish', () => {
    const storage = memoryStore();
    storage.set('folkmoot.outbox/u1/general/x', '{broken');
    storage.set('folkmoot.outbox/u1/general/y', '{"client_id":3}');
    expect(new OutboxStore(storage, 'u1', 'general').load()).toEqual([]);
  });
});
