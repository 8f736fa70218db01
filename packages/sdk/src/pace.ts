/** Clocks differ: what is used of the rate that the server allows. */
const USED = 0.95;
/** What may go at once, in seconds of that rate. The server takes two seconds' worth, but a network bunches what was sent evenly. */
const BURST_SECONDS = 0.25;
/** Not a timer for each message. */
const SHORTEST_WAIT_MS = 20;

/** How fast messages may go on a connection: a token bucket. Has no timer of its own. */
export class Pace {
  /** 0: as fast as they come. */
  #perMs = 0;
  #burst = 0;
  #left = 0;
  #filledAtMs = 0;

  /** For a new connection, on which the server counts anew. 0: the server does not say how many it takes. */
  begin(messagesPerSecond: number, nowMs: number): void {
    this.#perMs = (messagesPerSecond * USED) / 1000;
    this.#burst = Math.max(1, messagesPerSecond * BURST_SECONDS);
    this.#left = this.#burst;
    this.#filledAtMs = nowMs;
  }

  /** Answers 0 if a message may go now, else after how many milliseconds to ask again. */
  waitMs(nowMs: number): number {
    if (this.#perMs === 0) return 0;
    this.#left = Math.min(this.#burst, this.#left + (nowMs - this.#filledAtMs) * this.#perMs);
    this.#filledAtMs = nowMs;
    return this.#left >= 1 ? 0 : Math.max(SHORTEST_WAIT_MS, (1 - this.#left) / this.#perMs);
  }

  /** A message goes. */
  take(): void {
    this.#left--;
  }
}
