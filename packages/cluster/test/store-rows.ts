import type { PushResultRow, PushRow, UpstreamRow } from '../src/store/index.ts';

export function clientRow(clientId: string, registeredAtMs = 1_700_000_000_000) {
  return { clientId, secretHash: new Uint8Array(32).fill(7), registeredAtMs };
}

export function upstreamRow(change: Partial<UpstreamRow> = {}): UpstreamRow {
  return {
    clientId: 'device-1',
    messageId: 'm-1',
    kind: 'metrics',
    payload: new Uint8Array([1, 2, 3]),
    traceId: '0123456789abcdef0123456789abcdef',
    nodeId: 'node-1',
    receivedAtMs: 1_700_000_000_000,
    ...change,
  };
}

export function pushRow(change: Partial<PushRow> = {}): PushRow {
  return {
    pushId: 'push-1',
    idempotencyKey: null,
    requestedBy: 'backend',
    requestHash: new Uint8Array(32).fill(9),
    audience: { type: 'clients', count: 2 },
    delivery: 'acknowledged',
    payload: new Uint8Array([4, 5, 6]),
    traceId: 'fedcba9876543210fedcba9876543210',
    router: 'route-1/0123456789abcdef',
    state: 'running',
    failure: null,
    createdAtMs: 1_700_000_000_000,
    finishedAtMs: null,
    targets: null,
    ...change,
  };
}

export function resultRow(change: Partial<PushResultRow> = {}): PushResultRow {
  return {
    pushId: 'push-1',
    clientId: 'device-1',
    outcome: 'delivered',
    reason: null,
    nodeId: 'node-1',
    settledAtMs: 1_700_000_000_500,
    ...change,
  };
}

/** Every row of a paged list, and how many pages there were. */
export async function allPages<Row>(
  list: (cursor: string | null) => Promise<{ rows: readonly Row[]; nextCursor: string | null }>,
): Promise<{ rows: Row[]; pages: number }> {
  const rows: Row[] = [];
  let cursor: string | null = null;
  for (let pages = 1; ; pages += 1) {
    const page = await list(cursor);
    rows.push(...page.rows);
    if (page.nextCursor === null) return { rows, pages };
    cursor = page.nextCursor;
  }
}
