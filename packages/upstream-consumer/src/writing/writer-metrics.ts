import type { Metrics } from '@longwire/service-kit';

export type WriterMetrics = ReturnType<typeof writerMetrics>;

const batchBuckets = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000];
const lagBucketsMs = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 60_000, 600_000, 3_600_000];

export function writerMetrics(metrics: Metrics) {
  return {
    stored: metrics.counter('longwire_consumer_stored_total', 'Records that became new rows of the store'),
    duplicates: metrics.counter(
      'longwire_consumer_duplicates_total',
      'Records whose client id and message id the store held already',
    ),
    deadLettered: metrics.counter(
      'longwire_consumer_dead_lettered_total',
      'Records that the store refused for good and that were put aside',
      ['reason'],
    ),
    failedBatches: metrics.counter(
      'longwire_consumer_failed_batches_total',
      'Batches that could not be finished and will be handed out again',
      ['reason'],
    ),
    batchRecords: metrics.histogram(
      'longwire_consumer_batch_records',
      'Records in a batch handed out by the log',
      [],
      batchBuckets,
    ),
    lagMs: metrics.histogram(
      'longwire_consumer_lag_ms',
      'Milliseconds from the receipt of a record by its push-server until it is in the store',
      [],
      lagBucketsMs,
    ),
  };
}
