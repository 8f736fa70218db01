import { RecentMap } from './recent-map.ts';

const MAX_NETWORKS = 100_000;

/**
 * So many requests a second from each network, with a burst. The "generic cell rate algorithm" (ITU-T I.371): a token bucket that needs one
 * number a network, the time at which its bucket will be full again.
 */
export class RequestRates {
  readonly #intervalMs: number;
  readonly #burstMs: number;
  readonly #fullAtMs = new RecentMap<number>(MAX_NETWORKS);

  constructor({ perSecond, burst }: { readonly perSecond: number; readonly burst: number }) {
    this.#intervalMs = 1000 / perSecond;
    this.#burstMs = burst * this.#intervalMs;
  }

  /** Takes one request; false when the network has used up its share. `nowMs` is of a monotonic clock. */
  take(network: string, nowMs: number): boolean {
    const fullAtMs = Math.max(nowMs, this.#fullAtMs.get(network) ?? 0) + this.#intervalMs;
    if (fullAtMs > nowMs + this.#burstMs) return false;
    this.#fullAtMs.set(network, fullAtMs);
    return true;
  }
}
