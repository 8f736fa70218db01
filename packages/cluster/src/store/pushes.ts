import type { Kysely } from 'kysely';
import { keepExisting, type SqlDialect } from './sql-dialect.ts';
import type { PushAudience, PushRow, Store } from './store.ts';
import type { PushesTable, Tables } from './tables.ts';
import { plainBytes, wholeMs } from './values.ts';

export async function insertPush(
  db: Kysely<Tables>,
  dialect: SqlDialect,
  row: PushRow,
): Promise<{ created: boolean; push: PushRow }> {
  const result = await db
    .insertInto('pushes')
    .values(toColumns(row))
    .modifyEnd(keepExisting(dialect, 'push_id'))
    .executeTakeFirst();
  if (result.numInsertedOrUpdatedRows === 1n) return { created: true, push: row };
  const standing = (await findPushByKey(db, row)) ?? (await findPush(db, row.pushId));
  if (!standing) throw new Error('the push that stood in the way is gone');
  return { created: false, push: standing };
}

export async function findPush(db: Kysely<Tables>, pushId: string): Promise<PushRow | null> {
  const found = await db.selectFrom('pushes').selectAll().where('push_id', '=', pushId).executeTakeFirst();
  return found ? toRow(found) : null;
}

export async function updatePush(
  db: Kysely<Tables>,
  pushId: string,
  change: Parameters<Store['updatePush']>[1],
): Promise<void> {
  const columns: Partial<PushesTable> = {};
  if (change.state !== undefined) columns.state = change.state;
  if (change.failure !== undefined) columns.failure = change.failure;
  if (change.finishedAtMs !== undefined) columns.finished_at_ms = nullOrWhole(change.finishedAtMs);
  if (change.targets !== undefined) columns.targets = change.targets;
  if (Object.keys(columns).length === 0) return;
  await db.updateTable('pushes').set(columns).where('push_id', '=', pushId).execute();
}

async function findPushByKey(db: Kysely<Tables>, row: PushRow): Promise<PushRow | null> {
  if (row.idempotencyKey === null) return null;
  const found = await db
    .selectFrom('pushes')
    .selectAll()
    .where('requested_by', '=', row.requestedBy)
    .where('idempotency_key', '=', row.idempotencyKey)
    .executeTakeFirst();
  return found ? toRow(found) : null;
}

function toColumns(row: PushRow): PushesTable {
  return {
    push_id: row.pushId,
    idempotency_key: row.idempotencyKey,
    requested_by: row.requestedBy,
    request_hash: row.requestHash,
    audience: JSON.stringify(row.audience),
    delivery: row.delivery,
    payload: row.payload,
    trace_id: row.traceId,
    router: row.router,
    state: row.state,
    failure: row.failure,
    created_at_ms: wholeMs(row.createdAtMs),
    finished_at_ms: nullOrWhole(row.finishedAtMs),
    targets: row.targets,
  };
}

function toRow(found: PushesTable): PushRow {
  return {
    pushId: found.push_id,
    idempotencyKey: found.idempotency_key,
    requestedBy: found.requested_by,
    requestHash: plainBytes(found.request_hash),
    audience: JSON.parse(found.audience) as PushAudience,
    delivery: found.delivery,
    payload: plainBytes(found.payload),
    traceId: found.trace_id,
    router: found.router,
    state: found.state,
    failure: found.failure,
    createdAtMs: found.created_at_ms,
    finishedAtMs: found.finished_at_ms,
    targets: found.targets,
  };
}

function nullOrWhole(timeMs: number | null): number | null {
  return timeMs === null ? null : wholeMs(timeMs);
}
