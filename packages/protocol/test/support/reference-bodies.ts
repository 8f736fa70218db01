import { readFileSync } from 'node:fs';
import { Refused, type PlainFrame } from './reference-frames.ts';
import { bytesOf, hexOf, type PlainMessage } from './vectors.ts';

/** What a frame says: its message (null for PING and PONG), or the close code with which it is refused. */
export type PlainBody = { readonly message: PlainMessage | null } | { readonly close: string };

/** Thrown where SPEC.md leaves open what a receiver does: groups of protobuf, over-long varints in fields that are skipped. */
class Unspecified extends Error {}

/** Reads the body of a frame by the text of longwire.proto and SPEC.md, section 4. */
export function readBody(frame: PlainFrame): PlainBody | 'unspecified' {
  if (frame.type === 'PING' || frame.type === 'PONG') return { message: null };
  try {
    const name = frame.type.slice(0, 1) + frame.type.slice(1).toLowerCase();
    const message = readMessage(name, new Bytes(bytesOf(frame.body)), {});
    return obeysRules(frame.type, message) ? { message } : { close: 'invalidField' };
  } catch (error) {
    if (error instanceof Unspecified) return 'unspecified';
    if (error instanceof Refused) return { close: error.close };
    throw error;
  }
}

interface Field {
  readonly name: string;
  readonly type: string;
  readonly repeated: boolean;
}

const schema = readSchema(readFileSync(new URL('../../longwire.proto', import.meta.url), 'utf8'));

function readSchema(proto: string): ReadonlyMap<string, ReadonlyMap<number, Field>> {
  const messages = new Map<string, Map<number, Field>>();
  for (const [, message, block] of proto.matchAll(/^message (\w+) \{\n(.*?)^\}/gms)) {
    const fields = new Map<number, Field>();
    for (const [, repeated, type, name, number] of block!.matchAll(/^ {2}(repeated )?(\w+) (\w+) = (\d+);/gm))
      fields.set(Number(number), { name: name!, type: type!, repeated: repeated !== undefined });
    messages.set(message!, fields);
  }
  return messages;
}

class Bytes {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#position === this.#bytes.length;
  }

  varint(longestBytes: number): bigint {
    let value = 0n;
    for (let index = 0; index < longestBytes; index++) {
      const byte = this.take(1)[0]!;
      value |= BigInt(byte % 128) << BigInt(7 * index);
      if (byte < 128) return value;
    }
    throw new Refused('malformedFrame');
  }

  take(count: number): Uint8Array {
    const end = this.#position + count;
    if (end > this.#bytes.length) throw new Refused('malformedFrame');
    const taken = this.#bytes.slice(this.#position, end);
    this.#position = end;
    return taken;
  }

  delimited(): Uint8Array {
    return this.take(Number(this.varint(5)));
  }

  skip(wireType: number): void {
    if (wireType === 1) this.take(8);
    else if (wireType === 2) this.delimited();
    else if (wireType === 5) this.take(4);
    else if (wireType === 3) throw new Unspecified();
    else if (wireType !== 0) throw new Refused('malformedFrame');
    else for (let index = 0; this.take(1)[0]! >= 128; index++) if (index === 9) throw new Unspecified();
  }
}

type Values = Record<string, PlainMessage[string]>;

function readMessage(name: string, bytes: Bytes, before: PlainMessage): PlainMessage {
  const values: Values = { ...before };
  while (!bytes.isAtEnd) {
    const tag = bytes.varint(5);
    const number = Number(tag / 8n);
    const wireType = Number(tag % 8n);
    if (number === 0 || tag >= 2n ** 32n) throw new Refused('malformedFrame');
    const field = schema.get(name)!.get(number);
    if (field === undefined || !readField(values, field, wireType, bytes)) bytes.skip(wireType);
  }
  return values;
}

/** False if the field has another type than the bytes say. */
function readField(values: Values, field: Field, wireType: number, bytes: Bytes): boolean {
  const { name, type, repeated } = field;
  const isDelimited = type === 'string' || type === 'bytes' || schema.has(type);
  const isPacked = repeated && !isDelimited && wireType === 2;
  if (!isPacked && wireType !== (isDelimited ? 2 : 0)) return false;
  if (isPacked) {
    const packed = new Bytes(bytes.delimited());
    while (!packed.isAtEnd) append(values, name, toNumber(packed.varint(10), type));
  } else if (type === 'string') {
    const text = toText(bytes.delimited());
    if (repeated) append(values, name, text);
    else set(values, name, text, '');
  } else if (type === 'bytes') set(values, name, hexOf(bytes.delimited()), '');
  else if (isDelimited)
    values[name] = readMessage(type, new Bytes(bytes.delimited()), (values[name] ?? {}) as PlainMessage);
  else if (repeated) append(values, name, toNumber(bytes.varint(10), type));
  else set(values, name, toNumber(bytes.varint(10), type), 0);
  return true;
}

function set(values: Values, name: string, value: string | number, byDefault: string | number): void {
  if (value === byDefault) delete values[name];
  else values[name] = value;
}

function append(values: Values, name: string, value: string | number): void {
  values[name] = [...((values[name] ?? []) as (string | number)[]), value] as string[] | number[];
}

function toNumber(value: bigint, type: string): number {
  return Number(BigInt.asUintN(type === 'uint64' ? 64 : 32, value));
}

function toText(utf8: Uint8Array): string {
  const text = Buffer.from(utf8).toString('utf8');
  if (!Buffer.from(text).equals(utf8)) throw new Refused('malformedFrame');
  return text;
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

function obeysRules(type: string, message: PlainMessage): boolean {
  const holds = (field: string, longest: number, signs: string) => {
    const text = (message[field] ?? '') as string;
    const isAllowed = Array.from(text).every((character) => (LETTERS + signs).includes(character));
    return text.length >= 1 && text.length <= longest && isAllowed;
  };
  if (type === 'CONNECT' || type === 'REFRESH') return message.token !== undefined;
  if (type === 'PUBLISH') return holds('message_id', 64, '._:@-') && holds('kind', 64, '._-');
  if (type === 'SEND') return holds('message_id', 64, '._:@-') && holds('to', 128, '._:@-');
  return type !== 'DELIVER' || holds('message_id', 64, '._:@-');
}
