import { setTimeout as sleep } from 'node:timers/promises';
import type { Node } from '../lib/cluster.ts';

const INTERVAL_MS = 200;
const ANSWER_DEADLINE_MS = 3000;

interface Answer {
  readonly atMs: number;
  /** 0: none within the deadline. */
  readonly status: number;
}

/** Asks every node's /readyz all the time. */
export class ReadyWatch {
  readonly #nodes: () => readonly Node[];
  readonly #answers = new Map<string, Answer>();
  #isOver = false;

  constructor(nodes: () => readonly Node[]) {
    this.#nodes = nodes;
  }

  start(): void {
    for (const { name } of this.#nodes()) void this.#watch(name);
  }

  stop(): void {
    this.#isOver = true;
  }

  /** What the node said last. */
  status(name: string): number {
    return this.#answers.get(name)?.status ?? 0;
  }

  /**
   * Waits until all of the nodes say this status at once. Answers how many milliseconds after `sinceMs` (of performance.now) that
   * was, or null when it was not within the deadline, which counts from there too.
   */
  async all(
    names: readonly string[],
    status: number,
    sinceMs: number,
    deadlineMs: number,
  ): Promise<number | null> {
    for (;;) {
      const elapsedMs = performance.now() - sinceMs;
      const said = names.map((name) => this.#answers.get(name));
      if (said.every((answer) => answer?.status === status && answer.atMs > sinceMs)) return elapsedMs;
      if (elapsedMs > deadlineMs) return null;
      await sleep(50);
    }
  }

  async #watch(name: string): Promise<void> {
    while (!this.#isOver) {
      // Looked up each time: a node that was started again is another one.
      const node = this.#nodes().find((one) => one.name === name);
      const askedAtMs = performance.now();
      const status = node === undefined ? 0 : await ask(`${node.url}/readyz`);
      // As of when it was asked, so that an answer from before a fault is not taken for one of after.
      this.#answers.set(name, { atMs: askedAtMs, status });
      await sleep(INTERVAL_MS);
    }
  }
}

async function ask(url: string): Promise<number> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_DEADLINE_MS) });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 0;
  }
}
