import { describe, expect, test } from 'vitest';
import { fullJitter, RECONNECT } from './backoff';
import { IDLE, step, type ConnectionEffect, type ConnectionEvent } from './connection';

/** Runs events through the policy; answers the last state and the effects of the last event. */
function run(...events: ConnectionEvent[]) {
  let state = IDLE;
  let effects: ConnectionEffect[] = [];
  for (const event of events) [state, effects] = step(state, event);
  return { state, effects };
}

const closed = (code: number, random = 0.5, online = true): ConnectionEvent => ({
  type: 'closed',
  code,
  random,
  online,
});
const OPEN: ConnectionEvent[] = [{ type: 'start' }, { type: 'opened' }];

describe('fullJitter', () => {
  test('is anywhere below a ceiling that doubles', () => {
    const policy = { baseMs: 500, maxMs: 30_000, minMs: 100 };
    expect(fullJitter(0, policy, 0.999)).toBeLessThan(500);
    expect(fullJitter(3, policy, 0.999)).toBeLessThan(4_000);
    expect(fullJitter(3, policy, 0.999)).toBeGreaterThan(3_900);
    expect(fullJitter(3, policy, 0)).toBe(100);
  });

  test('stays under the maximum however often it fails', () => {
    expect(fullJitter(10_000, RECONNECT, 0.999)).toBeLessThan(RECONNECT.maxMs);
  });
});

describe('reconnect policy', () => {
  test('reconnects with growing waits after a lost connection', () => {
    const first = run(...OPEN, closed(1006, 0.9));
    expect(first.state.phase).toBe('waiting');
    expect(first.effects).toEqual([{ type: 'wait', ms: 450 }]);
    const second = run(...OPEN, closed(1006), { type: 'retry' }, closed(1006, 0.9));
    expect(second.effects).toEqual([{ type: 'wait', ms: 900 }]);
  });

  test.each([3000, 3001, 3008, 3009, 3499, 1001, 1011, 4000])('reconnects after %i', (code) => {
    expect(run(...OPEN, closed(code)).state.phase).toBe('waiting');
  });

  test.each([3501, 3503, 3999])('stays closed after %i', (code) => {
    const { state, effects } = run(...OPEN, closed(code));
    expect(state).toMatchObject({ phase: 'stopped', closeCode: code });
    expect(effects).toEqual([]);
  });

  test('renews the token once after 3500', () => {
    const first = run(...OPEN, closed(3500));
    expect(first.effects).toEqual([{ type: 'refresh' }]);
    const again = run(...OPEN, closed(3500), { type: 'refreshed' });
    expect(again.effects).toEqual([{ type: 'connect' }]);
    const refused = run(
      ...OPEN,
      closed(3500),
      { type: 'refreshed' },
      { type: 'opened' },
      closed(3500),
    );
    expect(refused.state).toMatchObject({ phase: 'stopped', closeCode: 3500 });
  });

  test('renews again when the connection was stable in between', () => {
    const { effects } = run(
      ...OPEN,
      closed(3500),
      { type: 'refreshed' },
      { type: 'opened' },
      { type: 'stable' },
      closed(3500),
    );
    expect(effects).toEqual([{ type: 'refresh' }]);
  });

  test('stops when the session is over, waits when the server is out of reach', () => {
    const denied = run(...OPEN, closed(3500), { type: 'refresh_failed', denied: true, random: 0 });
    expect(denied.state.phase).toBe('stopped');
    const away = run(...OPEN, closed(3500), { type: 'refresh_failed', denied: false, random: 0.5 });
    expect(away.state.phase).toBe('waiting');
  });

  test('suspects the token after two sockets that never opened', () => {
    const { effects } = run({ type: 'start' }, closed(1006), { type: 'retry' }, closed(1006));
    expect(effects).toEqual([{ type: 'refresh' }]);
  });

  test('waits as long as the server asked, once', () => {
    const hinted = run(...OPEN, { type: 'hint', afterMs: 2_345 }, closed(3001));
    expect(hinted.effects).toEqual([{ type: 'wait', ms: 2_345 }]);
    expect(hinted.state.hintMs).toBeNull();
  });

  test('waits longer after abuse of the rate', () => {
    expect(run(...OPEN, closed(1008, 0.999)).effects).toEqual([{ type: 'wait', ms: 7_992 }]);
  });

  test('connects at once when the browser is online again', () => {
    const offline = run(...OPEN, closed(1006, 0.5, false));
    expect(offline.state.phase).toBe('offline');
    expect(offline.effects).toEqual([{ type: 'wait', ms: 250 }]);
    const [state, effects] = step(offline.state, { type: 'online' });
    expect([state.phase, effects]).toEqual(['connecting', [{ type: 'connect' }]]);
  });

  test('ignores what comes late', () => {
    const waiting = run(...OPEN, closed(1006)).state;
    expect(step(waiting, closed(1006))).toEqual([waiting, []]);
    expect(step(waiting, { type: 'opened' })).toEqual([waiting, []]);
    expect(step(IDLE, { type: 'retry' })).toEqual([IDLE, []]);
  });

  test('stop ends everything', () => {
    const { state, effects } = run(...OPEN, closed(1006), { type: 'stop' });
    expect([state, effects]).toEqual([IDLE, [{ type: 'disconnect' }]]);
  });
});
