import type { IHeaders, Message } from 'kafkajs';
import { crc32c } from './crc32c.ts';

const firstSize = 65_536;
/** Framing of a record besides its key, value and headers, at most: five varints and the attributes. */
const recordOverheadBytes = 40;
const headerOverheadBytes = 10;
/** UTF-8 takes no more for one UTF-16 unit. */
const maxBytesPerUnit = 3;
/** Varints of two bytes hold the length of nearly every record. */
const usualLengthBytes = 2;

/**
 * Writes what a Produce request of Kafka carries, in one pass over one buffer. All integers are big-endian; varints are
 * zigzag. Layout: https://kafka.apache.org/39/documentation.html#recordbatch
 */
export class RecordBatchWriter {
  #buffer = Buffer.allocUnsafe(firstSize);
  #offset = 0;

  /** What was written so far; a view that later writing may leave behind. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#offset);
  }

  int8(value: number): void {
    this.#reserve(1);
    this.#offset = this.#buffer.writeInt8(value, this.#offset);
  }

  int16(value: number): void {
    this.#reserve(2);
    this.#offset = this.#buffer.writeInt16BE(value, this.#offset);
  }

  int32(value: number): void {
    this.#reserve(4);
    this.#offset = this.#buffer.writeInt32BE(value, this.#offset);
  }

  int64(value: number): void {
    this.#reserve(8);
    this.#offset = this.#buffer.writeBigInt64BE(BigInt(value), this.#offset);
  }

  /** STRING of the protocol: an int16 length, then UTF-8. */
  string(text: string): void {
    const length = Buffer.byteLength(text);
    this.int16(length);
    this.#reserve(length);
    this.#offset += this.#buffer.write(text, this.#offset);
  }

  /**
   * RECORDS of one partition, as an int32 length and one RecordBatch: baseOffset int64, batchLength int32,
   * partitionLeaderEpoch int32, magic int8 (2), crc uint32 (of what follows), attributes int16, lastOffsetDelta int32,
   * baseTimestamp int64, maxTimestamp int64, producerId int64, producerEpoch int16, baseSequence int32, count int32, records.
   */
  records(messages: readonly Message[], timestampMs: number): void {
    const start = this.#offset;
    this.int32(0);
    this.int64(0);
    this.int32(0);
    this.int32(0);
    this.int8(2);
    this.int32(0);
    const checked = this.#offset;
    this.int16(0);
    this.int32(messages.length - 1);
    this.int64(timestampMs);
    this.int64(timestampMs);
    this.int64(-1);
    this.int16(0);
    this.int32(0);
    this.int32(messages.length);
    for (let index = 0; index < messages.length; index += 1) this.#record(messages[index]!, index);
    const end = this.#offset;
    this.#buffer.writeInt32BE(end - start - 4, start);
    this.#buffer.writeInt32BE(end - start - 16, start + 12);
    this.#buffer.writeUInt32BE(crc32c(this.#buffer, checked, end), checked - 4);
  }

  /**
   * Record: length varint, attributes int8, timestampDelta varint, offsetDelta varint, key, value, header count varint,
   * then name and value of each header; each of these a varint length (-1: null) and bytes.
   */
  #record({ key = null, value, headers = {} }: Message, offsetDelta: number): void {
    this.#reserve(recordOverheadBytes + partBound(key) + partBound(value));
    const start = this.#offset;
    this.#offset += usualLengthBytes;
    this.#buffer[this.#offset++] = 0;
    this.#varint(0);
    this.#varint(offsetDelta);
    this.#part(key);
    this.#part(value);
    this.#headers(headers);
    this.#putLength(start);
  }

  #headers(headers: IHeaders): void {
    const names = Object.keys(headers);
    this.#varint(names.reduce((count, name) => count + valuesOf(headers[name]).length, 0));
    for (const name of names) {
      for (const value of valuesOf(headers[name])) {
        this.#reserve(headerOverheadBytes + partBound(name) + partBound(value));
        this.#part(name);
        this.#part(value);
      }
    }
  }

  /** The length of a record is known once it is written: it moves if that takes another number of bytes than was left free. */
  #putLength(start: number): void {
    const end = this.#offset;
    const length = end - start - usualLengthBytes;
    const lengthBytes = varintBytes(length);
    if (lengthBytes !== usualLengthBytes) {
      this.#reserve(lengthBytes);
      this.#buffer.copyWithin(start + lengthBytes, start + usualLengthBytes, end);
    }
    this.#offset = start;
    this.#varint(length);
    this.#offset = start + lengthBytes + length;
  }

  #part(part: Buffer | string | null): void {
    if (part === null) return this.#varint(-1);
    if (typeof part === 'string') return this.#text(part);
    this.#varint(part.length);
    this.#buffer.set(part, this.#offset);
    this.#offset += part.length;
  }

  /** Nearly all text is short and ASCII, where a loop is faster than a call out of JavaScript. */
  #text(text: string): void {
    const start = this.#offset;
    const { length } = text;
    this.#varint(length);
    for (let index = 0; index < length; index += 1) {
      const unit = text.charCodeAt(index);
      if (unit > 127) {
        this.#offset = start;
        return this.#part(Buffer.from(text));
      }
      this.#buffer[this.#offset++] = unit;
    }
  }

  #varint(value: number): void {
    let rest = ((value << 1) ^ (value >> 31)) >>> 0;
    while (rest > 127) {
      this.#buffer[this.#offset++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.#buffer[this.#offset++] = rest;
  }

  #reserve(bytes: number): void {
    const needed = this.#offset + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#buffer.length));
    larger.set(this.bytes);
    this.#buffer = larger;
  }
}

function varintBytes(length: number): number {
  let bytes = 1;
  for (let rest = length << 1; rest > 127; rest >>>= 7) bytes += 1;
  return bytes;
}

/** How many bytes it takes, at most. */
function partBound(part: Buffer | string | null): number {
  if (part === null) return 0;
  return typeof part === 'string' ? part.length * maxBytesPerUnit : part.length;
}

/** A header may stand there several times; one that was read may be null, whatever its type says. */
function valuesOf(value: IHeaders[string]): readonly (Buffer | string | null)[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
