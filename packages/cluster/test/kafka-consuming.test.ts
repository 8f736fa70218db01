import { Consumer } from '@platformatic/kafka';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { UpstreamRecord } from '../src/upstream/index.ts';
import { keyHash } from '../src/upstream/kafka-key-hash.ts';
import { ask, brokers, cleanUpAfterwards, later, newLog, opens, settings } from './kafka-upstream-tools.ts';
import { eventually, ordersByClient, record } from './upstream.conformance.ts';

describe.skipIf(brokers === null)('consuming from Kafka', () => {
  cleanUpAfterwards();

  test('two consumers of one group share the records, and one takes over when the other stops', async () => {
    const log = await opens({ partitions: 4 });
    const seen: [UpstreamRecord[], UpstreamRecord[]] = [[], []];
    const consumers = [];
    for (const mine of seen) {
      consumers.push(await log.consume('group', async (batch) => void mine.push(...batch)));
    }
    let published = 0;
    const publishSome = async () => {
      const numbers = Array.from({ length: 20 }, () => published++);
      await Promise.all(numbers.map((i) => log.publish(record(`client-${i % 10}`, i))));
    };
    await expect
      .poll(async () => {
        await publishSome();
        return seen.every((mine) => mine.length > 0);
      }, eventually)
      .toBe(true);
    await consumers[0]?.stop();
    const before = published;
    await publishSome();
    const ids = () => new Set(seen.flat().map((r) => r.messageId));
    await expect.poll(() => ids().size, eventually).toBe(published);
    expect(published).toBe(before + 20);
  });

  test.for([0, 1])('partition %s with much to fetch holds up no other', async (much) => {
    const log = await opens({ partitions: 2 });
    const names = Array.from({ length: 50 }, (_, index) => `client-${index}`);
    const inPartition = (partition: number) =>
      names.find((name) => keyHash(Buffer.from(name)) % 2 === partition)!;
    const [busy, quiet] = [inPartition(much), inPartition(1 - much)];
    const payload = new Uint8Array(10_000);
    await Promise.all(Array.from({ length: 400 }, (_, i) => log.publish(record(busy, i, { payload }))));
    await log.publish(record(quiet, 0));
    const clients: string[] = [];
    await log.consume('group', async (batch) => void clients.push(...batch.map((r) => r.clientId)));
    await expect.poll(() => clients.length, eventually).toBe(401);
    expect(clients.indexOf(quiet)).toBeLessThan(300);
  });

  test('begins anew where the log does not reach to where the group was', async () => {
    const { topic, deadLetterTopic } = settings();
    const log = await opens({ topic, deadLetterTopic, partitions: 1 });
    for (let i = 0; i < 3; i += 1) await log.publish(record('ann', i));
    const topics = [{ name: topic, partitionOffsets: [{ partition: 0, offset: 1000n }] }];
    await ask((admin) => admin.alterConsumerGroupOffsets({ groupId: 'group', topics }));
    const got: UpstreamRecord[] = [];
    await log.consume('group', async (batch) => void got.push(...batch));
    await expect.poll(() => got.map((r) => r.messageId), eventually).toEqual(['m-0', 'm-1', 'm-2']);
  });

  test('a failing handler does not cost the membership', async () => {
    const log = await opens();
    const got: UpstreamRecord[] = [];
    const failUntil = performance.now() + 4000;
    let calls = 0;
    await log.consume('group', async (batch) => {
      calls += 1;
      if (performance.now() < failUntil) throw new Error('the store is away');
      got.push(...batch);
    });
    for (let i = 0; i < 10; i += 1) await log.publish(record('ann', i));
    await expect.poll(() => got.length, eventually).toBe(10);
    expect(calls).toBeGreaterThan(2);
    expect(ordersByClient(got)['ann']).toEqual(Array.from({ length: 10 }, (_, i) => `m-${i}`));
  });

  test('a consumer that joins and then fails counts on, says so once, and says when it works again', async () => {
    const lines: { readonly level: number; readonly msg: string; readonly failures?: number }[] = [];
    const logger = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
    const log = newLog(settings({ partitions: 1 }), logger);
    later(() => log.close());
    await log.start();
    await log.publish(record('ann', 1));
    vi.spyOn(Consumer.prototype, 'commit').mockRejectedValue(new Error('not taken'));
    onTestFinished(() => void vi.restoreAllMocks());
    let handled = 0;
    await log.consume('group', async () => void (handled += 1));
    await expect.poll(() => handled, eventually).toBeGreaterThanOrEqual(4);
    vi.restoreAllMocks();
    const worksAgain = () => lines.find(({ msg }) => msg.endsWith('works again'))?.failures;
    await expect.poll(worksAgain, eventually).toBeGreaterThanOrEqual(3);
    const failed = lines.filter(({ msg }) => msg.includes('will join again'));
    expect(failed.map(({ level }) => level)).toEqual([40, ...failed.slice(1).map(() => 20)]);
  });
});
