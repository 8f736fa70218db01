import type { PushServerSettings } from '../config.ts';

/**
 * How many logins may wait for the directory at once. Nobody notices until claims wait longer than `maxClaimWaitMs`: each that did halves the number, each that was
 * answered in time adds one. One is always let in, and shows when the directory is quick again; from there it doubles with each round of answers
 * (slow start, as in RFC 5681).
 *
 * Without it a directory that is short does not recover: a claim that comes too late for its client has cost as much, and the client comes again. To refuse while the
 * oldest claim is late, and no longer, is not enough: a directory still works on claims that their clients have given up, when none seems to wait.
 */
export class ClaimWindow {
  readonly #maxWaitMs: number;
  /** As many as may be not signed in: more never wait. */
  readonly #most: number;
  #size: number;
  #waiting = 0;
  /** When the newest of the claims that were answered in time began. */
  #inTimeBeganAtMs = -Infinity;

  constructor({
    maxClaimWaitMs,
    maxUnauthenticated,
  }: Pick<PushServerSettings, 'maxClaimWaitMs' | 'maxUnauthenticated'>) {
    this.#maxWaitMs = maxClaimWaitMs;
    this.#most = maxUnauthenticated;
    this.#size = maxUnauthenticated;
  }

  /** Claims without an answer. */
  get waiting(): number {
    return this.#waiting;
  }

  get isFull(): boolean {
    return this.#waiting >= this.#size;
  }

  began(): void {
    this.#waiting++;
  }

  /** For each that began, once. What failed at once says nothing of how long the directory takes. */
  ended(beganAtMs: number, nowMs: number, isAnswered: boolean): void {
    this.#waiting--;
    if (nowMs - beganAtMs > this.#maxWaitMs) {
      // A master of a Redis Cluster that is away keeps nobody from the others, which answered in time to who came later.
      if (beganAtMs > this.#inTimeBeganAtMs) this.#size = Math.max(1, this.#size / 2);
    } else if (isAnswered) {
      this.#inTimeBeganAtMs = Math.max(this.#inTimeBeganAtMs, beganAtMs);
      this.#size = Math.min(this.#most, this.#size + 1);
    }
  }
}
