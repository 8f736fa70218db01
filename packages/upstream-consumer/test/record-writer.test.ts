import { EmbeddedUpstreamLog, openStore, StoreUnavailable, type UpstreamRecord } from '@longwire/cluster';
import { createMetrics } from '@longwire/service-kit';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { portions } from '../src/writing/portions.ts';
import { RecordWriter } from '../src/writing/record-writer.ts';
import { writerMetrics } from '../src/writing/writer-metrics.ts';
import { logger, record } from './consumer-fixture.ts';

type Store = Awaited<ReturnType<typeof openStore>>;
let store: Store;
beforeAll(async () => {
  const settings = { url: 'sqlite::memory:', queryTimeoutMs: 10_000, poolSize: 1 };
  store = await openStore({ settings, logger });
});
afterAll(() => store.close());

function writerOn(
  upstream: Pick<EmbeddedUpstreamLog, 'deadLetter'>,
  on: Pick<Store, 'insertUpstream'> = store,
) {
  const metrics = createMetrics('test');
  return {
    metrics,
    writer: new RecordWriter({ store: on, upstream, logger, metrics: writerMetrics(metrics) }),
  };
}

it('finds exactly the refused records, wherever they are, and keeps the order of the others', async () => {
  let run = 0;
  const batches = fc.array(fc.constantFrom('good', 'good', 'long', 'no time'), {
    minLength: 1,
    maxLength: 60,
  });
  await fc.assert(
    fc.asyncProperty(batches, async (kinds) => {
      run += 1;
      const clientId = `run-${run}`;
      const records = kinds.map((kind, i) =>
        record({
          clientId,
          messageId: `m-${i}`,
          kind: kind === 'long' ? 'k'.repeat(65) : 'metrics',
          receivedAtMs: kind === 'no time' ? Number.NaN : 1000,
        }),
      );
      const log = new EmbeddedUpstreamLog();
      await writerOn(log).writer.write(records);
      const named = (name: (kind: string) => boolean) =>
        records.flatMap(({ messageId }, i) => (name(kinds[i] ?? '') ? [messageId] : []));
      const { rows } = await store.upstreamMessages({ clientId }, null, 1000);
      expect(rows.toReversed().map((row) => row.messageId)).toEqual(named((kind) => kind === 'good'));
      expect(log.deadLetters().map((letter) => letter.record.messageId)).toEqual(
        named((kind) => kind !== 'good'),
      );
    }),
    { numRuns: 60 },
  );
});

it('lets a batch come again when the dead letters are away, and counts what was stored before as duplicates', async () => {
  const closed = new EmbeddedUpstreamLog();
  const records = [0, 1, 2, 3].map((i) =>
    record({ clientId: 'again', messageId: `m-${i}`, kind: i === 3 ? 'k'.repeat(65) : 'metrics' }),
  );
  const failing = { deadLetter: () => Promise.reject(new Error('away')) };
  const { writer, metrics } = writerOn(failing);
  await expect(writer.write(records)).rejects.toThrow('away');
  expect(
    (await metrics.registry.getSingleMetric('longwire_consumer_dead_lettered_total')?.get())?.values,
  ).toEqual([]);

  const second = writerOn(closed);
  await second.writer.write(records);
  const valueOf = async (name: string) =>
    (await second.metrics.registry.getSingleMetric(name)?.get())?.values.map(({ value }) => value);
  expect(await valueOf('longwire_consumer_duplicates_total')).toEqual([3]);
  expect(await valueOf('longwire_consumer_dead_lettered_total')).toEqual([1]);
  expect(closed.deadLetters()).toHaveLength(1);
});

it('puts nothing aside because the store is away', async () => {
  const other = await openStore({
    settings: { url: 'sqlite::memory:', queryTimeoutMs: 1000, poolSize: 1 },
    logger,
  });
  await other.close();
  const log = new EmbeddedUpstreamLog();
  await expect(writerOn(log, other).writer.write([record({})])).rejects.toBeInstanceOf(StoreUnavailable);
  expect(log.deadLetters()).toEqual([]);
});

it('cuts a batch of large records into portions that lose none', () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 700_000 }), { maxLength: 30 });
  fc.assert(
    fc.property(sizes, (lengths) => {
      const batch: UpstreamRecord[] = lengths.map((length) => record({ payload: new Uint8Array(length) }));
      const cut = [...portions(batch)];
      expect(cut.flat().every((each, i) => each === batch[i]) && cut.flat().length === batch.length).toBe(
        true,
      );
      for (const portion of cut) {
        const bytes = portion.reduce((sum, { payload }) => sum + payload.length, 0);
        expect(portion.length === 1 || bytes <= 1_048_576).toBe(true);
      }
    }),
    { numRuns: 20 },
  );
});
