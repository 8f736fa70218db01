import { RecentMap } from './recent-map.ts';

const MAX_KEYS = 100_000;

/**
 * So many requests a second of each network or client, with a burst. The "generic cell rate algorithm" (ITU-T I.371): a token bucket
 * that needs one number a key, the time at which its bucket will be full again.
 */
export class RequestRates {
  readonly #intervalMs: number;
  readonly #burstMs: number;
  readonly #fullAtMs: RecentMap<number>;
  #nowMs = 0;

  /** `onForgotten`: there were too many keys, and one that was not full again begins anew. */
  constructor({ perSecond, burst }: { perSecond: number; burst: number }, onForgotten: () => void) {
    this.#intervalMs = 1000 / perSecond;
    this.#burstMs = burst * this.#intervalMs;
    this.#fullAtMs = new RecentMap(MAX_KEYS, (fullAtMs) => {
      if (fullAtMs > this.#nowMs) onForgotten();
    });
  }

  /** Takes one request; false when the share is used up. `nowMs` is of a monotonic clock. */
  take(key: string, nowMs: number): boolean {
    this.#nowMs = nowMs;
    const fullAtMs = Math.max(nowMs, this.#fullAtMs.get(key) ?? 0) + this.#intervalMs;
    if (fullAtMs > nowMs + this.#burstMs) return false;
    this.#fullAtMs.set(key, fullAtMs);
    return true;
  }
}
