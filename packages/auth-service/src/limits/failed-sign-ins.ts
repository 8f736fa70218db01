import { RecentMap } from './recent-map.ts';

interface Failures {
  readonly count: number;
  readonly lastAtMs: number;
}

export interface FailedSignInLimits {
  /** Wrong secrets in a row for one client, from one network, that cost nothing. */
  readonly freeFailures: number;
  /** The same from all networks together, of each no more than `freeFailures`. */
  readonly freeClientFailures: number;
  readonly longestWaitMs: number;
}

const FIRST_WAIT_MS = 1000;
const FORGOTTEN_AFTER_MS = 15 * 60_000;
const MAX_ENTRIES = 50_000;

/**
 * Slows guessing down: after some wrong secrets in a row each further attempt must wait, 1, 2, 4 s and so on. What comes during the wait
 * is refused unheard, a right secret too, so that it tells nothing. An attempt counts as wrong from its beginning until it proves right:
 * those that come together are no way around.
 *
 * Counted per client and network, so that a stranger does not keep a device out. And, for a stranger with many addresses, per client
 * with a higher number, to which one network adds no more than its free ones; a network from which the client signed in last is spared
 * that.
 */
export class FailedSignIns {
  readonly #limits: FailedSignInLimits;
  /** By client, and by client and network. */
  readonly #failures: RecentMap<Failures>;
  /** Network of the last sign-in, by client. */
  readonly #lastNetworks: RecentMap<string>;
  #nowMs = 0;

  /** `onForgotten`: there were too many clients and networks to remember; a wait may have ended before its time. */
  constructor(limits: FailedSignInLimits, onForgotten: () => void) {
    this.#limits = limits;
    this.#failures = new RecentMap(2 * MAX_ENTRIES, ({ lastAtMs }) => {
      if (isRecent(lastAtMs, this.#nowMs)) onForgotten();
    });
    this.#lastNetworks = new RecentMap(MAX_ENTRIES, onForgotten);
  }

  /** Begins an attempt, unless it must wait: how long; 0: not at all. Times are in milliseconds of a monotonic clock. */
  begin(clientId: string, network: string, nowMs: number): number {
    this.#nowMs = nowMs;
    const { freeFailures, freeClientFailures } = this.#limits;
    const here = keyOf(clientId, network);
    const isUsual = this.#lastNetworks.get(clientId) === network;
    const waitMs = Math.max(
      this.#waitMs(here, freeFailures, nowMs),
      isUsual ? 0 : this.#waitMs(clientId, freeClientFailures, nowMs),
    );
    if (waitMs > 0) return waitMs;
    if (this.#add(here, nowMs) <= freeFailures) this.#add(clientId, nowMs);
    return 0;
  }

  succeeded(clientId: string, network: string): void {
    this.#failures.delete(keyOf(clientId, network));
    this.#failures.delete(clientId);
    this.#lastNetworks.set(clientId, network);
  }

  /** Nobody could say whether the secret of the attempt was right. */
  abandoned(clientId: string, network: string): void {
    if (this.#takeBack(keyOf(clientId, network)) < this.#limits.freeFailures) this.#takeBack(clientId);
  }

  #waitMs(key: string, free: number, nowMs: number): number {
    const { count, lastAtMs } = this.#failures.get(key) ?? { count: 0, lastAtMs: 0 };
    if (count < free) return 0;
    const waitMs = Math.min(this.#limits.longestWaitMs, FIRST_WAIT_MS * 2 ** Math.min(count - free, 30));
    return Math.max(0, lastAtMs + waitMs - nowMs);
  }

  /** Answers the new count. */
  #add(key: string, nowMs: number): number {
    const before = this.#failures.get(key);
    const count = before !== undefined && isRecent(before.lastAtMs, nowMs) ? before.count + 1 : 1;
    this.#failures.set(key, { count, lastAtMs: nowMs });
    return count;
  }

  /** Answers the new count. */
  #takeBack(key: string): number {
    const { count, lastAtMs } = this.#failures.get(key) ?? { count: 0, lastAtMs: 0 };
    if (count > 1) this.#failures.set(key, { count: count - 1, lastAtMs });
    else this.#failures.delete(key);
    return Math.max(0, count - 1);
  }
}

function isRecent(lastAtMs: number, nowMs: number): boolean {
  return nowMs - lastAtMs < FORGOTTEN_AFTER_MS;
}

/** A client id has no space. */
function keyOf(clientId: string, network: string): string {
  return `${clientId} ${network}`;
}
