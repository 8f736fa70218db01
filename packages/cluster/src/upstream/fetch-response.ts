import type { IHeaders, KafkaMessage } from 'kafkajs';

/** The names are kafkajs' own. */
export interface FetchResponse {
  readonly throttleTime: 0;
  readonly clientSideThrottleTime: number;
  readonly errorCode: number;
  readonly sessionId: number;
  readonly responses: readonly {
    readonly topicName: string;
    readonly partitions: readonly FetchedPartition[];
  }[];
}

interface FetchedPartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: string;
  readonly lastStableOffset: string;
  readonly lastStartOffset: string;
  readonly abortedTransactions: readonly never[];
  readonly preferredReadReplica: number;
  readonly messages: readonly KafkaMessage[];
}

/** In front of the records of a batch; see RecordBatchWriter for the fields. */
const batchHeaderBytes = 61;
const magicAt = 16;
const attributesAt = 21;
const firstTimestampAt = 27;
const countAt = 57;
/** Attributes of a batch that is compressed, timed by the broker, part of a transaction, or about one. */
const specialAttributes = 0b111111;

/**
 * Reads an answer to Fetch of version 11 (https://kafka.apache.org/protocol#The_Messages_Fetch), or answers null where it holds
 * what is not plain records: compressed or transactional ones, or of a format before Kafka 0.11. Keys and values are views.
 */
export function decodeFetchResponse(bytes: Buffer): FetchResponse | null {
  const reader = new Reader(bytes);
  const clientSideThrottleTime = reader.int32();
  const errorCode = reader.int16();
  const sessionId = reader.int32();
  const responses = [];
  for (let topics = reader.int32(); topics > 0; topics -= 1) {
    const topicName = reader.text(reader.int16());
    const partitions: FetchedPartition[] = [];
    for (let count = reader.int32(); count > 0; count -= 1) {
      const partition = readPartition(reader);
      if (partition === null) return null;
      partitions.push(partition);
    }
    responses.push({ topicName, partitions });
  }
  return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses };
}

function readPartition(reader: Reader): FetchedPartition | null {
  const partition = reader.int32();
  const errorCode = reader.int16();
  const highWatermark = String(reader.int64());
  const lastStableOffset = String(reader.int64());
  const lastStartOffset = String(reader.int64());
  if (reader.int32() > 0) return null;
  const preferredReadReplica = reader.int32();
  const messages = readBatches(reader, reader.offset + 4 + Math.max(0, reader.int32()));
  return (
    messages && {
      partition,
      errorCode,
      highWatermark,
      lastStableOffset,
      lastStartOffset,
      abortedTransactions: [],
      preferredReadReplica,
      messages,
    }
  );
}

/** The records up to `end`; the broker cuts the last batch off where the answer would become too large. */
function readBatches(reader: Reader, end: number): KafkaMessage[] | null {
  const messages: KafkaMessage[] = [];
  const { bytes } = reader;
  while (reader.offset + batchHeaderBytes <= end) {
    const start = reader.offset;
    if (bytes[start + magicAt] !== 2) return null;
    if ((bytes.readInt16BE(start + attributesAt) & specialAttributes) !== 0) return null;
    const firstOffset = reader.int64();
    const batchEnd = reader.offset + 4 + reader.int32();
    if (batchEnd > end) break;
    const firstTimestampMs = Number(bytes.readBigInt64BE(start + firstTimestampAt));
    reader.offset = start + countAt;
    for (let count = reader.int32(); count > 0 && reader.offset < batchEnd; count -= 1)
      messages.push(readRecord(reader, firstOffset, firstTimestampMs));
    reader.offset = batchEnd;
  }
  reader.offset = end;
  return messages;
}

function readRecord(reader: Reader, firstOffset: number, firstTimestampMs: number): KafkaMessage {
  const length = reader.varint();
  const end = reader.offset + length;
  const attributes = reader.int8();
  const timestamp = String(firstTimestampMs + reader.varint());
  const offset = String(firstOffset + reader.varint());
  const key = reader.part();
  const value = reader.part();
  const headers = readHeaders(reader, end);
  reader.offset = end;
  return { attributes, timestamp, offset, key, value, headers };
}

/** A header that stands there several times becomes a list. Any name is possible, hence no prototype. */
function readHeaders(reader: Reader, end: number): IHeaders {
  const headers = Object.create(null) as IHeaders;
  for (let count = reader.varint(); count > 0 && reader.offset < end; count -= 1) {
    const name = reader.text(reader.varint());
    const value = reader.part() as Buffer;
    const earlier = headers[name];
    headers[name] = earlier === undefined ? value : [earlier, value].flat();
  }
  return headers;
}

/** Big-endian integers and zigzag varints, one after the other. */
class Reader {
  readonly bytes: Buffer;
  offset = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  int8(): number {
    return this.#skip(1, this.bytes.readInt8(this.offset));
  }

  int16(): number {
    return this.#skip(2, this.bytes.readInt16BE(this.offset));
  }

  int32(): number {
    return this.#skip(4, this.bytes.readInt32BE(this.offset));
  }

  int64(): number {
    return this.#skip(8, Number(this.bytes.readBigInt64BE(this.offset)));
  }

  /** Up to 53 bits: a time may need more than 32. */
  varint(): number {
    let value = 0;
    let scale = 1;
    let byte;
    do {
      byte = this.bytes[this.offset++]!;
      value += (byte & 127) * scale;
      scale *= 128;
    } while (byte > 127);
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** A varint length and bytes; null where the length is -1. */
  part(): Buffer | null {
    const length = this.varint();
    if (length < 0) return null;
    return this.#skip(length, this.bytes.subarray(this.offset, this.offset + length));
  }

  text(length: number): string {
    return this.#skip(length, this.bytes.toString('utf8', this.offset, this.offset + length));
  }

  #skip<Value>(bytes: number, value: Value): Value {
    this.offset += bytes;
    return value;
  }
}
