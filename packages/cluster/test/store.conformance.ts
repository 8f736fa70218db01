import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InvalidCursor, StoreRejected, StoreUnavailable, type Store } from '../src/store/index.ts';
import { open, type TestDatabase } from './store-databases.ts';
import { allPages, clientRow, pushRow, resultRow, upstreamRow } from './store-rows.ts';

const evilIds = [
  `'; DROP TABLE clients; --`,
  `" or ""="`,
  '\\',
  "\\' or 1=1 -- ",
  '`x`',
  '%',
  '_',
  '?',
  ':a',
  '$1',
  '\u0001',
];

/** What every adapter of the store must do. Tests share one database and keep to ids of their own. */
export function storeConformance(name: string, makeDatabase: () => Promise<TestDatabase>): void {
  describe(`store on ${name}`, () => {
    let database: TestDatabase;
    let store: Store;

    const messages = (filter: Parameters<Store['upstreamMessages']>[0], limit = 100) =>
      allPages((cursor) => store.upstreamMessages(filter, cursor, limit));

    beforeAll(async () => {
      database = await makeDatabase();
      store = await open(database.url);
    });
    afterAll(async () => {
      await store?.close();
      await database?.drop();
    });

    describe('clients', () => {
      it('adds a client once and finds it', async () => {
        const row = clientRow('once');
        expect(await store.insertClient(row)).toBe(true);
        expect(await store.insertClient({ ...row, secretHash: new Uint8Array(32) })).toBe(false);
        expect(await store.findClient('once')).toEqual(row);
        expect(await store.findClient('nobody')).toBeNull();
      });

      it('tells ids apart by case', async () => {
        expect(await store.insertClient(clientRow('Case'))).toBe(true);
        expect(await store.insertClient(clientRow('case'))).toBe(true);
        expect((await store.findClient('CASE')) === null).toBe(true);
      });

      it('gives one winner when several add the same client at once', async () => {
        const answers = await Promise.all(
          Array.from({ length: 20 }, () => store.insertClient(clientRow('race'))),
        );
        expect(answers.filter(Boolean)).toHaveLength(1);
      });

      it('takes any text for data, never for SQL', async () => {
        for (const id of evilIds) {
          expect(await store.insertClient(clientRow(id))).toBe(true);
          expect((await store.findClient(id))?.clientId).toBe(id);
        }
        expect(await store.findClient('once')).not.toBeNull();
      });

      it('lists ids by time of registration, a page at a time, also among equal times', async () => {
        const base = 1_800_000_000_000;
        const ids = Array.from({ length: 25 }, (_, i) => `since-${String(i).padStart(2, '0')}`);
        await Promise.all(ids.map((id, i) => store.insertClient(clientRow(id, base + Math.floor(i / 10)))));
        const all = await allPages((cursor) => store.clientsRegisteredSince(base, cursor, 4));
        expect(all).toEqual({ rows: ids, pages: 7 });
        const later = await store.clientsRegisteredSince(base + 1, null, 100);
        expect(later).toEqual({ rows: ids.slice(10), nextCursor: null });
      });
    });

    describe('upstream messages', () => {
      it('stores a message once, and keeps the first', async () => {
        const first = upstreamRow({ clientId: 'dup' });
        expect(await store.insertUpstream([first])).toBe(1);
        const again = { ...first, kind: 'other' };
        const other = { ...first, messageId: 'm-2', receivedAtMs: first.receivedAtMs + 1 };
        expect(await store.insertUpstream([again, other, other])).toBe(1);
        expect((await messages({ clientId: 'dup' })).rows).toEqual([other, first]);
      });

      it('stores nothing for no rows', async () => {
        expect(await store.insertUpstream([])).toBe(0);
      });

      it('keeps payloads as they are: empty, and 64 KiB of every byte value', async () => {
        const large = Uint8Array.from({ length: 65_536 }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
        const rows = [
          upstreamRow({ clientId: 'bytes', messageId: 'large', payload: large }),
          upstreamRow({ clientId: 'bytes', messageId: 'empty', payload: new Uint8Array(0) }),
        ];
        expect(await store.insertUpstream(rows)).toBe(2);
        expect((await messages({ clientId: 'bytes' })).rows).toEqual(rows.toReversed());
      });

      it('takes any text for data, never for SQL', async () => {
        const rows = evilIds.map((text, i) =>
          upstreamRow({ clientId: text, messageId: text, kind: text, receivedAtMs: 50 + i }),
        );
        expect(await store.insertUpstream(rows)).toBe(rows.length);
        expect((await messages({ toMs: 50 + rows.length }, 3)).rows).toEqual(rows.toReversed());
        for (const row of rows) expect((await messages({ clientId: row.clientId })).rows).toEqual([row]);
      });

      it('filters by client, kind and time; from counts, to does not', async () => {
        const rows = Array.from({ length: 12 }, (_, i) =>
          upstreamRow({
            clientId: 'filter',
            messageId: `m-${i}`,
            kind: i % 2 ? 'odd' : 'even',
            receivedAtMs: 1000 + i,
          }),
        );
        await store.insertUpstream(rows);
        const found = await messages({ clientId: 'filter', kind: 'odd', fromMs: 1003, toMs: 1009 });
        expect(found.rows).toEqual([rows[7], rows[5], rows[3]]);
      });

      it('pages newest first without gap or repeat while newer rows keep coming', async () => {
        const base = 1_900_000_000_000;
        const rows = Array.from({ length: 40 }, (_, i) =>
          upstreamRow({ clientId: 'paging', messageId: `m-${i}`, receivedAtMs: base + Math.floor(i / 8) }),
        );
        await store.insertUpstream(rows);
        let added = 0;
        const all = await allPages(async (cursor) => {
          const page = await store.upstreamMessages({ clientId: 'paging' }, cursor, 7);
          added += 1;
          await store.insertUpstream([
            upstreamRow({ clientId: 'paging', messageId: `new-${added}`, receivedAtMs: base + 4 }),
            upstreamRow({
              clientId: 'paging',
              messageId: `newer-${added}`,
              receivedAtMs: base + 100 + added,
            }),
          ]);
          return page;
        });
        expect(all.rows).toEqual(rows.toReversed());
        expect(all.pages).toBe(6);
      });

      it('stores 5,000 rows in one call, and again without doubling one', async () => {
        const before = await store.countUpstream();
        const rows = Array.from({ length: 5000 }, (_, i) =>
          upstreamRow({ clientId: `many-${i % 50}`, messageId: `m-${i}`, receivedAtMs: 5000 + i }),
        );
        expect(await store.insertUpstream(rows)).toBe(5000);
        expect(await store.insertUpstream(rows)).toBe(0);
        expect(await store.countUpstream()).toBe(before + 5000);
        expect((await messages({ clientId: 'many-3' })).rows).toHaveLength(100);
      });

      it('stores overlapping batches of several writers at once', async () => {
        const rows = Array.from({ length: 600 }, (_, i) =>
          upstreamRow({ clientId: 'writers', messageId: `m-${i}` }),
        );
        const shifted = [0, 150, 300, 450].map((by) => [...rows.slice(by), ...rows.slice(0, by)]);
        const added = await Promise.all(shifted.map((batch) => store.insertUpstream(batch)));
        expect(added.reduce((sum, each) => sum + each)).toBe(600);
        expect((await messages({ clientId: 'writers' })).rows).toHaveLength(600);
      });

      it.each([
        ['a kind that is too long', { kind: 'k'.repeat(65) }, 'too-long'],
        ['a client id that is too long', { clientId: 'c'.repeat(129) }, 'too-long'],
        ['an id outside ASCII', { messageId: 'für' }, 'wrong-value'],
        ['a missing kind', { kind: null as never }, 'wrong-value'],
        ['a time that is no number', { receivedAtMs: Number.NaN }, 'wrong-value'],
        ['a time in fractions', { receivedAtMs: 1.5 }, 'wrong-value'],
      ])('refuses %s for good, and stores nothing of the call', async (_, change, reason) => {
        const good = Array.from({ length: 700 }, (__, i) =>
          upstreamRow({ clientId: 'refused', messageId: `m-${i}` }),
        );
        const error = await store.insertUpstream([...good, upstreamRow(change)]).catch((e: unknown) => e);
        expect(error).toBeInstanceOf(StoreRejected);
        expect((error as StoreRejected).reason).toBe(reason);
        expect((await messages({ clientId: 'refused' })).rows).toEqual([]);
      });
    });

    it.each(['', 'x', 'bm90IGpzb24', Buffer.from('[1]').toString('base64url'), "' or 1=1", 'a'.repeat(600)])(
      'refuses the cursor %j',
      async (cursor) => {
        await expect(store.upstreamMessages({}, cursor, 10)).rejects.toBeInstanceOf(InvalidCursor);
        await expect(store.clientsRegisteredSince(0, cursor, 10)).rejects.toBeInstanceOf(InvalidCursor);
        await expect(store.pushResults('push', {}, cursor, 10)).rejects.toBeInstanceOf(InvalidCursor);
      },
    );

    describe('pushes', () => {
      it.each([
        { type: 'clients', count: 2 },
        { type: 'everyone' },
        { type: 'registered-since', sinceMs: 1_700_000_000_000 },
      ] as const)('adds, finds and changes a push to $type', async (audience) => {
        const row = pushRow({ pushId: `p-${audience.type}`, audience });
        expect(await store.insertPush(row)).toEqual({ created: true, push: row });
        expect(await store.findPush(row.pushId)).toEqual(row);
        await store.updatePush(row.pushId, { targets: 2 });
        await store.updatePush(row.pushId, {});
        await store.updatePush(row.pushId, { state: 'done', finishedAtMs: 1_700_000_001_000 });
        const done = { ...row, targets: 2, state: 'done', finishedAtMs: 1_700_000_001_000 };
        expect(await store.findPush(row.pushId)).toEqual(done);
        await store.updatePush(row.pushId, { state: 'failed', failure: 'routerStopped' });
        expect(await store.findPush(row.pushId)).toEqual({
          ...done,
          state: 'failed',
          failure: 'routerStopped',
        });
        expect(await store.findPush('nothing')).toBeNull();
      });

      it('adds a push once per caller and idempotency key', async () => {
        const first = pushRow({ pushId: 'key-1', idempotencyKey: 'Key – 1' });
        const answers = await Promise.all(
          Array.from({ length: 10 }, (_, i) => store.insertPush({ ...first, pushId: `key-${i + 1}` })),
        );
        expect(answers.filter((answer) => answer.created)).toHaveLength(1);
        expect(new Set(answers.map((answer) => answer.push.pushId)).size).toBe(1);
        const otherCaller = { ...first, pushId: 'key-other', requestedBy: 'someone else' };
        expect((await store.insertPush(otherCaller)).created).toBe(true);
        const otherCase = { ...first, pushId: 'key-case', idempotencyKey: 'KEY – 1' };
        expect((await store.insertPush(otherCase)).created).toBe(true);
      });

      it('takes any number of pushes without a key, and answers the one that stands under an id', async () => {
        const row = pushRow({ pushId: 'no-key-1' });
        expect((await store.insertPush(row)).created).toBe(true);
        expect((await store.insertPush({ ...row, pushId: 'no-key-2' })).created).toBe(true);
        const again = await store.insertPush({ ...row, traceId: 'other' });
        expect(again).toEqual({ created: false, push: row });
      });

      it('replaces a result by a later one, lists and totals them', async () => {
        const pushId = 'results';
        const rows = Array.from({ length: 1200 }, (_, i) => {
          const clientId = `client-${String(i).padStart(4, '0')}`;
          if (i % 3 === 0) return resultRow({ pushId, clientId });
          if (i % 3 === 1) return resultRow({ pushId, clientId, outcome: 'offline', nodeId: null });
          return resultRow({ pushId, clientId, outcome: 'failed', reason: i % 2 ? 'queue-full' : 'expired' });
        });
        await store.insertPushResults(rows.map((row) => ({ ...row, outcome: 'failed', reason: 'timeout' })));
        await store.insertPushResults(rows);
        await store.insertPushResults([resultRow({ pushId: 'another', outcome: 'offline' })]);

        const all = await allPages((cursor) => store.pushResults(pushId, {}, cursor, 500));
        expect(all).toEqual({ rows, pages: 3 });
        const offline = await allPages((cursor) =>
          store.pushResults(pushId, { outcome: 'offline' }, cursor, 90),
        );
        expect(offline.rows).toEqual(rows.filter((row) => row.outcome === 'offline'));
        expect(await store.pushTotals(pushId)).toEqual({
          delivered: 400,
          offline: 400,
          failed: 400,
          reasons: { 'queue-full': 200, expired: 200 },
        });
      });

      it('adds the counts of nodes to the totals', async () => {
        const pushId = 'nodes';
        const nodes = [
          { pushId, nodeId: 'n1', delivered: 1_000_000, failed: 3, reason: null },
          { pushId, nodeId: 'n2', delivered: 5, failed: 40, reason: 'node-unreachable' },
        ];
        await store.insertPushNodeResults(nodes.map((node) => ({ ...node, delivered: 0, failed: 1 })));
        await store.insertPushNodeResults(nodes);
        await store.insertPushResults([resultRow({ pushId })]);
        expect(await store.pushNodeResults(pushId)).toEqual(nodes);
        expect(await store.pushTotals(pushId)).toEqual({
          delivered: 1_000_006,
          offline: 0,
          failed: 43,
          reasons: { 'node-unreachable': 40 },
        });
        expect(await store.pushTotals('unheard of')).toEqual({
          delivered: 0,
          offline: 0,
          failed: 0,
          reasons: {},
        });
      });
    });

    it('answers a ping', async () => {
      await expect(store.ping()).resolves.toBeUndefined();
    });

    it('opens in four processes at once on an empty database, and again on a full one', async () => {
      const empty = await makeDatabase();
      try {
        expect(await openInProcesses(4, empty.url)).toEqual([0, 0, 0, 1]);
        expect(await openInProcesses(1, empty.url)).toEqual([0]);
      } finally {
        await empty.drop();
      }
    });

    it('is unavailable once it is closed', async () => {
      const other = await open(database.url);
      await other.close();
      await expect(other.ping()).rejects.toBeInstanceOf(StoreUnavailable);
    });
  });
}

/** Lets several processes open the store at the same moment; answers how many rows each of them added, in ascending order. */
async function openInProcesses(count: number, url: string): Promise<number[]> {
  const execArgv = ['--conditions=longwire-source', '--disable-warning=ExperimentalWarning'];
  const openers = Array.from({ length: count }, () =>
    fork(join(import.meta.dirname, 'store-opener.ts'), { execArgv }),
  );
  await Promise.all(openers.map((opener) => once(opener, 'message')));
  const answers = openers.map(async (opener) => {
    const answer = Promise.race([once(opener, 'message'), once(opener, 'exit')]);
    opener.send(url);
    const [added] = (await answer) as [number];
    return added;
  });
  return (await Promise.all(answers)).toSorted((a, b) => a - b);
}
