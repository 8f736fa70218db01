import type { Metrics } from './metrics.ts';

/** Counts calls to other nodes that fail: call the function once for each, with the reason. */
export function failedNodeCalls(metrics: Metrics): (reason: string) => void {
  const failed = metrics.counter(
    'longwire_node_calls_failed_total',
    'Calls to other nodes that failed, by reason',
    ['reason'],
  );
  return (reason) => failed.inc({ reason });
}
