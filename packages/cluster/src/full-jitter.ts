/**
 * Milliseconds to wait before retry number `attempt` (0 is the first): anywhere from 0 to min(capMs, baseMs * 2^attempt), so that a fleet
 * that was cut off together does not come back together.
 */
export function fullJitterMs(attempt: number, { baseMs, capMs }: { baseMs: number; capMs: number }): number {
  return Math.random() * Math.min(capMs, baseMs * 2 ** Math.min(attempt, 52));
}
