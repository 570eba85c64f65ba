/** How long to wait between tries. */
export interface BackoffPolicy {
  baseMs: number;
  maxMs: number;
  /** Never sooner than this. */
  minMs: number;
}

export const RECONNECT: BackoffPolicy = { baseMs: 500, maxMs: 30_000, minMs: 100 };

/**
 * Exponential backoff with full jitter: anywhere between `minMs` and the doubled ceiling, so
 * that clients cut off together do not come back together.
 *
 * @param attempt 0 for the first wait.
 * @param random in [0, 1).
 */
export function fullJitter(attempt: number, policy: BackoffPolicy, random: number): number {
  const ceiling = Math.min(policy.maxMs, policy.baseMs * 2 ** Math.min(attempt, 20));
  return Math.max(policy.minMs, Math.floor(random * ceiling));
}
