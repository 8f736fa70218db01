const TICK_MS = 100;

/** How late the event loop is, looked at in ticks; one timer. */
export class LoopDelay {
  #timer: NodeJS.Timeout | null = null;
  #dueAtMs = Infinity;
  #lastMs = 0;
  #worstMs = 0;

  start(): void {
    this.#dueAtMs = performance.now() + TICK_MS;
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#dueAtMs = Infinity;
    this.#lastMs = 0;
    this.#worstMs = 0;
  }

  /** Of the last tick, or of the next one where that is late already. In milliseconds. */
  currentMs(): number {
    return Math.max(this.#lastMs, performance.now() - this.#dueAtMs);
  }

  /** Of the worst tick since this was asked last; one that is late still counts when it comes. In milliseconds. */
  takeWorstMs(): number {
    const worstMs = this.#worstMs;
    this.#worstMs = 0;
    return worstMs;
  }

  #tick(): void {
    const nowMs = performance.now();
    this.#lastMs = nowMs - this.#dueAtMs;
    this.#worstMs = Math.max(this.#worstMs, this.#lastMs);
    this.#dueAtMs = nowMs + TICK_MS;
  }
}
