import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { registeredSinceQuery } from '../src/store/clients.ts';
import { encodeCursor } from '../src/store/cursor.ts';
import { StoreUnavailable } from '../src/store/index.ts';
import { openSqlite } from '../src/store/sqlite-database.ts';
import { upstreamMessagesQuery } from '../src/store/upstream-messages.ts';
import { open, sqliteDatabase } from './store-databases.ts';
import { storeConformance } from './store.conformance.ts';
import { clientRow } from './store-rows.ts';

storeConformance('SQLite', sqliteDatabase);

it('reads pages in the order of an index, never by sorting', async () => {
  const database = await sqliteDatabase();
  await (await open(database.url)).close();
  const db = await openSqlite(database.url.slice('sqlite:'.length));
  try {
    const cursor = encodeCursor([1000, 10]);
    const queries = {
      upstream_messages_by_time: upstreamMessagesQuery(db, {}, cursor, 10),
      upstream_messages_by_client: upstreamMessagesQuery(db, { clientId: 'c' }, cursor, 10),
      clients_by_time: registeredSinceQuery(db, 5, null, 10),
    };
    for (const [index, query] of Object.entries(queries)) {
      const plan = await query.explain<{ detail: string }>(undefined, sql`query plan`);
      const details = plan.map((step) => step.detail).join('\n');
      expect(details).toContain(index);
      expect(details).not.toContain('TEMP B-TREE');
    }
  } finally {
    await db.destroy();
    await database.drop();
  }
});

it('keeps everything in memory when told to', async () => {
  const store = await open('sqlite::memory:');
  expect(await store.insertClient(clientRow('a'))).toBe(true);
  expect(await store.findClient('a')).not.toBeNull();
  await store.close();
});

it('waits for another writer without holding up the event loop, and gives up at the deadline', async () => {
  const database = await sqliteDatabase();
  const store = await open(database.url, 300);
  const other = new DatabaseSync(database.url.slice('sqlite:'.length));
  try {
    other.exec('begin immediate');
    const blocked = store.insertClient(clientRow('late'));
    await expect(blocked).rejects.toBeInstanceOf(StoreUnavailable);
    expect(await store.findClient('late')).toBeNull();

    const waiting = store.insertClient(clientRow('in time'));
    setImmediate(() => other.exec('commit'));
    expect(await waiting).toBe(true);
  } finally {
    other.close();
    await store.close();
    await database.drop();
  }
});
