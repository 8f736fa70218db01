import { setTimeout as sleep } from 'node:timers/promises';

export interface ApiCall {
  readonly title: string;
  readonly make: () => Promise<Response>;
}

interface Made {
  readonly title: string;
  /** 0: no answer. */
  readonly status: number;
  readonly tookMs: number;
}

/** What every HTTP call of the cluster keeps: the handlers' deadline. */
export const API_DEADLINE_MS = 10_000;
const GRACE_MS = 500;
const PAUSE_MS = 250;

/** Calls the cluster's APIs over and over, and writes down what came of it. */
export class ApiProbe {
  readonly #calls: readonly ApiCall[];
  readonly #made: Made[] = [];
  #isOver = false;
  #loops: Promise<void>[] = [];

  constructor(calls: readonly ApiCall[]) {
    this.#calls = calls;
  }

  start(): void {
    this.#loops = this.#calls.map((call) => this.#repeat(call));
  }

  /** Resolves once the last calls are answered. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#loops);
  }

  /** Calls by status, as `sign-in: 30 x 200, 4 x 503; …`. */
  get summary(): string {
    return this.#calls
      .map(({ title }) => {
        const counts = new Map<number, number>();
        for (const { status } of this.#of(title)) counts.set(status, (counts.get(status) ?? 0) + 1);
        const parts = [...counts].sort(([a], [b]) => a - b).map(([status, count]) => `${count} x ${status}`);
        return `${title}: ${parts.join(', ')}`;
      })
      .join('; ');
  }

  get slowestMs(): number {
    return Math.max(0, ...this.#made.map(({ tookMs }) => tookMs));
  }

  /** Calls that hung, or were answered as the service's own fault. */
  get failures(): string[] {
    const hung = this.#made.filter(({ tookMs }) => tookMs > API_DEADLINE_MS + GRACE_MS);
    const faults = this.#made.filter(({ status }) => status === 500);
    return [
      ...hung.map(({ title, tookMs }) => `${title} took ${(tookMs / 1000).toFixed(1)} s`),
      ...(faults.length > 0 ? [`${faults.length} answers 500, of ${faults[0]!.title}`] : []),
    ];
  }

  #of(title: string): Made[] {
    return this.#made.filter((made) => made.title === title);
  }

  async #repeat({ title, make }: ApiCall): Promise<void> {
    while (!this.#isOver) {
      const startedAtMs = performance.now();
      const status = await make().then(
        async (response) => {
          await response.arrayBuffer();
          return response.status;
        },
        () => 0,
      );
      this.#made.push({ title, status, tookMs: performance.now() - startedAtMs });
      await sleep(PAUSE_MS);
    }
  }
}
