import type { Kysely } from 'kysely';
import { chunks } from './chunks.ts';
import { decodeCursor, messageCursor } from './cursor.ts';
import { insertRows, type Value } from './insert-rows.ts';
import { toPage } from './page.ts';
import { keepExisting, type SqlDialect } from './sql-dialect.ts';
import type { Page, Store, UpstreamRow } from './store.ts';
import type { Tables, UpstreamMessagesTable } from './tables.ts';
import { plainBytes, wholeMs } from './values.ts';

type UpstreamFilter = Parameters<Store['upstreamMessages']>[0];

export async function insertUpstream(
  db: Kysely<Tables>,
  dialect: SqlDialect,
  rows: readonly UpstreamRow[],
): Promise<number> {
  const end = keepExisting(dialect, 'client_id');
  let inserted = 0;
  for (const chunk of chunks(rows, (row) => row.payload.length))
    inserted += await insertRows(db, 'upstream_messages', columns, chunk.map(toValues), end);
  return inserted;
}

export async function upstreamMessages(
  db: Kysely<Tables>,
  filter: UpstreamFilter,
  cursor: string | null,
  limit: number,
): Promise<Page<UpstreamRow>> {
  const found = await upstreamMessagesQuery(db, filter, cursor, limit).execute();
  return toPage(found, limit, toRow, (row) => [row.received_at_ms, row.id]);
}

/** Apart from its execution so that a test can ask the database how it would go about it. */
export function upstreamMessagesQuery(
  db: Kysely<Tables>,
  filter: UpstreamFilter,
  cursor: string | null,
  limit: number,
) {
  let query = db
    .selectFrom('upstream_messages')
    .selectAll()
    .orderBy('received_at_ms', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1);
  if (filter.clientId !== undefined) query = query.where('client_id', '=', filter.clientId);
  if (filter.kind !== undefined) query = query.where('kind', '=', filter.kind);
  if (filter.fromMs !== undefined) query = query.where('received_at_ms', '>=', wholeMs(filter.fromMs));
  if (filter.toMs !== undefined) query = query.where('received_at_ms', '<', wholeMs(filter.toMs));
  if (cursor === null) return query;
  const [timeMs, id] = decodeCursor(messageCursor, cursor);
  // The first condition alone is a range of the index; the second drops what was shown of the cursor's millisecond.
  return query
    .where('received_at_ms', '<=', timeMs)
    .where((eb) => eb.or([eb('received_at_ms', '<', timeMs), eb('id', '<', id)]));
}

export async function countUpstream(db: Kysely<Tables>): Promise<number> {
  const found = await db
    .selectFrom('upstream_messages')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return found.count;
}

const columns = [
  'client_id',
  'message_id',
  'kind',
  'payload',
  'trace_id',
  'node_id',
  'received_at_ms',
] as const satisfies (keyof UpstreamMessagesTable)[];

/** In the order of `columns`. */
function toValues(row: UpstreamRow): Value[] {
  const { clientId, messageId, kind, payload, traceId, nodeId } = row;
  return [clientId, messageId, kind, payload, traceId, nodeId, wholeMs(row.receivedAtMs)];
}

function toRow(found: Omit<UpstreamMessagesTable, 'id'>): UpstreamRow {
  return {
    clientId: found.client_id,
    messageId: found.message_id,
    kind: found.kind,
    payload: plainBytes(found.payload),
    traceId: found.trace_id,
    nodeId: found.node_id,
    receivedAtMs: found.received_at_ms,
  };
}
