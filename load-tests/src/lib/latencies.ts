/** Collects durations in milliseconds and tells percentiles. */
export class Latencies {
  readonly #values: number[] = [];
  #isSorted = true;

  add(durationMs: number): void {
    this.#values.push(durationMs);
    this.#isSorted = false;
  }

  get count(): number {
    return this.#values.length;
  }

  /** Nearest rank; NaN when there is none. */
  percentile(percent: number): number {
    if (!this.#isSorted) this.#values.sort((a, b) => a - b);
    this.#isSorted = true;
    return this.#values[Math.max(0, Math.ceil((percent / 100) * this.#values.length) - 1)] ?? NaN;
  }
}
