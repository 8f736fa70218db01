/** No one is sent away for longer, however many were refused before. */
const LONGEST_WAIT_MS = 60_000;
const APPOINTMENT_SPREAD_MS = 1000;
const SHORTEST_WAIT_MS = 1000;
const SHORTEST_SPREAD_MS = 9000;
/** What one network may always take of the rate. */
const SHARE_OF_NETWORK = 1 / 4;
/** What is kept of the bucket for networks within their share. */
const KEPT_FOR_OTHERS = 1 / 2;
/** Networks of one second; those beyond are all taken to be within their share. */
const MAX_NETWORKS = 16_384;

/**
 * How many connections a second are taken: a token bucket that holds one second's worth. Who comes too early is given an
 * appointment behind those refused before, so that a storm of N clients comes back within N / `perSecond` seconds, not all at once.
 *
 * A network that comes more often than a quarter of the rate gets what others leave, and no appointments: a flood from one address
 * neither takes the places of others nor fills their book.
 */
export class AcceptRate {
  readonly #perSecond: number;
  readonly #share: number;
  #tokens: number;
  #filledAtMs = 0;
  #lastAppointmentMs = 0;
  /** How often each network has come in this second. */
  readonly #attempts = new Map<string, number>();
  #secondEndsAtMs = 0;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
    this.#share = Math.max(1, perSecond * SHARE_OF_NETWORK);
    this.#tokens = perSecond;
  }

  /** Answers 0 for one that may stay, else after how many milliseconds it may come back. `nowMs` never runs backwards. */
  take(network: string, nowMs: number): number {
    const earned = ((nowMs - this.#filledAtMs) * this.#perSecond) / 1000;
    this.#tokens = Math.min(this.#perSecond, this.#tokens + earned);
    this.#filledAtMs = nowMs;
    const attempts = this.#count(network, nowMs);
    const isWithinShare = attempts <= this.#share;
    const kept = isWithinShare ? 0 : this.#perSecond * KEPT_FOR_OTHERS;
    if (this.#tokens >= kept + 1) {
      this.#tokens--;
      return 0;
    }
    return isWithinShare ? this.#appointment(nowMs) : spreadWaitMs((attempts / this.#perSecond) * 1000);
  }

  #count(network: string, nowMs: number): number {
    if (nowMs >= this.#secondEndsAtMs) {
      this.#attempts.clear();
      this.#secondEndsAtMs = nowMs + 1000;
    }
    const attempts = (this.#attempts.get(network) ?? 0) + 1;
    if (attempts > 1 || this.#attempts.size < MAX_NETWORKS) this.#attempts.set(network, attempts);
    return attempts;
  }

  #appointment(nowMs: number): number {
    const next = Math.max(this.#lastAppointmentMs, nowMs) + 1000 / this.#perSecond;
    this.#lastAppointmentMs = Math.min(next, nowMs + LONGEST_WAIT_MS);
    const waitMs = this.#lastAppointmentMs - nowMs;
    // At the end of the book all would get the same moment: they are spread over its second half.
    const spreadMs = waitMs < LONGEST_WAIT_MS ? APPOINTMENT_SPREAD_MS : -LONGEST_WAIT_MS / 2;
    return Math.ceil(waitMs + Math.random() * spreadMs);
  }
}

/** For one without an appointment: within ten seconds, or so many milliseconds if that is longer. */
export function spreadWaitMs(spreadMs = 0): number {
  const longestMs = LONGEST_WAIT_MS - SHORTEST_WAIT_MS;
  return Math.ceil(
    SHORTEST_WAIT_MS + Math.random() * Math.min(longestMs, Math.max(SHORTEST_SPREAD_MS, spreadMs)),
  );
}
