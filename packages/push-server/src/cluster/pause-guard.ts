/** Often enough that what an idle process is found to have slept is true to this. */
const BEAT_MS = 250;

/**
 * Notices that this process did not run for so long that others may have taken it for dead: it was stopped, its machine slept, or
 * something held its event loop. On waking the event loop reads sockets before it looks at timers, so whatever comes from outside asks
 * the guard first.
 */
export class PauseGuard {
  readonly #limitMs: () => number;
  readonly #onPaused: (pausedMs: number) => void;
  #lastRanMs = performance.now();
  #timer: NodeJS.Timeout | null = null;

  /** `onPaused` is called before the `check` that noticed it returns. */
  constructor(limitMs: () => number, onPaused: (pausedMs: number) => void) {
    this.#limitMs = limitMs;
    this.#onPaused = onPaused;
  }

  start(): void {
    this.#lastRanMs = performance.now();
    this.#timer ??= setInterval(() => this.check(), BEAT_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  check(): void {
    const nowMs = performance.now();
    const pausedMs = nowMs - this.#lastRanMs;
    this.#lastRanMs = nowMs;
    if (pausedMs > BEAT_MS && pausedMs > this.#limitMs()) this.#onPaused(pausedMs);
  }
}
