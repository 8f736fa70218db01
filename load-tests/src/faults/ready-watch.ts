import { setTimeout as sleep } from 'node:timers/promises';
import type { Node } from '../lib/cluster.ts';

const INTERVAL_MS = 200;
const ANSWER_DEADLINE_MS = 3000;

export interface Answer {
  /** When it was asked for. */
  readonly atMs: number;
  readonly answeredAtMs: number;
  /** Of /readyz. 0: none within the deadline. */
  readonly status: number;
  /** Of /livez, asked for at the same time. */
  readonly liveStatus: number;
}

/** Some minutes of one node. */
const MAX_KEPT = 2000;

/** Asks every node's /readyz and /livez all the time. */
export class ReadyWatch {
  readonly #nodes: () => readonly Node[];
  readonly #answers = new Map<string, Answer>();
  readonly #said = new Map<string, Answer[]>();
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

  /** All that a node said between two times of performance.now(). */
  between(name: string, fromMs: number, toMs: number): readonly Answer[] {
    const said = this.#said.get(name) ?? [];
    return said.filter(({ atMs, answeredAtMs }) => atMs > fromMs && answeredAtMs < toMs);
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
      const [status, liveStatus] =
        node === undefined
          ? [0, 0]
          : await Promise.all([ask(`${node.url}/readyz`), ask(`${node.url}/livez`)]);
      // As of when it was asked, so that an answer from before a fault is not taken for one of after.
      const answer = { atMs: askedAtMs, answeredAtMs: performance.now(), status, liveStatus };
      this.#answers.set(name, answer);
      const said = this.#said.get(name) ?? [];
      said.push(answer);
      if (said.length > MAX_KEPT) said.shift();
      this.#said.set(name, said);
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
