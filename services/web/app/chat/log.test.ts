import { describe, expect, test } from 'vitest';
import * as logs from './log';
import { message, messages } from './testing';

const seqs = (log: logs.MessageLog) => log.messages.map((entry) => entry.seq);
const loaded = (first: number, last: number) =>
  logs.applyLatest(logs.EMPTY_LOG, messages(first, last), 50);

describe('live messages', () => {
  test('are appended in order', () => {
    const log = [11, 12, 13].reduce((now, seq) => logs.receive(now, message(seq)), loaded(1, 10));
    expect(seqs(log).slice(-3)).toEqual([11, 12, 13]);
    expect(log.liveSeq).toBe(13);
  });

  test('that are known are dropped', () => {
    const log = loaded(1, 10);
    expect(logs.receive(log, message(10))).toBe(log);
    const held = logs.receive(log, message(15));
    expect(logs.receive(held, message(15))).toBe(held);
  });

  test('beyond a hole are held until it closes, and the resume point stays before it', () => {
    let log = logs.receive(logs.receive(loaded(1, 10), message(13)), message(12));
    expect(logs.hasHole(log)).toBe(true);
    expect([log.liveSeq, seqs(log).at(-1)]).toEqual([10, 10]);
    log = logs.receive(log, message(11));
    expect(seqs(log).slice(-4)).toEqual([10, 11, 12, 13]);
    expect(logs.hasHole(log)).toBe(false);
  });

  test('a hole is filled from history, where a missing number does not exist', () => {
    const log = logs.receive(loaded(1, 10), message(15));
    const filled = logs.fillHole(log, [message(11), message(13), message(14)]);
    expect(seqs(filled).slice(-5)).toEqual([10, 11, 13, 14, 15]);
    expect(filled.liveSeq).toBe(15);
  });

  test('a page that was read before newer messages came changes nothing twice', () => {
    const log = logs.receive(loaded(1, 10), message(11));
    expect(seqs(logs.fillHole(log, messages(9, 11)))).toEqual(seqs(log));
  });

  test('a hole can be given up', () => {
    const log = logs.skipHole(logs.receive(loaded(1, 10), message(14)));
    expect([seqs(log).at(-1), log.liveSeq, logs.hasHole(log)]).toEqual([14, 14, false]);
  });

  test('held ones are bounded', () => {
    let log = loaded(1, 10);
    for (let seq = 100; seq < 1_300; seq += 1) log = logs.receive(log, message(seq));
    expect(log.held.length).toBe(1_000);
  });
});

describe('the window', () => {
  test('knows when it holds the beginning', () => {
    expect(loaded(1, 10).reachedStart).toBe(true);
    expect(loaded(51, 100).reachedStart).toBe(false);
    expect(logs.prependOlder(loaded(51, 100), messages(21, 50), 50).reachedStart).toBe(true);
  });

  test('keeps the list index of each message when older ones come in front', () => {
    const before = loaded(51, 100);
    const after = logs.prependOlder(before, messages(1, 50), 50);
    const indexOf = (log: logs.MessageLog, seq: number) => log.firstIndex + seqs(log).indexOf(seq);
    expect(indexOf(after, 70)).toBe(indexOf(before, 70));
  });

  test('is bounded at the tail, and lets the oldest go', () => {
    let log = loaded(1, 10);
    const indexOf = (seq: number) => log.firstIndex + seqs(log).indexOf(seq);
    for (let seq = 11; seq <= 1_190; seq += 1) log = logs.receive(log, message(seq));
    const index = indexOf(1_100);
    for (let seq = 1_191; seq <= 3_000; seq += 1) {
      log = logs.receive(log, message(seq));
      if (seq === 1_300) expect(indexOf(1_100)).toBe(index);
    }
    expect(log.messages.length).toBeLessThanOrEqual(logs.WINDOW_MAX);
    expect([log.reachedStart, log.atTail, log.liveSeq]).toEqual([false, true, 3_000]);
  });

  test('is bounded when scrolling up, and comes back down without a gap', () => {
    let log = loaded(4_951, 5_000);
    while (log.atTail) {
      const first = log.messages[0]?.seq ?? 0;
      log = logs.prependOlder(log, messages(first - 50, first - 1), 50);
    }
    expect(log.messages.length).toBeLessThanOrEqual(logs.WINDOW_MAX);
    log = logs.receive(log, message(5_001));
    expect(log.liveSeq).toBe(5_001);
    expect(logs.missedCount(log)).toBe(5_001 - (seqs(log).at(-1) ?? 0));
    while (!log.atTail) {
      const last = log.messages.at(-1)?.seq ?? 0;
      log = logs.appendNewer(log, messages(last + 1, Math.min(last + 50, 5_001)), 50);
    }
    expect(seqs(log).at(-1)).toBe(5_001);
    expect(seqs(log)).toEqual(seqs(log).map((_, index) => (seqs(log)[0] ?? 0) + index));
  });

  test('is replaced by the newest page after too much was missed', () => {
    const log = logs.receive(loaded(1, 10), message(4_000));
    const latest = logs.applyLatest(log, messages(3_950, 3_999), 50);
    expect([seqs(latest)[0], seqs(latest).at(-1)]).toEqual([3_950, 4_000]);
    expect(latest.epoch).toBe(log.epoch + 1);
  });

  test('stays where it is when the resume point jumps ahead', () => {
    const log = logs.detach(loaded(1, 10), 4_000);
    expect([seqs(log).at(-1), log.atTail, logs.missedCount(log)]).toEqual([10, false, 3_990]);
    expect(logs.receive(log, message(4_001)).liveSeq).toBe(4_001);
  });
});
