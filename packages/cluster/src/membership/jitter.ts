/**
 * Milliseconds to wait before try number `attempt` (from 0): anywhere in [0, cap], where the cap doubles from 100 ms up
 * to `maxMs`, so that a fleet that was cut off together does not come back together.
 */
export function fullJitterMs(attempt: number, maxMs: number): number {
  return Math.random() * Math.min(100 * 2 ** Math.min(attempt, 16), maxMs);
}
