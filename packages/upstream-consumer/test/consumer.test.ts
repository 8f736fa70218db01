import type { Store, UpstreamRecord } from '@longwire/cluster';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realBackend, uniqueName, waitFor } from '../../../test-support/backends.ts';
import { composeUpstreamConsumer, type UpstreamConsumerService } from '../src/index.ts';
import {
  consumerConfig,
  embeddedLog,
  kafkaLog,
  logger,
  mysqlDatabase,
  open,
  record,
  secret,
  sqliteDatabase,
  type TestDatabase,
  type TestLog,
} from './consumer-fixture.ts';

const kafka = realBackend('kafka');
const database = realBackend('database');

consumerSuite('embedded log and SQLite', true, embeddedLog, sqliteDatabase);
consumerSuite(
  'Kafka and MySQL',
  kafka !== null && database !== null,
  () => kafkaLog(kafka ?? ''),
  () => mysqlDatabase(database ?? ''),
);

function consumerSuite(
  name: string,
  runs: boolean,
  makeLog: () => Promise<TestLog>,
  makeDatabase: () => Promise<TestDatabase>,
): void {
  describe.skipIf(!runs)(`upstream-consumer on ${name}`, () => {
    let log: TestLog;
    let db: TestDatabase;
    let store: Store;
    let service: UpstreamConsumerService;

    beforeAll(async () => {
      [log, db] = await Promise.all([makeLog(), makeDatabase()]);
      store = await open(db);
      const config = consumerConfig(uniqueName('consumer-'));
      service = await composeUpstreamConsumer({ config, upstream: log.upstream, store, logger });
      await service.start();
    });
    afterAll(async () => {
      await service?.stop();
      await store?.close();
      await log?.close();
      await db?.drop();
    });

    const publish = (records: readonly UpstreamRecord[]) =>
      Promise.all(records.map((each) => log.upstream.publish(each)));
    const storedOf = async (clientId: string) =>
      (await store.upstreamMessages({ clientId }, null, 5000)).rows.toReversed();
    const get = (path: string) =>
      fetch(`${service.url()}${path}`, {
        headers: { authorization: `Bearer ${secret}` },
        signal: AbortSignal.timeout(10_000),
      });
    /** Value of a metric, summed over its labels. */
    const metric = async (metricName: string) => {
      const response = await get('/metrics');
      expect(response.status).toBe(200);
      const lines = (await response.text()).split('\n');
      const values = lines
        .filter((line) => line.startsWith(`${metricName}{`))
        .map((line) => line.split(' ').at(-1));
      return values.reduce((sum, value) => sum + Number(value), 0);
    };

    it('stores what is published, each message once and in its order', async () => {
      const records = Array.from({ length: 1000 }, (_, i) =>
        record({
          clientId: `once-${i % 4}`,
          messageId: `m-${i}`,
          payload: Uint8Array.of(i & 0xff, i >> 8),
          // All of one time, so that the store tells only by its own order which came first.
          receivedAtMs: 1_700_000_000_000,
        }),
      );
      await publish(records);
      await publish(records.slice(0, 300));
      await publish([record({ clientId: 'last', messageId: 'last' })]);
      await waitFor(async () => (await metric('longwire_consumer_duplicates_total')) >= 300);
      await waitFor(async () => (await metric('longwire_consumer_stored_total')) >= 1001);
      for (const clientId of ['once-0', 'once-1', 'once-2', 'once-3']) {
        const stored = (await storedOf(clientId)).map((row) => ({
          ...row,
          payload: Uint8Array.from(row.payload),
        }));
        expect(stored).toEqual(records.filter((each) => each.clientId === clientId));
      }
      expect(await metric('longwire_consumer_lag_ms_count')).toBeGreaterThanOrEqual(1301);
      expect(await metric('longwire_consumer_batch_records_sum')).toBeGreaterThanOrEqual(1301);
      expect(await metric('longwire_consumer_dead_lettered_total')).toBe(0);
    });

    it('puts aside what the store refuses, and stores its neighbours', async () => {
      const poison = new Set([0, 17, 18, 59]);
      const records = Array.from({ length: 60 }, (_, i) =>
        record({ clientId: 'poison', messageId: `p-${i}`, kind: poison.has(i) ? 'k'.repeat(65) : 'metrics' }),
      );
      await publish(records);
      await waitFor(async () => (await storedOf('poison')).length === 56);
      const letters = await waitFor(async () => {
        const found = await log.deadLetters();
        return found.length >= 4 ? found : null;
      });
      expect(new Set(letters.map((letter) => letter.messageId))).toEqual(
        new Set(['p-0', 'p-17', 'p-18', 'p-59']),
      );
      for (const { reason } of letters) expect(reason).toMatch(/refused a value: .*kind/);
      expect(await metric('longwire_consumer_dead_lettered_total')).toBeGreaterThanOrEqual(4);
      expect((await storedOf('poison')).map((row) => row.messageId)).toEqual(
        records.filter((_, i) => !poison.has(i)).map((each) => each.messageId),
      );
    });

    it('loses nothing while the store is away', async () => {
      const records = Array.from({ length: 200 }, (_, i) =>
        record({ clientId: 'outage', messageId: `o-${i}` }),
      );
      const failedBefore = await metric('longwire_consumer_failed_batches_total');
      db.goAway();
      try {
        await publish(records);
        await waitFor(
          async () => (await metric('longwire_consumer_failed_batches_total')) > failedBefore + 1,
        );
      } finally {
        db.comeBack();
      }
      await waitFor(async () => (await storedOf('outage')).length === 200);
      expect((await log.deadLetters()).filter(({ messageId }) => messageId.startsWith('o-'))).toEqual([]);
      await waitFor(async () => (await get('/readyz')).status === 200);
    });

    it('shows its metrics to those who may see them only', async () => {
      expect((await fetch(`${service.url()}/metrics`)).status).toBe(401);
      expect((await fetch(`${service.url()}/livez`)).status).toBe(200);
    });
  });
}
