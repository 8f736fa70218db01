import { setTimeout as sleep } from 'node:timers/promises';
import { machineUse, type MachineUse } from '../../lib/proc.ts';
import type { Fleet } from '../clients/fleet.ts';
import type { Target } from '../target/target.ts';
import { histogramOf, longestSince, metricSum } from './metrics-text.ts';
import { processesOf, useOf, type Use } from './processes.ts';

/** The run at one moment. Counts of CPU grow from the start of each process. */
export interface Sample {
  readonly atSeconds: number;
  readonly connected: number;
  readonly delivered: number;
  readonly use: Use;
  readonly machine: MachineUse;
  /** Null where they were not looked at, or nobody knows where to ask. */
  readonly services: Services | null;
}

/** What the push-servers say of themselves at /metrics: since they were asked before. */
export interface Services {
  /** How long ago that is. */
  readonly seconds: number;
  /** The longest of any. */
  readonly loopDelayMs: number;
  /** Of garbage, by all together. */
  readonly collectionSeconds: number;
  /** None that was counted took any push-server longer; 0: there was none. */
  readonly longestCollectionMs: number;
}

/** Between two looks at the event loop (service-kit's metrics); the monitor counts it as delay. */
const LOOP_SAMPLE_MS = 50;
const COLLECTIONS = 'nodejs_gc_duration_seconds';

const LEAST_INTERVAL_MS = 1000;
/** In the time of holding or sending, however long: more would show no more. */
const MOST_SAMPLES = 1000;
/** Looking at a process costs some milliseconds: what is looked at must not be the looking. */
const INTERVAL_PER_PROCESS_MS = 100;
/** As Prometheus would. It costs each push-server some milliseconds. */
const SERVICES_INTERVAL_MS = 15_000;

/** Looks at the run from time to time. */
export class Sampler {
  readonly samples: Sample[] = [];
  readonly #target: Target;
  readonly #fleet: Fleet;
  readonly #startedAtMs: number;
  readonly #leastIntervalMs: number;
  readonly #end = new AbortController();
  #run: Promise<void> = Promise.resolve();
  #servicesAtMs = performance.now();
  /** What each push-server said when it was asked last, by its name. */
  readonly #said = new Map<string, string>();

  constructor(target: Target, fleet: Fleet, startedAtMs: number, durationSeconds: number) {
    this.#target = target;
    this.#fleet = fleet;
    this.#startedAtMs = startedAtMs;
    this.#leastIntervalMs = Math.max(LEAST_INTERVAL_MS, (durationSeconds * 1000) / MOST_SAMPLES);
  }

  /** Resolves when it was stopped. Rejects when something cannot be looked at any more. */
  async start(): Promise<void> {
    await this.skipServices();
    this.#run = this.#sampleUntilStopped();
    return this.#run;
  }

  /** Looks a last time, as far as there is something to see. */
  async stop(): Promise<void> {
    this.#end.abort();
    await this.#run.catch(() => undefined);
    await this.lookAtServices().catch(() => undefined);
  }

  /** Takes a sample with what the services say until now: before they are held up by what is no part of the load. */
  async lookAtServices(): Promise<void> {
    this.samples.push(await this.#take(await this.#askServices()));
  }

  /** What the services did until now is in no sample: they were starting, or doing what is no part of the load. */
  async skipServices(): Promise<void> {
    await this.#askServices();
  }

  async #sampleUntilStopped(): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted) {
      const isTime = performance.now() - this.#servicesAtMs >= SERVICES_INTERVAL_MS;
      this.samples.push(await this.#take(isTime ? await this.#askServices() : null));
      const count = processesOf(this.#target, this.#fleet).length;
      const pauseMs = Math.max(this.#leastIntervalMs, count * INTERVAL_PER_PROCESS_MS);
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #take(services: Services | null): Promise<Sample> {
    const { connected, delivered } = await this.#fleet.counts();
    return {
      atSeconds: (performance.now() - this.#startedAtMs) / 1000,
      connected,
      delivered,
      use: useOf(processesOf(this.#target, this.#fleet)),
      machine: machineUse(),
      services,
    };
  }

  /** One after the other, so that they do not all work for this at once. */
  async #askServices(): Promise<Services | null> {
    const seconds = (performance.now() - this.#servicesAtMs) / 1000;
    this.#servicesAtMs = performance.now();
    const each: { before: string; now: string }[] = [];
    for (const pushServer of this.#target.pushServers) {
      const now = await this.#target.metricsOf(pushServer);
      if (now === null) continue;
      each.push({ before: this.#said.get(pushServer.name) ?? '', now });
      this.#said.set(pushServer.name, now);
    }
    return each.length === 0 ? null : { seconds, ...servicesOf(each) };
  }
}

/** What several have done, by what each says at /metrics now and said before. */
export function servicesOf(
  each: readonly { readonly before: string; readonly now: string }[],
): Omit<Services, 'seconds'> {
  const growth = (name: string): number =>
    // A process that has not collected any yet has none of them.
    each.reduce(
      (sum, { before, now }) => sum + (metricSum(now, name) || 0) - (metricSum(before, name) || 0),
      0,
    );
  return {
    loopDelayMs: Math.max(
      0,
      ...each.map(({ now }) => metricSum(now, 'nodejs_eventloop_lag_max_seconds') * 1000 - LOOP_SAMPLE_MS),
    ),
    collectionSeconds: growth(`${COLLECTIONS}_sum`),
    longestCollectionMs:
      Math.max(
        ...each.map(({ before, now }) =>
          longestSince(histogramOf(before, COLLECTIONS), histogramOf(now, COLLECTIONS)),
        ),
      ) * 1000,
  };
}
