import { createRequire } from 'node:module';
import fc from 'fast-check';
import { Partitioners, type Message } from 'kafkajs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Bundle, partitionOf } from '../src/upstream/bundle.ts';
import { crc32c } from '../src/upstream/crc32c.ts';
import { decodeFetchResponse } from '../src/upstream/fetch-response.ts';
import { useLeanCodec } from '../src/upstream/kafkajs-codec.ts';
import { RecordBatchWriter } from '../src/upstream/record-batch-writer.ts';

const require = createRequire(import.meta.url);

interface Encoded {
  readonly buffer: Buffer;
}

type Produce = (options: object) => { request: { encode(): Promise<Encoded> } };
type Request = (options: object) => { encode(): Promise<Encoded> };

const kafkajsProduce = require('kafkajs/src/protocol/requests/produce/v7/request.js') as Request;
const kafkajsFetch = require('kafkajs/src/protocol/requests/fetch/v11/response.js') as {
  decode(payload: Buffer): Promise<unknown>;
};

useLeanCodec();

function leanProduce(options: object, version = 7): Promise<Encoded> {
  const definition = require('kafkajs/src/protocol/requests/produce/index.js') as {
    protocol(choice: { version: number }): Produce;
  };
  return definition.protocol({ version })(options).request.encode();
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: 1_763_700_000_123 }));
afterEach(() => void vi.useRealTimers());

const text = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('', 'x'.repeat(63), 'x'.repeat(64), 'x'.repeat(8191), 'x'.repeat(8192)),
);
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const part = fc.oneof(text, bytes);
/** kafkajs takes what every object has for an earlier header of that name. */
const headerName = text.filter((name) => !(name in {}));
const message = fc.record({
  key: fc.option(part),
  value: fc.option(part),
  headers: fc.dictionary(headerName, fc.oneof(part, fc.array(part, { maxLength: 3 })), { maxKeys: 6 }),
});
const messages: fc.Arbitrary<Message[]> = fc.array(message, { minLength: 1, maxLength: 5 });
const plain = { acks: -1, timeout: 5000, producerId: -1, producerEpoch: 0 };

function topicData(partitions: readonly Message[][]): object {
  const topic = 'a-topic';
  return [{ topic, partitions: partitions.map((batch, partition) => ({ partition, messages: batch })) }];
}

describe('a Produce request', () => {
  test('has the very bytes that kafkajs gives it', () =>
    fc.assert(
      fc.asyncProperty(fc.array(messages, { minLength: 1, maxLength: 3 }), async (partitions) => {
        const options = { ...plain, topicData: topicData(partitions) };
        const own = await leanProduce(options);
        expect(own.buffer.equals((await kafkajsProduce(options).encode()).buffer)).toBe(true);
      }),
      { numRuns: 60 },
    ));

  test('has them for records of any length, too', async () => {
    for (const length of [0, 30, 8150, 8200, 1_048_500, 1_200_000]) {
      const value = Buffer.alloc(length, 'v');
      const options = { ...plain, topicData: topicData([[{ value }, { key: 'k', value: 'after' }]]) };
      const own = await leanProduce(options);
      expect(own.buffer.equals((await kafkajsProduce(options).encode()).buffer)).toBe(true);
    }
  });

  test('has the records of a bundle for those of a list', () =>
    fc.assert(
      fc.asyncProperty(messages, async (records) => {
        const own = await leanProduce({ ...plain, topicData: topicData([[new Bundle(records, 0, 1)]]) });
        const options = { ...plain, topicData: topicData([records]) };
        expect(own.buffer.equals((await kafkajsProduce(options).encode()).buffer)).toBe(true);
      }),
      { numRuns: 20 },
    ));

  test('with a bundle fails where it is left to kafkajs, which knows nothing of its records', async () => {
    const options = { ...plain, topicData: topicData([[new Bundle([{ value: 'v' }], 0, 1)]]) };
    await expect(leanProduce({ ...options, compression: 1 })).rejects.toThrow(TypeError);
    await expect(leanProduce({ ...options, compression: 0 }, 2)).rejects.toThrow(TypeError);
    await expect(kafkajsProduce(options).encode()).rejects.toThrow(TypeError);
  });

  test.for([
    ['transactional', { transactionalId: 'one' }],
    ['idempotent', { producerId: 17 }],
    ['compressed', { compression: 1 }],
    ['timed', { timestamp: '1763700000000' }],
  ] as const)('that is %s is left to kafkajs', async ([, change]) => {
    const timestamp = 'timestamp' in change ? change : {};
    const options = { ...plain, ...change, topicData: topicData([[{ value: 'v', ...timestamp }]]) };
    expect((await leanProduce(options)).buffer).toEqual((await kafkajsProduce(options).encode()).buffer);
  });
});

describe('an answer to Fetch', () => {
  function answer(records: Buffer, aborted = 0): Buffer {
    const writer = new RecordBatchWriter();
    writer.int32(7); // throttle time
    writer.int16(0);
    writer.int32(0);
    writer.int32(1);
    writer.string('a-topic');
    writer.int32(1);
    writer.int32(3); // partition
    writer.int16(0);
    writer.int64(5000);
    writer.int64(4999);
    writer.int64(12);
    writer.int32(aborted === 0 ? -1 : aborted);
    for (let index = 0; index < 2 * aborted; index += 1) writer.int64(index);
    writer.int32(-1);
    writer.int32(records.length);
    return Buffer.concat([writer.bytes, records]);
  }

  /** Without the size that stands in front of them in a request. */
  function batch(records: readonly Message[]): Buffer {
    const writer = new RecordBatchWriter();
    writer.records(records, Date.now());
    return writer.bytes.subarray(4);
  }

  /** What kafkajs reads, as far as anybody uses it. */
  async function expected(payload: Buffer): Promise<unknown> {
    const copy = JSON.parse(JSON.stringify(await kafkajsFetch.decode(payload))) as object;
    return JSON.parse(
      JSON.stringify(copy, (key, value: unknown) =>
        ['magicByte', 'isControlRecord', 'batchContext'].includes(key) ? undefined : value,
      ),
    );
  }

  function own(payload: Buffer): unknown {
    return JSON.parse(JSON.stringify(decodeFetchResponse(payload)));
  }

  test('is read as kafkajs reads it, also one that was cut off', () =>
    fc.assert(
      fc.asyncProperty(fc.array(messages, { maxLength: 3 }), fc.nat(400), async (batches, cut) => {
        const records = Buffer.concat(batches.map(batch));
        // kafkajs throws at a rest of less than 17 bytes.
        const kept = records.length - cut < 17 ? 0 : records.length - cut;
        const payload = answer(records.subarray(0, kept));
        expect(own(payload)).toEqual(await expected(payload));
      }),
      { numRuns: 60 },
    ));

  test('tells offset and time of each record', async () => {
    const record = Buffer.from([16, 0, 0xa0, 0x1f, 12, 1, 2, 0x76, 0]); // 2,000 ms and 6 records after the first
    const head = batch([]);
    const records = Buffer.concat([head, record]);
    records.writeBigInt64BE(9_007_199_254_740_000n, 0);
    records.writeInt32BE(records.length - 12, 8);
    records.writeInt32BE(1, 57);
    expect(decodeFetchResponse(answer(records))!.responses[0]!.partitions[0]!.messages).toMatchObject([
      { offset: '9007199254740006', timestamp: '1763700002123', key: null, headers: {} },
    ]);
    expect(own(answer(records))).toEqual(await expected(answer(records)));
  });

  test('that holds what is not plain is left to kafkajs', async () => {
    const compressed = batch([{ value: 'v' }]);
    compressed[22] = 1;
    const old = batch([{ value: 'v' }]);
    old[16] = 1;
    for (const records of [compressed, old]) expect(decodeFetchResponse(answer(records))).toBeNull();
    expect(decodeFetchResponse(answer(batch([{ value: 'v' }]), 1))).toBeNull();
  });

  test('does not take a header for the prototype of the others', () => {
    const payload = answer(batch([{ value: 'v', headers: { ['__proto__']: 'p', constructor: 'c' } }]));
    const [response] = decodeFetchResponse(payload)!.responses;
    const { headers = {} } = response!.partitions[0]!.messages[0]!;
    expect(Object.entries(headers).map(([name, value]) => [name, String(value)])).toEqual([
      ['__proto__', 'p'],
      ['constructor', 'c'],
    ]);
  });
});

test('the checksum is that of the standard', () => {
  // RFC 3720, B.4
  expect(crc32c(new Uint8Array(32), 0, 32)).toBe(0x8a9136aa);
  expect(crc32c(Buffer.from('-123456789-'), 1, 10)).toBe(0xe3069283);
});

test('a partition is the one that kafkajs chooses', () => {
  const original = Partitioners.DefaultPartitioner();
  const partition = { partitionErrorCode: 0, leader: 1, replicas: [], isr: [], offlineReplicas: [] };
  fc.assert(
    fc.property(part, fc.integer({ min: 1, max: 60 }), (key, count) => {
      const partitionMetadata = Array.from({ length: count }, (_, partitionId) => ({
        ...partition,
        partitionId,
      }));
      const choice = { topic: 'a-topic', partitionMetadata, message: { key, value: 'v' } };
      expect(partitionOf(key, count)).toBe(original(choice));
    }),
  );
  expect(partitionOf(null, 12)).toBe(0);
});
