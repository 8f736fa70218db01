import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds, from half a millisecond to ten seconds. */
const secondsBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Seconds of one garbage collection. */
const collectionBuckets = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];

/** How often the event loop's lateness is looked at: each look wakes a process that may have nothing else to do. */
const LOOP_SAMPLE_MS = 50;

/** Metrics of a process for which everything that it holds is walked through: tens of milliseconds at each scrape with 20,000 connections. */
const WALKING = [
  'process_open_fds',
  ...['nodejs_active_handles', 'nodejs_active_requests', 'nodejs_active_resources'].flatMap((name) => [
    name,
    `${name}_total`,
  ]),
];

/** Makes and keeps the metrics of one service. Names are given in full (`longwire_…`); ids are never labels. */
export interface Metrics {
  readonly registry: Registry;
  /** With `collect`, what has been counted elsewhere is added at each scrape. */
  counter<Label extends string = never>(
    name: string,
    help: string,
    labelNames?: readonly Label[],
    collect?: (counter: Counter<Label>) => void,
  ): Counter<Label>;
  /** With `collect`, the value is asked for at each scrape. */
  gauge<Label extends string = never>(
    name: string,
    help: string,
    labelNames?: readonly Label[],
    collect?: (gauge: Gauge<Label>) => void | Promise<void>,
  ): Gauge<Label>;
  /** Buckets are for seconds unless given. */
  histogram<Label extends string = never>(
    name: string,
    help: string,
    labelNames?: readonly Label[],
    buckets?: readonly number[],
  ): Histogram<Label>;
}

export interface MetricsOptions {
  /** Also memory, CPU, event loop and the like of the process: for the one service of a process that has these. Not what takes a walk to count. */
  readonly processMetrics?: boolean;
}

/** A registry of its own per service, so that several services can live in one process. */
export function createMetrics(service: string, { processMetrics = false }: MetricsOptions = {}): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  if (processMetrics) {
    collectDefaultMetrics({
      register: registry,
      eventLoopMonitoringPrecision: LOOP_SAMPLE_MS,
      gcDurationBuckets: collectionBuckets,
    });
    for (const name of WALKING) registry.removeSingleMetric(name);
  }
  const registers = [registry];
  return {
    registry,
    counter: (name, help, labelNames = [], collect) =>
      new Counter({
        ...{ name, help, labelNames: [...labelNames], registers },
        ...(collect && {
          collect() {
            collect(this);
          },
        }),
      }),
    gauge: (name, help, labelNames = [], collect) =>
      new Gauge({
        name,
        help,
        labelNames: [...labelNames],
        registers,
        ...(collect && {
          collect() {
            return collect(this);
          },
        }),
      }),
    histogram: (name, help, labelNames = [], buckets = secondsBuckets) =>
      new Histogram({ name, help, labelNames: [...labelNames], buckets: [...buckets], registers }),
  };
}
