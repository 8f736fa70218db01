import type {
  PushAudience,
  PushNodeResultRow,
  PushReport,
  PushResultRow,
  PushResultsPage,
  PushRow,
  PushSummary,
  PushTotals,
} from '@longwire/cluster';

/**
 * A push as callers see it. One that runs on a router that has left the cluster will never end, and is shown as failed:
 * told from the membership of this moment, so that it is right again should the router come back.
 */
export function summaryOf(push: PushRow, isRouterAlive: boolean): PushSummary {
  const isOrphan = push.state === 'running' && !isRouterAlive;
  return {
    pushId: push.pushId,
    state: isOrphan ? 'failed' : push.state,
    failure: isOrphan ? 'routerDied' : push.failure,
    audience: audienceOf(push.audience),
    delivery: push.delivery,
    targets: push.targets,
    requestedBy: push.requestedBy,
    traceId: push.traceId,
    createdAt: toRfc3339(push.createdAtMs),
    finishedAt: push.finishedAtMs === null ? null : toRfc3339(push.finishedAtMs),
  };
}

export function reportOf(
  summary: PushSummary,
  totals: PushTotals,
  nodes: readonly PushNodeResultRow[],
): PushReport {
  return {
    ...summary,
    totals: { ...totals, reasons: { ...totals.reasons } },
    nodes: nodes.map(({ nodeId, delivered, failed, reason }) => ({ nodeId, delivered, failed, reason })),
  };
}

export function resultOf(row: PushResultRow): PushResultsPage['results'][number] {
  const { clientId, outcome, reason, nodeId, settledAtMs } = row;
  return { clientId, outcome, reason, nodeId, settledAt: toRfc3339(settledAtMs) };
}

function audienceOf(audience: PushAudience): PushSummary['audience'] {
  if (audience.type !== 'registered-since') return audience;
  return { type: audience.type, since: toRfc3339(audience.sinceMs) };
}

function toRfc3339(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
