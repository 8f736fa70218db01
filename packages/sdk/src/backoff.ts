/** setTimeout takes a longer time for 1 ms. */
export const LONGEST_TIMER_MS = 2_147_483_647;

/**
 * How long to wait before attempt number `attempt` (0 is the first repetition): random in [0, cap], where the cap doubles from `baseMs` up to `maxMs`.
 * "Full jitter" of Marc Brooker, "Exponential Backoff And Jitter" (2015): a fleet that lost one node spreads out.
 */
export function fullJitterMs(attempt: number, baseMs: number, maxMs: number, random = Math.random): number {
  return random() * Math.min(maxMs, baseMs * 2 ** attempt);
}

/** Resolves after the time, or at once when stopped. */
export function pause(delayMs: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      stop.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, Math.min(delayMs, LONGEST_TIMER_MS));
    stop.addEventListener('abort', done);
  });
}
