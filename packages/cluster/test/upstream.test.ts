import { describe, expect, test } from 'vitest';
import { EmbeddedUpstreamLog } from '../src/upstream/index.ts';
import { eventually, record, upstreamConformance } from './upstream.conformance.ts';

upstreamConformance('EmbeddedUpstreamLog', async (bounds) => new EmbeddedUpstreamLog(bounds));

describe('EmbeddedUpstreamLog', () => {
  test('two consumers of one group take turns and share the records', async () => {
    const log = new EmbeddedUpstreamLog();
    const seen: Record<'one' | 'two', string[]> = { one: [], two: [] };
    for (const who of ['one', 'two'] as const) {
      await log.consume('group', async (batch) => void seen[who].push(...batch.map((r) => r.messageId)));
    }
    for (let i = 0; i < 4; i += 1) {
      await log.publish(record('ann', i));
      await expect.poll(() => seen.one.length + seen.two.length, eventually).toBe(i + 1);
    }
    expect(seen).toEqual({ one: ['m-0', 'm-2'], two: ['m-1', 'm-3'] });
    await log.close();
  });

  test('keeps dead letters with their reason', async () => {
    const log = new EmbeddedUpstreamLog();
    await log.deadLetter(record('ann', 1), 'cannot be stored');
    expect(log.deadLetters()).toMatchObject([{ record: record('ann', 1), reason: 'cannot be stored' }]);
    await log.close();
  });

  test('makes room by dropping what every group has consumed', async () => {
    const log = new EmbeddedUpstreamLog({ maxRecords: 10 });
    let consumed = 0;
    await log.consume('group', async (batch) => void (consumed += batch.length));
    for (let i = 0; i < 35; i += 1) {
      await log.publish(record('ann', i));
      if (i % 10 === 9) await expect.poll(() => consumed, eventually).toBe(i + 1);
    }
    await expect.poll(() => consumed, eventually).toBe(35);
    await log.close();
  });
});
