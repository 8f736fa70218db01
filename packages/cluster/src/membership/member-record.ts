import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { weightRange, type Member } from './membership.ts';

const maxRecordBytes = 16_384;
const nodeIdSchema = Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' });
const weightSchema = Type.Number(weightRange);

const clientAddress = Type.String({ pattern: '^[^\\s]+:[0-9]{1,5}$', maxLength: 512 });

/** A record may carry more than this: a later version may have written it. */
const memberSchema = Type.Object({
  nodeId: nodeIdSchema,
  boot: Type.String({ pattern: '^[0-9a-f]{16}$' }),
  addresses: Type.Object({
    api: Type.String({ pattern: '^https?://', maxLength: 512 }),
    tcp: Type.Optional(clientAddress),
    tls: Type.Optional(clientAddress),
  }),
  weight: weightSchema,
  state: Type.Union([Type.Literal('active'), Type.Literal('draining')]),
  version: Type.String({ maxLength: 64 }),
});

/** The member as JSON in UTF-8. Throws when it is not one that others would accept. */
export function encodeMember(member: Member): Buffer {
  const data = Buffer.from(JSON.stringify(member));
  decodeMember(data);
  return data;
}

/** Throws an error that says what is wrong, without repeating the data. */
export function decodeMember(data: Buffer): Member {
  if (data.length > maxRecordBytes) throw new Error(`member record of ${data.length} bytes is too long`);
  let value: unknown;
  try {
    value = JSON.parse(data.toString());
  } catch {
    throw new Error('member record is not JSON');
  }
  if (Value.Check(memberSchema, value)) return value;
  const [first] = Value.Errors(memberSchema, value);
  throw new Error(`member record is invalid: ${first?.instancePath || '/'} ${first?.message ?? ''}`);
}

/** An operator's weight as it is written: a JSON number. */
export function encodeWeight(weight: number): Buffer {
  return Buffer.from(JSON.stringify(weight));
}

/** Throws when it is no weight, without repeating the data. */
export function decodeWeight(data: Buffer): number {
  const weight = data.length <= 32 ? Number(data.toString()) : Number.NaN;
  if (!Value.Check(weightSchema, weight)) throw new Error('it is no number from 0.001 to 1000');
  return weight;
}

/** Throws when an operator may not set this. */
export function checkWeight(nodeId: string, weight: number | null): void {
  if (!Value.Check(nodeIdSchema, nodeId)) throw new Error('the nodeId is invalid');
  if (weight !== null && !Value.Check(weightSchema, weight))
    throw new Error('a weight is from 0.001 to 1000');
}
