import { jsCRC32C, Reader, readRecordsBatch } from '@platformatic/kafka';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { recordBatch, recordBody } from '../src/upstream/kafka-batch.ts';

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));
const records = fc.array(
  fc.record({
    key: fc.option(bytes(200)),
    value: fc.option(bytes(20_000)),
    headers: fc.array(fc.tuple(bytes(100), bytes(200)), { maxLength: 80 }),
  }),
  { minLength: 1, maxLength: 100 },
);
const checksumEnd = 21;

test('what the library reads of a batch is what was put into it', () => {
  fc.assert(
    fc.property(records, fc.nat(2 ** 45), (given, timeMs) => {
      const batch = recordBatch(given.map(recordBody), timeMs);
      const reader = Reader.from(batch);
      const { crc, length, records: found, ...head } = readRecordsBatch(reader);
      expect(reader.remaining).toBe(0);
      expect(length).toBe(batch.length - 12);
      expect(crc).toBe(jsCRC32C(batch.subarray(checksumEnd)));
      expect(head).toEqual({
        ...{ firstOffset: 0n, partitionLeaderEpoch: -1, magic: 2, attributes: 0 },
        ...{
          lastOffsetDelta: given.length - 1,
          firstTimestamp: BigInt(timeMs),
          maxTimestamp: BigInt(timeMs),
        },
        ...{ producerId: -1n, producerEpoch: -1, firstSequence: -1 },
      });
      expect(found.map(({ key, value, headers }) => ({ key, value, headers }))).toEqual(given);
      expect(found.map(({ offsetDelta }) => offsetDelta)).toEqual([...given.keys()]);
    }),
    { numRuns: 50 },
  );
});

test('thousands of records are in one batch', () => {
  const bodies = Array.from({ length: 10_000 }, () => recordBody({ value: Buffer.from('x'), headers: [] }));
  const { records: found } = readRecordsBatch(Reader.from(recordBatch(bodies, 0)));
  expect(found.map(({ offsetDelta }) => offsetDelta)).toEqual([...bodies.keys()]);
});
