import {
  DeliveryOutcome,
  deliveryOutcomeNames,
  type DeliveryRouter,
  type Page,
  type PushResultRow,
  type Store,
} from '@longwire/cluster';
import type { Logger } from 'pino';
import type { PushMetrics } from './push-metrics.ts';
import type { PushJob } from './push-job.ts';
import { ResultWriter } from './result-writer.ts';
import { untilStored } from './store-retry.ts';
import { TargetWindow } from './target-window.ts';

const chunkTargets = 1000;
const maxOutstandingChunks = 8;

export interface TargetsDeps {
  readonly router: DeliveryRouter;
  readonly store: Store;
  readonly metrics: PushMetrics;
  readonly storeOutageMs: number;
  readonly logger: Logger;
}

/**
 * Delivers to targets by name, one row in the store for each. Chunks are looked up and delivered side by side, as many as
 * the window takes; a slow client holds one place of it, a slow store in the end all of them.
 */
export async function carryToTargets(
  { router, store, metrics, storeOutageMs, logger }: TargetsDeps,
  job: PushJob,
  chunks: AsyncIterable<readonly string[]>,
  signal: AbortSignal,
): Promise<number> {
  const window = new TargetWindow(chunkTargets * maxOutstandingChunks);
  const retry = { outageMs: storeOutageMs, signal, logger };
  const writer = new ResultWriter({
    write: (rows) => untilStored(() => store.insertPushResults(rows), retry),
    onWritten: (count) => window.give(count),
    onFailed: (error) => window.close(error),
    onDropped: (count) => metrics.dropped.inc(count),
  });
  const onAbort = (): void => window.close(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    let targets = 0;
    for await (const clientIds of chunks) {
      await window.take(clientIds.length);
      targets += clientIds.length;
      void router.deliver(job.message, clientIds, job.options, (position, outcome, nodeId) => {
        const row = toRow(job.pushId, clientIds[position]!, outcome, nodeId);
        metrics.targets.inc({ outcome: row.outcome, reason: row.reason ?? '' });
        writer.add(row);
      });
    }
    // All places back means that every target is settled and in the store.
    await window.take(window.size);
    return targets;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** The ids of a list in chunks. */
export async function* chunksOfList(clientIds: readonly string[]): AsyncGenerator<readonly string[]> {
  for (let start = 0; start < clientIds.length; start += chunkTargets)
    yield clientIds.slice(start, start + chunkTargets);
}

/** The ids of the clients registered since a time in chunks, read as they are needed. */
export async function* chunksRegisteredSince(
  { store, storeOutageMs, logger }: Pick<TargetsDeps, 'store' | 'storeOutageMs' | 'logger'>,
  sinceMs: number,
  signal: AbortSignal,
): AsyncGenerator<readonly string[]> {
  const retry = { outageMs: storeOutageMs, signal, logger };
  let cursor: string | null = null;
  do {
    const from: string | null = cursor;
    const page: Page<string> = await untilStored(
      () => store.clientsRegisteredSince(sinceMs, from, chunkTargets),
      retry,
    );
    if (page.rows.length > 0) yield page.rows;
    cursor = page.nextCursor;
  } while (cursor !== null);
}

function toRow(
  pushId: string,
  clientId: string,
  outcome: DeliveryOutcome,
  nodeId: string | null,
): PushResultRow {
  const row = { pushId, clientId, nodeId, settledAtMs: Date.now(), reason: null };
  if (outcome === DeliveryOutcome.delivered) return { ...row, outcome: 'delivered' };
  if (outcome === DeliveryOutcome.offline) return { ...row, outcome: 'offline' };
  return { ...row, outcome: 'failed', reason: deliveryOutcomeNames[outcome] ?? 'unknown' };
}
