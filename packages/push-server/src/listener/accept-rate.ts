/** No one is sent away for longer, however many were refused before. */
const LONGEST_WAIT_MS = 60_000;
const SPREAD_MS = 1000;

/**
 * How many connections a second are taken: a token bucket that holds one second's worth. Who comes too early is given an
 * appointment behind those refused before, so that a storm of N clients comes back within N / `perSecond` seconds, not all at once.
 */
export class AcceptRate {
  readonly #perSecond: number;
  #tokens: number;
  #filledAtMs = 0;
  #lastAppointmentMs = 0;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
    this.#tokens = perSecond;
  }

  /** Answers 0 for one that may stay, else after how many milliseconds it may come back. `nowMs` never runs backwards. */
  take(nowMs: number): number {
    const earned = ((nowMs - this.#filledAtMs) * this.#perSecond) / 1000;
    this.#tokens = Math.min(this.#perSecond, this.#tokens + earned);
    this.#filledAtMs = nowMs;
    if (this.#tokens >= 1) {
      this.#tokens--;
      return 0;
    }
    const next = Math.max(this.#lastAppointmentMs, nowMs) + 1000 / this.#perSecond;
    this.#lastAppointmentMs = Math.min(next, nowMs + LONGEST_WAIT_MS);
    const waitMs = this.#lastAppointmentMs - nowMs;
    // At the end of the book all would get the same moment: they are spread over its second half.
    const spreadMs = waitMs < LONGEST_WAIT_MS ? SPREAD_MS : -LONGEST_WAIT_MS / 2;
    return Math.ceil(waitMs + Math.random() * spreadMs);
  }
}
