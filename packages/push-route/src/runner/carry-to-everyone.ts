import {
  DeliveryOutcome,
  deliveryOutcomeNames,
  type NodeAddress,
  type NodeAddresses,
  type NodeClient,
  type NodeLeases,
  type PushNodeResultRow,
  type Store,
} from '@longwire/cluster';
import type { Logger } from 'pino';
import type { PushMetrics } from './push-metrics.ts';
import type { PushJob } from './push-job.ts';
import { untilStored } from './store-retry.ts';

const maxOutstandingNodes = 64;
/** How much longer than its clients a node may take to answer for all of them. */
const nodeGraceMs = 5000;

export interface EveryoneDeps {
  readonly client: NodeClient;
  readonly leases: NodeLeases;
  readonly nodes: NodeAddresses;
  readonly store: Store;
  readonly metrics: PushMetrics;
  readonly storeOutageMs: number;
  readonly logger: Logger;
}

/**
 * Hands a push to every push-server, draining ones too, in the list or not: one call for each life of a node, and one row for the node. Answers how
 * many clients that reached for.
 */
export async function carryToEveryone(
  deps: EveryoneDeps,
  job: PushJob,
  signal: AbortSignal,
): Promise<number> {
  const { store, storeOutageMs, logger } = deps;
  const nodes = Map.groupBy(await deps.nodes.all(), ({ nodeId }) => nodeId).values();
  // All that can be said of a node that does not answer: what it said last of how many clients it has.
  const sessions = new Map(deps.leases.latest.map((lease) => [lease.boot, lease.sessions]));
  let targets = 0;
  const work = async (): Promise<void> => {
    for (const lives of nodes) {
      signal.throwIfAborted();
      const rows = await Promise.all(
        lives.map((life) => broadcast(deps, job, life, sessions.get(life.boot) ?? 0)),
      );
      const row = rows.reduce(together);
      await untilStored(() => store.insertPushNodeResults([row]), {
        outageMs: storeOutageMs,
        signal,
        logger,
      });
      targets += row.delivered + row.failed;
    }
  };
  await Promise.all(Array.from({ length: maxOutstandingNodes }, work));
  return targets;
}

async function broadcast(
  { client, metrics, logger }: EveryoneDeps,
  { pushId, message, options }: PushJob,
  node: NodeAddress,
  sessions: number,
): Promise<PushNodeResultRow> {
  const row = { pushId, nodeId: node.nodeId };
  let counts: readonly number[];
  try {
    const { acknowledge, deadlineMs } = options;
    // A node that was started again listens where the life before it is still leased: it shall not count its clients twice.
    const request = { message, acknowledge, deadlineMs, boot: node.boot };
    ({ counts } = await client.broadcast(node.api, request, deadlineMs + nodeGraceMs));
  } catch (error) {
    logger.warn(
      { err: error, node: node.nodeId, traceId: message.traceId },
      'a node did not take a broadcast',
    );
    metrics.targets.inc({ outcome: 'failed', reason: 'nodeUnreachable' }, sessions);
    return { ...row, delivered: 0, failed: sessions, reason: 'nodeUnreachable' };
  }
  const failures = counts.flatMap((count, outcome) =>
    outcome === DeliveryOutcome.delivered || count === 0
      ? []
      : [{ reason: deliveryOutcomeNames[outcome] ?? 'unknown', count }],
  );
  const delivered = counts[DeliveryOutcome.delivered] ?? 0;
  metrics.targets.inc({ outcome: 'delivered', reason: '' }, delivered);
  for (const { reason, count } of failures) metrics.targets.inc({ outcome: 'failed', reason }, count);
  return {
    ...row,
    delivered,
    failed: failures.reduce((sum, { count }) => sum + count, 0),
    // The row has room for one word.
    reason: failures.length > 1 ? 'mixed' : (failures[0]?.reason ?? null),
  };
}

/** What two lives of one node made of it. */
function together(one: PushNodeResultRow, other: PushNodeResultRow): PushNodeResultRow {
  const reasons = new Set([one, other].flatMap(({ reason }) => reason ?? []));
  return {
    ...one,
    delivered: one.delivered + other.delivered,
    failed: one.failed + other.failed,
    reason: reasons.size > 1 ? 'mixed' : ([...reasons][0] ?? null),
  };
}
