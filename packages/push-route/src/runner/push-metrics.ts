import type { Metrics } from '@longwire/service-kit';
import type { PushRunner } from './push-runner.ts';

export type PushMetrics = ReturnType<typeof createPushMetrics>;

/** The counters of the runner. `reason` is a word of the catalogue of delivery outcomes, empty unless failed. */
export function createPushMetrics(metrics: Metrics) {
  return {
    finished: metrics.counter('longwire_pushes_finished_total', 'Pushes that ended', ['audience', 'state']),
    refused: metrics.counter('longwire_pushes_refused_total', 'Pushes that found no place to wait'),
    targets: metrics.counter('longwire_push_targets_total', 'Targets of pushes by what became of them', [
      'outcome',
      'reason',
    ]),
    dropped: metrics.counter(
      'longwire_push_results_dropped_total',
      'Results of targets that could not be stored because the store was away or the process stopped',
    ),
  };
}

/** What waits and runs now. */
export function watchRunner(metrics: Metrics, runner: PushRunner): void {
  metrics.gauge('longwire_pushes', 'Pushes by where they are now', ['place'], (gauge) => {
    gauge.set({ place: 'running' }, runner.running);
    gauge.set({ place: 'waiting' }, runner.waiting);
  });
}
