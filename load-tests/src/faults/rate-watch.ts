import { setTimeout as sleep } from 'node:timers/promises';

/** A count that was asked for and came; the times are of performance.now(). */
export interface Sample {
  readonly askedAtMs: number;
  readonly answeredAtMs: number;
  readonly count: number;
}

const INTERVAL_MS = 100;
const SECOND_MS = 1000;

/**
 * By how much a count grew within any one second. Never too much: what lies between two samples is taken for one second's only if the
 * first was asked for and the second answered within it.
 */
export function mostInASecond(samples: readonly Sample[]): number {
  let most = 0;
  let first = 0;
  for (const [index, { answeredAtMs, count }] of samples.entries()) {
    while (first < index && samples[first]!.askedAtMs < answeredAtMs - SECOND_MS) first++;
    // The earliest within the second has the lowest count.
    most = Math.max(most, count - samples[first]!.count);
  }
  return most;
}

/** Asks for a count that only grows, ten times a second. */
export class RateWatch {
  readonly #samples: Sample[] = [];
  readonly #asking: Promise<void>;
  #isOver = false;

  /** @param read may reject: when the one who counts has ended */
  constructor(read: () => number | Promise<number>) {
    this.#asking = this.#ask(read);
  }

  /** Ends it. Answers by how much the count grew within any one second, and in all. */
  async end(): Promise<{ mostInASecond: number; total: number }> {
    this.#isOver = true;
    await this.#asking;
    const first = this.#samples[0]?.count ?? 0;
    const last = this.#samples.at(-1)?.count ?? 0;
    return { mostInASecond: mostInASecond(this.#samples), total: last - first };
  }

  async #ask(read: () => number | Promise<number>): Promise<void> {
    for (; !this.#isOver; await sleep(INTERVAL_MS)) {
      const askedAtMs = performance.now();
      try {
        const count = await read();
        this.#samples.push({ askedAtMs, answeredAtMs: performance.now(), count });
      } catch {
        // Asked again.
      }
    }
  }
}
