import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, realBackend, waitFor } from '../../../test-support/backends.ts';
import { registeredSinceQuery } from '../src/store/clients.ts';
import { openMysql } from '../src/store/mysql-database.ts';
import { StoreUnavailable } from '../src/store/index.ts';
import { upstreamMessagesQuery } from '../src/store/upstream-messages.ts';
import { mysqlDatabase, open, type TestDatabase } from './store-databases.ts';
import { storeConformance } from './store.conformance.ts';
import { silentServer } from './store-silent-server.ts';
import { clientRow, upstreamRow } from './store-rows.ts';

const serverUrl = realBackend('database');

describe.skipIf(serverUrl === null)('with a real server', () => {
  storeConformance('MySQL', () => mysqlDatabase(serverUrl ?? ''));

  let database: TestDatabase;
  beforeAll(async () => {
    database = await mysqlDatabase(serverUrl ?? '');
    await (await open(database.url)).close();
  });
  afterAll(() => database?.drop());

  it('reads pages in the order of an index, never by sorting', async () => {
    const store = await open(database.url);
    const rows = Array.from({ length: 3000 }, (_, i) =>
      upstreamRow({ clientId: `c-${i % 100}`, messageId: `m-${i}`, receivedAtMs: i }),
    );
    await store.insertUpstream(rows);
    const cursor = (await store.upstreamMessages({}, null, 10)).nextCursor;
    await store.close();

    const db = openMysql({
      url: database.url,
      poolSize: 1,
      connectTimeoutMs: 10_000,
      statementTimeoutMs: 10_000,
      maxWaiting: 10,
    });
    try {
      const queries = {
        upstream_messages_by_time: upstreamMessagesQuery(db, {}, cursor, 10),
        upstream_messages_by_client: upstreamMessagesQuery(db, { clientId: 'c-1' }, cursor, 10),
        clients_by_time: registeredSinceQuery(db, 5, null, 10),
      };
      for (const [index, query] of Object.entries(queries)) {
        const [plan] = await query.explain<{ key: string; Extra: string }>();
        expect(plan).toMatchObject({ key: index });
        expect(plan?.Extra).not.toContain('filesort');
      }
    } finally {
      await db.destroy();
    }
  });

  it('answers a ping while all its connections are at work', async () => {
    const store = await open(database.url);
    const limits = { connectTimeoutMs: 10_000, statementTimeoutMs: 60_000, maxWaiting: 10 };
    const locker = openMysql({ url: database.url, poolSize: 1, ...limits });
    let inserts: Promise<unknown> = Promise.resolve();
    let isInserted = false;
    try {
      await sql`lock tables upstream_messages write`.execute(locker);
      const rows = Array.from({ length: 20 }, () => upstreamRow());
      inserts = Promise.all(rows.map((row) => store.insertUpstream([row]))).then(() => (isInserted = true));
      await store.ping();
      expect(isInserted).toBe(false);
    } finally {
      await sql`unlock tables`.execute(locker);
      await inserts;
      await Promise.all([store.close(), locker.destroy()]);
    }
    expect(isInserted).toBe(true);
  });

  it('is unavailable within the deadline when the server falls silent, and works again when it speaks', async () => {
    const server = await silentServer(database.url);
    const store = await open(server.url, 400);
    try {
      await store.ping();
      server.fallSilent();
      const startedMs = performance.now();
      const calls = Array.from({ length: 20 }, () =>
        store.insertUpstream([upstreamRow()]).catch((e: unknown) => e),
      );
      for (const error of await Promise.all(calls)) expect(error).toBeInstanceOf(StoreUnavailable);
      expect(performance.now() - startedMs).toBeLessThan(5000);

      server.speak();
      await waitFor(() => store.insertClient(clientRow('after the silence')));
      server.fallSilent();
    } finally {
      await store.close();
    }
    await waitFor(() => server.openConnections() === 0);
    await server.close();
  });
});

describe('without a server', () => {
  it('does not open on a server that takes connections and says nothing', async () => {
    const server = await silentServer(null);
    const startedMs = performance.now();
    await expect(open(server.url, 200)).rejects.toBeInstanceOf(StoreUnavailable);
    expect(performance.now() - startedMs).toBeLessThan(5000);
    await waitFor(() => server.openConnections() === 0);
    await server.close();
  });

  it('does not open where nothing listens, and keeps the password to itself', async () => {
    const url = `mysql://longwire:hunter2@127.0.0.1:${await freePort()}/longwire`;
    const error = await open(url).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error)) + String(error)).not.toContain('hunter2');
  });
});
