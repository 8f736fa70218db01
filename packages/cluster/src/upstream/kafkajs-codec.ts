import { createRequire } from 'node:module';
import type { Message } from 'kafkajs';
import { Bundle } from './bundle.ts';
import { decodeFetchResponse } from './fetch-response.ts';
import { RecordBatchWriter } from './record-batch-writer.ts';

const require = createRequire(import.meta.url);

interface Call {
  readonly request: { readonly encode: () => Promise<unknown> };
  readonly response: { readonly decode: (payload: Buffer) => Promise<unknown> };
}

interface Definition<Options> {
  protocol(choice: { version: number | string }): (options: Options) => Call;
}

interface ProduceOptions {
  readonly acks: number;
  readonly timeout: number;
  readonly compression?: number;
  readonly transactionalId?: string | null;
  readonly producerId: number | object;
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number; readonly messages: readonly Message[] }[];
  }[];
}

/** The versions whose layout is written and read here; kafkajs 2.2.4 takes the newest that it and the broker know: 7 and 11. */
const produceVersions = [3, 4, 5, 6, 7];
const fetchVersion = 11;

/**
 * kafkajs 2.2.4 makes six buffers of half a kilobyte for a record that it sends, and some forty objects for one that it
 * reads. Here what it sends is written into one buffer, and what it reads is cut out of the answer. The bytes are
 * the same; whatever is compressed, transactional or idempotent is left to kafkajs.
 */
export function useLeanCodec(): void {
  const Produce = require('kafkajs/src/protocol/requests/produce/index.js') as Definition<ProduceOptions>;
  const Fetch = require('kafkajs/src/protocol/requests/fetch/index.js') as Definition<object>;
  const { protocol: produceOf } = Produce;
  const { protocol: fetchOf } = Fetch;
  Produce.protocol = (choice) => {
    const original = produceOf(choice);
    if (!produceVersions.includes(Number(choice.version))) return original;
    return (options) => {
      const call = original(options);
      if (!isPlain(options)) return call;
      return { ...call, request: { ...call.request, encode: async () => asEncoder(encodeProduce(options)) } };
    };
  };
  Fetch.protocol = (choice) => {
    const original = fetchOf(choice);
    if (Number(choice.version) !== fetchVersion) return original;
    return (options) => {
      const call = original(options);
      const decode = async (payload: Buffer) => decodeFetchResponse(payload) ?? call.response.decode(payload);
      return { ...call, response: { ...call.response, decode } };
    };
  };
}

function isPlain({ compression, transactionalId, producerId, topicData }: ProduceOptions): boolean {
  return (
    !compression &&
    !transactionalId &&
    producerId === -1 &&
    topicData.every(({ partitions }) =>
      partitions.every(({ messages }) => messages.every(({ timestamp }) => timestamp === undefined)),
    )
  );
}

/** transactional_id nullable string, acks int16, timeout int32, topics: name, partitions: number int32, records. */
function encodeProduce({ acks, timeout, topicData }: ProduceOptions): Buffer {
  const writer = new RecordBatchWriter();
  const nowMs = Date.now();
  writer.int16(-1);
  writer.int16(acks);
  writer.int32(timeout);
  writer.int32(topicData.length);
  for (const { topic, partitions } of topicData) {
    writer.string(topic);
    writer.int32(partitions.length);
    for (const { partition, messages } of partitions) {
      writer.int32(partition);
      const records = messages.flatMap((message) => (message instanceof Bundle ? message.records : message));
      writer.records(records, nowMs);
    }
  }
  return writer.bytes;
}

/** What kafkajs needs of its own Encoder to put the request's header in front. */
function asEncoder(bytes: Buffer): { buf: Buffer; buffer: Buffer; size(): number } {
  return { buf: bytes, buffer: bytes, size: () => bytes.length };
}
