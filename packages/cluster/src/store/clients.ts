import type { Kysely } from 'kysely';
import { clientCursor, decodeCursor } from './cursor.ts';
import { toPage } from './page.ts';
import { keepExisting, type SqlDialect } from './sql-dialect.ts';
import type { ClientRow, Page } from './store.ts';
import type { Tables } from './tables.ts';
import { plainBytes, wholeMs } from './values.ts';

export async function insertClient(
  db: Kysely<Tables>,
  dialect: SqlDialect,
  row: ClientRow,
): Promise<boolean> {
  const result = await db
    .insertInto('clients')
    .values({
      client_id: row.clientId,
      secret_hash: row.secretHash,
      registered_at_ms: wholeMs(row.registeredAtMs),
    })
    .modifyEnd(keepExisting(dialect, 'client_id'))
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

export async function findClient(db: Kysely<Tables>, clientId: string): Promise<ClientRow | null> {
  const found = await db
    .selectFrom('clients')
    .selectAll()
    .where('client_id', '=', clientId)
    .executeTakeFirst();
  if (!found) return null;
  return {
    clientId: found.client_id,
    secretHash: plainBytes(found.secret_hash),
    registeredAtMs: found.registered_at_ms,
  };
}

export async function clientsRegisteredSince(
  db: Kysely<Tables>,
  sinceMs: number,
  cursor: string | null,
  limit: number,
): Promise<Page<string>> {
  const found = await registeredSinceQuery(db, sinceMs, cursor, limit).execute();
  return toPage(
    found,
    limit,
    (row) => row.client_id,
    (row) => [row.registered_at_ms, row.client_id],
  );
}

/** Apart from its execution so that a test can ask the database how it would go about it. */
export function registeredSinceQuery(
  db: Kysely<Tables>,
  sinceMs: number,
  cursor: string | null,
  limit: number,
) {
  const query = db
    .selectFrom('clients')
    .select(['client_id', 'registered_at_ms'])
    .where('registered_at_ms', '>=', wholeMs(sinceMs))
    .orderBy('registered_at_ms')
    .orderBy('client_id')
    .limit(limit + 1);
  if (cursor === null) return query;
  const [timeMs, clientId] = decodeCursor(clientCursor, cursor);
  return query
    .where('registered_at_ms', '>=', timeMs)
    .where((eb) => eb.or([eb('registered_at_ms', '>', timeMs), eb('client_id', '>', clientId)]));
}
