import { setTimeout as sleep } from 'node:timers/promises';
import type { Rows } from '../../traffic/rows.ts';

const LOOK_MS = 250;
/** No new row for so long: worth a count, for which the database has to read them all. */
const STILL_MS = 1000;

/** Looks at the newest row of upstream messages again and again, which costs the database next to nothing. */
export class RowWatch {
  /** Of the newest row each time that there was a new one, from when a push-server had the message until the row was seen. */
  readonly delaysMs: number[] = [];
  readonly #rows: Rows;
  readonly #kind: string;
  readonly #afterRow: number;
  readonly #watching: Promise<void>;
  #newest: number;
  /** By `performance.now()`. */
  #changedAtMs = performance.now();
  #isOver = false;

  /** For messages of a kind in rows after this one, which is the newest. */
  constructor(rows: Rows, kind: string, afterRow: number) {
    this.#rows = rows;
    this.#kind = kind;
    this.#afterRow = afterRow;
    this.#newest = afterRow;
    this.#watching = this.#watch();
    // Who waits for the rows is told.
    this.#watching.catch(() => undefined);
  }

  /** Waits until so many rows have come, or too few for too long. Answers how many have, and when the last did, by `performance.now()`. */
  async until(rows: number, deadlineMs: number): Promise<{ count: number; atMs: number }> {
    const deadline = performance.now() + deadlineMs;
    try {
      for (;;) {
        await Promise.race([sleep(LOOK_MS), this.#watching]);
        const isLate = performance.now() > deadline;
        if (!isLate && performance.now() - this.#changedAtMs < STILL_MS) continue;
        const count = await this.#rows.countAfter(this.#kind, this.#afterRow);
        if (isLate || count >= rows) return { count, atMs: this.#changedAtMs };
      }
    } finally {
      this.#isOver = true;
      await this.#watching;
    }
  }

  async #watch(): Promise<void> {
    while (!this.#isOver) {
      const { id, receivedAtMs } = await this.#rows.newest();
      if (id > this.#newest) {
        this.#newest = id;
        this.#changedAtMs = performance.now();
        this.delaysMs.push(Date.now() - receivedAtMs);
      }
      await sleep(LOOK_MS);
    }
  }
}
