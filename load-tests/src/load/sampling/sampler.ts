import { setTimeout as sleep } from 'node:timers/promises';
import { machineUse, type MachineUse } from '../../lib/proc.ts';
import type { Fleet } from '../clients/fleet.ts';
import type { Target } from '../target/target.ts';
import { metricSum } from './metrics-text.ts';
import { processesOf, useOf, type Use } from './processes.ts';

/** The run at one moment. Counts of CPU and garbage collection grow from the start of each process. */
export interface Sample {
  readonly atSeconds: number;
  readonly connected: number;
  readonly delivered: number;
  readonly use: Use;
  readonly machine: MachineUse;
  /** The longest of any push-server since the sample before; null where no /metrics could be read. */
  readonly loopDelayMs: number | null;
  /** Of all push-servers together. */
  readonly collectionSeconds: number | null;
  readonly collections: number | null;
}

const LEAST_INTERVAL_MS = 1000;
/** Looking at a process costs some milliseconds: what is looked at must not be the looking. */
const INTERVAL_PER_PROCESS_MS = 100;

/** Looks at the run from time to time. */
export class Sampler {
  readonly samples: Sample[] = [];
  readonly fleets: Fleet[];
  readonly #target: Target;
  readonly #startedAtMs: number;
  readonly #end = new AbortController();
  #run: Promise<void> = Promise.resolve();

  constructor(target: Target, fleet: Fleet, startedAtMs: number) {
    this.#target = target;
    this.fleets = [fleet];
    this.#startedAtMs = startedAtMs;
  }

  start(): void {
    this.#run = this.#sampleUntilStopped();
    // Whoever stops it is told.
    this.#run.catch(() => undefined);
  }

  /** Rejects with what ended the sampling, if something did. */
  async stop(): Promise<void> {
    this.#end.abort();
    await this.#run;
  }

  async #sampleUntilStopped(): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted) {
      this.samples.push(await this.#take());
      const count = processesOf(this.#target, this.fleets).length;
      const pauseMs = Math.max(LEAST_INTERVAL_MS, count * INTERVAL_PER_PROCESS_MS);
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #take(): Promise<Sample> {
    const stats = await Promise.all(this.fleets.map((fleet) => fleet.stats()));
    const services = await this.#services();
    return {
      atSeconds: (performance.now() - this.#startedAtMs) / 1000,
      connected: stats.reduce((sum, { connected }) => sum + connected, 0),
      delivered: stats.reduce((sum, { delivered }) => sum + delivered, 0),
      use: useOf(processesOf(this.#target, this.fleets)),
      machine: machineUse(),
      ...services,
    };
  }

  /** One after the other, so that they do not all work for this at once. */
  async #services(): Promise<Pick<Sample, 'loopDelayMs' | 'collectionSeconds' | 'collections'>> {
    const texts: string[] = [];
    for (const pushServer of this.#target.pushServers) {
      const text = await this.#target.metricsOf(pushServer);
      if (text !== null) texts.push(text);
    }
    if (texts.length === 0) return { loopDelayMs: null, collectionSeconds: null, collections: null };
    const sum = (name: string): number =>
      // A process that has not collected any yet has none of them.
      texts.reduce((total, text) => total + (metricSum(text, name) || 0), 0);
    return {
      loopDelayMs:
        Math.max(...texts.map((text) => metricSum(text, 'nodejs_eventloop_lag_max_seconds'))) * 1000,
      collectionSeconds: sum('nodejs_gc_duration_seconds_sum'),
      collections: sum('nodejs_gc_duration_seconds_count'),
    };
  }
}
