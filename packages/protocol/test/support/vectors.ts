import { readFileSync } from 'node:fs';

/** The forms of SPEC.md, section 5. */
export interface ValidVector {
  readonly name: string;
  readonly hex: string;
  readonly type: string;
  readonly traceContext: string | null;
  readonly message: PlainMessage | null;
  readonly decodeOnly?: true;
}

export interface InvalidVector {
  readonly name: string;
  readonly hex: string;
  readonly maxFrameBytes: number;
  readonly close: string;
}

/** A body as the vectors write it: names of the schema, bytes in hex, defaults left out. */
export interface PlainMessage {
  readonly [field: string]: number | string | readonly number[] | readonly string[] | PlainMessage;
}

export const vectors = JSON.parse(
  readFileSync(new URL('../../vectors/frames.json', import.meta.url), 'utf8'),
) as {
  readonly valid: readonly ValidVector[];
  readonly invalid: readonly InvalidVector[];
};

export function bytesOf(hex: string): Uint8Array {
  if (!/^([0-9a-f]{2})*$/.test(hex)) throw new Error(`not hex: ${hex}`);
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** A message of the code under test in the form of the vectors. */
export function toPlain(message: object): PlainMessage {
  const plain: Record<string, PlainMessage[string]> = {};
  for (const [name, value] of Object.entries(message)) {
    const field = toPlainField(value);
    if (field !== null) plain[name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)] = field;
  }
  return plain;
}

/** Null for a field that has its default. */
function toPlainField(value: unknown): PlainMessage[string] | null {
  if (value instanceof Uint8Array) return value.length === 0 ? null : hexOf(value);
  if (Array.isArray(value)) return value.length === 0 ? null : (value as number[]);
  if (typeof value === 'object' && value !== null) return toPlain(value);
  return value === 0 || value === '' ? null : (value as number | string);
}

/** The reverse of toPlain. The only bytes field of the schema is `payload`. */
export function fromPlain(plain: PlainMessage): Record<string, unknown> {
  const message: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(plain)) {
    const property = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    if (name === 'payload') message[property] = bytesOf(value as string);
    else if (name === 'limits') message[property] = fromPlain(value as PlainMessage);
    else message[property] = value;
  }
  return message;
}
