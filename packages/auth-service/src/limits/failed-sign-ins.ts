import { RecentMap } from './recent-map.ts';

interface Failures {
  readonly count: number;
  readonly lastAtMs: number;
  /** Until then no further attempt is heard. */
  readonly waitUntilMs: number;
}

export interface FailedSignInLimits {
  /** Wrong secrets in a row for one client, from one network, that cost nothing. */
  readonly freeFailures: number;
  /** The same from all networks together. */
  readonly freeClientFailures: number;
  readonly longestWaitMs: number;
}

const FIRST_WAIT_MS = 1000;
const FORGOTTEN_AFTER_MS = 15 * 60_000;
const MAX_ENTRIES = 50_000;

/**
 * Slows guessing down: after some wrong secrets in a row each further attempt must wait, 1, 2, 4 s and so on. What comes during the wait
 * is refused unheard, a right secret too, so that it tells nothing.
 *
 * Counted per client and network, so that a stranger does not keep a device out. And, for a stranger with many addresses, per client
 * with a higher number; a network from which the client signed in last is spared that.
 */
export class FailedSignIns {
  readonly #limits: FailedSignInLimits;
  /** By client, and by client and network. */
  readonly #failures = new RecentMap<Failures>(2 * MAX_ENTRIES);
  /** Network of the last sign-in, by client. */
  readonly #lastNetworks = new RecentMap<string>(MAX_ENTRIES);

  constructor(limits: FailedSignInLimits) {
    this.#limits = limits;
  }

  /** How long an attempt must wait; 0: not at all. Times are in milliseconds of a monotonic clock. */
  waitMs(clientId: string, network: string, nowMs: number): number {
    const here = this.#failures.get(keyOf(clientId, network))?.waitUntilMs ?? 0;
    const isUsual = this.#lastNetworks.get(clientId) === network;
    const anywhere = isUsual ? 0 : (this.#failures.get(clientId)?.waitUntilMs ?? 0);
    return Math.max(0, here - nowMs, anywhere - nowMs);
  }

  failed(clientId: string, network: string, nowMs: number): void {
    this.#count(keyOf(clientId, network), this.#limits.freeFailures, nowMs);
    this.#count(clientId, this.#limits.freeClientFailures, nowMs);
  }

  succeeded(clientId: string, network: string): void {
    this.#failures.delete(keyOf(clientId, network));
    this.#failures.delete(clientId);
    this.#lastNetworks.set(clientId, network);
  }

  #count(key: string, free: number, nowMs: number): void {
    const before = this.#failures.get(key);
    const isRecent = before !== undefined && nowMs - before.lastAtMs < FORGOTTEN_AFTER_MS;
    const count = isRecent ? before.count + 1 : 1;
    const waitMs =
      count < free
        ? 0
        : Math.min(this.#limits.longestWaitMs, FIRST_WAIT_MS * 2 ** Math.min(count - free, 30));
    this.#failures.set(key, { count, lastAtMs: nowMs, waitUntilMs: nowMs + waitMs });
  }
}

/** A client id has no space. */
function keyOf(clientId: string, network: string): string {
  return `${clientId} ${network}`;
}
