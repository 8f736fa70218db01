import { crc32c } from '@platformatic/kafka';

type Field = Uint8Array | null | undefined;

/** A record as Kafka holds it. A header may stand there several times. */
export interface RawRecord {
  readonly key?: Buffer | null;
  readonly value?: Uint8Array | null;
  readonly headers: readonly (readonly [name: Buffer | null, text: Buffer | null])[];
}

/**
 * All of a record but its place in a batch, in Kafka's format (https://kafka.apache.org/documentation/#record):
 *
 *     key, value   of each VARINT length (-1: there is none), bytes
 *     headers      VARINT count; of each its name and its text: VARINT length, bytes
 *
 * In one buffer, since thousands of records wait at a time: the garbage collector copies what lives so long, and that of many
 * small buffers is more work than all the rest of a record.
 */
export function recordBody({ key, value, headers }: RawRecord): Buffer {
  let size = fieldSize(key) + fieldSize(value) + varIntSize(headers.length);
  for (const [name, text] of headers) size += fieldSize(name) + fieldSize(text);
  const body = Buffer.allocUnsafe(size);
  let at = writeField(body, key, 0);
  at = writeField(body, value, at);
  at = writeVarInt(body, headers.length, at);
  for (const [name, text] of headers) {
    at = writeField(body, name, at);
    at = writeField(body, text, at);
  }
  return body;
}

const headBytes = 61;
/** The length counts what follows it, the checksum covers what follows that. */
const afterLength = 12;
const checksumAt = 17;
const afterChecksum = 21;
/** Attributes and difference to the batch's time: both are 0. */
const recordStartBytes = 2;

/**
 * A batch of record bodies for one partition, in Kafka's format of version 2 (https://kafka.apache.org/documentation/#recordbatch):
 *
 *     INT64 first offset = 0, INT32 length, INT32 leader epoch = -1, INT8 version = 2, UINT32 CRC-32C
 *     INT16 attributes = 0, INT32 last offset, INT64 first time, INT64 last time (ms since 1970)
 *     INT64 producer id = -1, INT16 producer epoch = -1, INT32 first sequence = -1, INT32 count
 *     records: VARINT length, INT8 attributes = 0, VARINT time = 0, VARINT offset, body
 */
export function recordBatch(bodies: readonly Buffer[], timeMs: number): Buffer {
  const lengthOf = (body: Buffer, offset: number): number =>
    recordStartBytes + varIntSize(offset) + body.length;
  let size = headBytes;
  for (const [offset, body] of bodies.entries()) {
    const length = lengthOf(body, offset);
    size += varIntSize(length) + length;
  }
  const batch = Buffer.alloc(size);
  let at = headBytes;
  for (const [offset, body] of bodies.entries()) {
    at = writeVarInt(batch, lengthOf(body, offset), at) + recordStartBytes;
    at = writeVarInt(batch, offset, at);
    batch.set(body, at);
    at += body.length;
  }
  writeHead(batch, bodies.length, timeMs);
  return batch;
}

function writeHead(batch: Buffer, count: number, timeMs: number): void {
  batch.writeInt32BE(batch.length - afterLength, 8);
  batch.writeInt32BE(-1, 12);
  batch.writeInt8(2, 16);
  batch.writeInt32BE(count - 1, 23);
  batch.writeBigInt64BE(BigInt(timeMs), 27);
  batch.writeBigInt64BE(BigInt(timeMs), 35);
  batch.fill(0xff, 43, 57);
  batch.writeInt32BE(count, 57);
  batch.writeUInt32BE(crc32c(batch.subarray(afterChecksum)), checksumAt);
}

function fieldSize(field: Field): number {
  return field ? varIntSize(field.length) + field.length : 1;
}

function writeField(bytes: Buffer, field: Field, at: number): number {
  const start = writeVarInt(bytes, field ? field.length : -1, at);
  if (!field) return start;
  bytes.set(field, start);
  return start + field.length;
}

/** 7 bits a byte, the lowest first, of the zigzag: 0, -1, 1, -2, 2 are 0, 1, 2, 3, 4. */
function writeVarInt(bytes: Buffer, value: number, start: number): number {
  let at = start;
  let rest = zigzag(value);
  for (; rest > 0x7f; rest >>>= 7) bytes[at++] = (rest & 0x7f) | 0x80;
  bytes[at++] = rest;
  return at;
}

function varIntSize(value: number): number {
  let size = 1;
  for (let rest = zigzag(value); rest > 0x7f; rest >>>= 7) size++;
  return size;
}

function zigzag(value: number): number {
  return ((value << 1) ^ (value >> 31)) >>> 0;
}
