import { describe, expect, test } from 'vitest';
import {
  maxUpstreamPayloadBytes,
  UpstreamFull,
  UpstreamTooLarge,
  UpstreamUnavailable,
  type UpstreamLog,
  type UpstreamRecord,
} from '../src/upstream/index.ts';

export interface UpstreamBounds {
  readonly maxRecords: number;
  readonly maxBytes: number;
}

export const roomy: UpstreamBounds = { maxRecords: 50_000, maxBytes: 33_554_432 };
export const eventually = { timeout: 30_000, interval: 20 };

export function record(
  clientId: string,
  number: number,
  change: Partial<UpstreamRecord> = {},
): UpstreamRecord {
  return {
    clientId,
    messageId: `m-${number}`,
    kind: 'chat',
    payload: new TextEncoder().encode(`payload ${number}`),
    traceId: '0af7651916cd43dd8448eb211c80319c',
    nodeId: 'node-1',
    receivedAtMs: 1_700_000_000_000 + number,
    ...change,
  };
}

/** Numbers of the records of each client in the order in which they came. */
export function ordersByClient(records: readonly UpstreamRecord[]): Record<string, string[]> {
  const orders: Record<string, string[]> = {};
  for (const { clientId, messageId } of records) (orders[clientId] ??= []).push(messageId);
  return orders;
}

/** What every UpstreamLog does. `open` answers an empty log of its own, which is closed here. */
export function upstreamConformance(
  name: string,
  open: (bounds: UpstreamBounds) => Promise<UpstreamLog>,
): void {
  describe(name, () => {
    async function withLog(bounds: UpstreamBounds, work: (log: UpstreamLog) => Promise<void>): Promise<void> {
      const log = await open(bounds);
      try {
        await work(log);
      } finally {
        await log.close();
      }
    }

    test('answers a ping', () => withLog(roomy, (log) => log.ping()));

    test('hands out every field as it was given', () =>
      withLog(roomy, async (log) => {
        const given = record('a:b@c.d_e-f', 1, { payload: Uint8Array.from([0, 255, 128, 10]) });
        const empty = record('a:b@c.d_e-f', 2, { payload: new Uint8Array(0) });
        const got: UpstreamRecord[] = [];
        await log.consume('group', async (batch) => void got.push(...batch));
        await Promise.all([log.publish(given), log.publish(empty)]);
        await expect.poll(() => got.length, eventually).toBe(2);
        const plain = got.map((r) => ({ ...r, payload: Uint8Array.from(r.payload) }));
        expect(plain).toEqual([given, empty]);
      }));

    test('keeps the order of each client, in batches of at most 1000', () =>
      withLog(roomy, async (log) => {
        const clients = ['ann', 'bob', 'cid'];
        const count = 1500;
        const published: Promise<void>[] = [];
        for (let i = 0; i < count; i += 1) {
          for (const client of clients) published.push(log.publish(record(client, i)));
        }
        await Promise.all(published);
        const got: UpstreamRecord[] = [];
        const sizes: number[] = [];
        await log.consume('group', async (batch) => {
          sizes.push(batch.length);
          got.push(...batch);
        });
        await expect.poll(() => got.length, eventually).toBe(count * clients.length);
        const inOrder = Array.from({ length: count }, (_, i) => `m-${i}`);
        expect(ordersByClient(got)).toEqual(Object.fromEntries(clients.map((client) => [client, inOrder])));
        expect(Math.max(...sizes)).toBeLessThanOrEqual(1000);
      }));

    test('hands a batch out again when its handler rejected, before anything later of that client', () =>
      withLog(roomy, async (log) => {
        const seen: string[][] = [];
        let failures = 2;
        await log.consume('group', async (batch) => {
          seen.push(batch.map((r) => r.messageId));
          if (failures-- > 0) throw new Error('not yet');
        });
        await log.publish(record('ann', 1));
        await expect.poll(() => seen.length, eventually).toBe(3);
        await log.publish(record('ann', 2));
        await expect.poll(() => seen.length, eventually).toBe(4);
        expect(seen).toEqual([['m-1'], ['m-1'], ['m-1'], ['m-2']]);
      }));

    test('a consumer that stops finishes the batch in hand; the next one goes on from there', () =>
      withLog(roomy, async (log) => {
        const first: string[] = [];
        let finish = () => {};
        const slow = new Promise<void>((resolve) => (finish = resolve));
        const consumer = await log.consume('group', async (batch) => {
          first.push(...batch.map((r) => r.messageId));
          await slow;
        });
        await log.publish(record('ann', 1));
        await expect.poll(() => first, eventually).toEqual(['m-1']);
        const stopped = consumer.stop();
        finish();
        await stopped;
        await log.publish(record('ann', 2));
        const second: string[] = [];
        await log.consume('group', async (batch) => void second.push(...batch.map((r) => r.messageId)));
        await expect.poll(() => second, eventually).toEqual(['m-2']);
        expect(first).toEqual(['m-1']);
      }));

    test('two groups see everything, whenever they come', () =>
      withLog(roomy, async (log) => {
        const one: UpstreamRecord[] = [];
        const two: UpstreamRecord[] = [];
        await log.consume('one', async (batch) => void one.push(...batch));
        for (let i = 0; i < 20; i += 1) await log.publish(record(`client-${i % 3}`, i));
        await expect.poll(() => one.length, eventually).toBe(20);
        await log.consume('two', async (batch) => void two.push(...batch));
        await expect.poll(() => two.length, eventually).toBe(20);
        expect(ordersByClient(two)).toEqual(ordersByClient(one));
      }));

    test.for([
      { bound: 'records', bounds: { maxRecords: 50, maxBytes: roomy.maxBytes } },
      { bound: 'bytes', bounds: { maxRecords: roomy.maxRecords, maxBytes: 20_000 } },
    ])('a queue with its $bound used up refuses at once and loses nothing it took', ({ bounds }) =>
      withLog(bounds, async (log) => {
        const outcomes = await Promise.allSettled(
          Array.from({ length: 500 }, (_, i) =>
            log.publish(record('ann', i, { payload: new Uint8Array(100) })),
          ),
        );
        const taken = outcomes.flatMap((outcome, i) => (outcome.status === 'fulfilled' ? [`m-${i}`] : []));
        const refusals = outcomes.filter((outcome) => outcome.status === 'rejected');
        expect(taken.length).toBeGreaterThan(0);
        expect(refusals.length).toBeGreaterThan(0);
        for (const { reason } of refusals) expect(reason).toBeInstanceOf(UpstreamFull);

        const got: string[] = [];
        await log.consume('group', async (batch) => void got.push(...batch.map((r) => r.messageId)));
        await expect.poll(() => got, eventually).toEqual(taken);
        await log.publish(record('ann', 1000));
        await expect.poll(() => got.at(-1), eventually).toBe('m-1000');
        expect(log.queue()).toEqual({ records: 0, bytes: 0, ...bounds });
      }),
    );

    test('takes the largest payload, and says of a larger one that it can never be taken', () =>
      withLog(roomy, async (log) => {
        // Ids as long as they may be: what goes with the payload must fit as well.
        const long = { messageId: 'm'.repeat(64), kind: 'k'.repeat(64), nodeId: 'n'.repeat(64) };
        const sized = (bytes: number) =>
          record('c'.repeat(128), 1, { ...long, payload: new Uint8Array(bytes) });
        await log.publish(sized(maxUpstreamPayloadBytes));
        await expect(log.publish(sized(maxUpstreamPayloadBytes + 1))).rejects.toBeInstanceOf(
          UpstreamTooLarge,
        );
        const got: number[] = [];
        await log.consume('group', async (batch) => void got.push(...batch.map((r) => r.payload.length)));
        await expect.poll(() => got, eventually).toEqual([maxUpstreamPayloadBytes]);
      }));

    test('says of a record that is larger than its whole queue that it can never be taken', () =>
      withLog({ maxRecords: roomy.maxRecords, maxBytes: 2000 }, async (log) => {
        const large = record('ann', 1, { payload: new Uint8Array(3000) });
        await expect(log.publish(large)).rejects.toBeInstanceOf(UpstreamTooLarge);
        await log.publish(record('ann', 2));
      }));

    test('counts what is waiting', () =>
      withLog(roomy, async (log) => {
        const publishing = [log.publish(record('ann', 1)), log.publish(record('ann', 2))];
        expect(log.queue()).toMatchObject({ records: 2, ...roomy });
        expect(log.queue().bytes).toBeGreaterThan(20);
        await Promise.all(publishing);
      }));

    test('close takes in what was accepted and refuses what comes after', async () => {
      const log = await open(roomy);
      const publishing = Array.from({ length: 100 }, (_, i) => log.publish(record('ann', i)));
      await log.close();
      const outcomes = await Promise.allSettled(publishing);
      expect(outcomes.every((outcome) => outcome.status === 'fulfilled')).toBe(true);
      await expect(log.publish(record('ann', 100))).rejects.toBeInstanceOf(UpstreamUnavailable);
    });
  });
}
