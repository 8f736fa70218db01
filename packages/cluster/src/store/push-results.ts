import type { Kysely } from 'kysely';
import { chunks } from './chunks.ts';
import { decodeCursor, resultCursor } from './cursor.ts';
import { insertRows, type Value } from './insert-rows.ts';
import { toPage } from './page.ts';
import { replaceExisting, type SqlDialect } from './sql-dialect.ts';
import type { Page, PushNodeResultRow, PushOutcome, PushResultRow, PushTotals } from './store.ts';
import type { PushResultsTable, Tables } from './tables.ts';
import { wholeMs } from './values.ts';

export async function insertPushResults(
  db: Kysely<Tables>,
  dialect: SqlDialect,
  rows: readonly PushResultRow[],
): Promise<void> {
  const end = replaceExisting(
    dialect,
    ['push_id', 'client_id'],
    ['outcome', 'reason', 'node_id', 'settled_at_ms'],
  );
  for (const chunk of chunks(rows)) await insertRows(db, 'push_results', columns, chunk.map(toValues), end);
}

export async function insertPushNodeResults(
  db: Kysely<Tables>,
  dialect: SqlDialect,
  rows: readonly PushNodeResultRow[],
): Promise<void> {
  const end = replaceExisting(dialect, ['push_id', 'node_id'], ['delivered', 'failed', 'reason']);
  for (const chunk of chunks(rows)) {
    const columns = chunk.map(({ pushId, nodeId, delivered, failed, reason }) => ({
      push_id: pushId,
      node_id: nodeId,
      delivered,
      failed,
      reason,
    }));
    await db.insertInto('push_node_results').values(columns).modifyEnd(end).execute();
  }
}

export async function pushTotals(db: Kysely<Tables>, pushId: string): Promise<PushTotals> {
  const totals = { delivered: 0, offline: 0, failed: 0 };
  const reasons = new Map<string, number>();
  const addReason = (reason: string | null, count: number) => {
    if (reason !== null && count > 0) reasons.set(reason, (reasons.get(reason) ?? 0) + count);
  };
  const perTarget = await db
    .selectFrom('push_results')
    .select(['outcome', 'reason', ({ fn }) => fn.countAll<number>().as('count')])
    .where('push_id', '=', pushId)
    .groupBy(['outcome', 'reason'])
    .execute();
  for (const { outcome, reason, count } of perTarget) {
    totals[outcome] += count;
    addReason(reason, count);
  }
  for (const { delivered, failed, reason } of await pushNodeResults(db, pushId)) {
    totals.delivered += delivered;
    totals.failed += failed;
    addReason(reason, failed);
  }
  return { ...totals, reasons: Object.fromEntries(reasons) };
}

export async function pushResults(
  db: Kysely<Tables>,
  pushId: string,
  filter: { outcome?: PushOutcome },
  cursor: string | null,
  limit: number,
): Promise<Page<PushResultRow>> {
  let query = db
    .selectFrom('push_results')
    .selectAll()
    .where('push_id', '=', pushId)
    .orderBy('client_id')
    .limit(limit + 1);
  if (filter.outcome !== undefined) query = query.where('outcome', '=', filter.outcome);
  if (cursor !== null) query = query.where('client_id', '>', decodeCursor(resultCursor, cursor)[0]);
  return toPage(await query.execute(), limit, toRow, (row) => [row.client_id]);
}

export async function pushNodeResults(db: Kysely<Tables>, pushId: string): Promise<PushNodeResultRow[]> {
  const found = await db
    .selectFrom('push_node_results')
    .selectAll()
    .where('push_id', '=', pushId)
    .orderBy('node_id')
    .execute();
  return found.map(({ push_id, node_id, ...counts }) => ({ pushId: push_id, nodeId: node_id, ...counts }));
}

const columns = [
  'push_id',
  'client_id',
  'outcome',
  'reason',
  'node_id',
  'settled_at_ms',
] as const satisfies (keyof PushResultsTable)[];

/** In the order of `columns`. */
function toValues({ pushId, clientId, outcome, reason, nodeId, settledAtMs }: PushResultRow): Value[] {
  return [pushId, clientId, outcome, reason, nodeId, wholeMs(settledAtMs)];
}

function toRow(found: PushResultsTable): PushResultRow {
  return {
    pushId: found.push_id,
    clientId: found.client_id,
    outcome: found.outcome,
    reason: found.reason,
    nodeId: found.node_id,
    settledAtMs: found.settled_at_ms,
  };
}
