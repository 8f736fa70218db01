import { randomBytes } from 'node:crypto';
import { recordBody, type RawRecord } from './kafka-batch.ts';
import { keyHash } from './kafka-key-hash.ts';
import type { UpstreamRecord } from './upstream-log.ts';

/** A record on its way to Kafka. */
export interface RecordToSend {
  readonly topic: string;
  /** The partition is the rest of it by how many there are. */
  readonly keyHash: number;
  /** All of the record but its place; see kafka-batch.ts. */
  readonly body: Buffer;
}

/** The headers of every record. */
const carried = {
  messageId: Buffer.from('messageId'),
  kind: Buffer.from('kind'),
  nodeId: Buffer.from('nodeId'),
  receivedAtMs: Buffer.from('receivedAtMs'),
  traceparent: Buffer.from('traceparent'),
};
const names = {
  ...carried,
  reason: Buffer.from('reason'),
  failedAtMs: Buffer.from('failedAtMs'),
  payloadOmitted: Buffer.from('payloadOmitted'),
};

/**
 * A record on Kafka: the key is the client id, the value is the payload, and everything else is a header in UTF-8:
 * `messageId`, `kind`, `nodeId`, `receivedAtMs` (decimal), `traceparent` (W3C: `00-<trace id>-<span id>-01`).
 * A dead letter has `reason` and `failedAtMs` besides, and `payloadOmitted` where it was too large to be kept whole: how
 * many bytes the value had that is left out.
 */
export function rawRecord(record: UpstreamRecord): RawRecord {
  const { clientId, messageId, kind, payload, traceId, nodeId, receivedAtMs } = record;
  return {
    key: Buffer.from(clientId),
    value: payload,
    headers: [
      [names.messageId, Buffer.from(messageId)],
      [names.kind, Buffer.from(kind)],
      [names.nodeId, Buffer.from(nodeId)],
      [names.receivedAtMs, Buffer.from(String(receivedAtMs))],
      [names.traceparent, Buffer.from(`00-${traceId}-${newSpanId()}-01`)],
    ],
  };
}

export function encodeRecord(topic: string, raw: RawRecord): RecordToSend {
  return { topic, keyHash: raw.key ? keyHash(raw.key) : 0, body: recordBody(raw) };
}

/** Throws an Error that says what is missing or wrong. */
export function decodeRecord({ key, value, headers }: RawRecord): UpstreamRecord {
  if (!key || key.length === 0) throw new Error('no key');
  if (!value) throw new Error('no value');
  const texts = new Map<string, string>();
  for (const [name, text] of headers) {
    const known = String(name);
    // One that stands there several times says nothing.
    texts.set(known, texts.has(known) ? '' : String(text ?? ''));
  }
  const header = (name: string): string => {
    const text = texts.get(name);
    if (!text) throw new Error(`no header ${name}`);
    return text;
  };
  const receivedAtMs = Number(header('receivedAtMs'));
  if (!Number.isSafeInteger(receivedAtMs)) throw new Error('header receivedAtMs is not a whole number');
  const traceId = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(header('traceparent'))?.[1];
  if (traceId === undefined) throw new Error('header traceparent is not a W3C traceparent of version 00');
  return {
    clientId: key.toString(),
    messageId: header('messageId'),
    kind: header('kind'),
    payload: value,
    traceId,
    nodeId: header('nodeId'),
    receivedAtMs,
  };
}

const maxKeyBytes = 128;

/** The same record with the headers of a dead letter. */
export function asDeadLetter({ key, value, headers }: RawRecord, reason: string): RawRecord {
  const why = Buffer.from(reason);
  const failedAtMs = Buffer.from(String(Date.now()));
  return {
    // A key that no client id can be is left out, so that the rest has room.
    key: key && key.length <= maxKeyBytes ? key : null,
    value: value ?? null,
    headers: [...headers, [names.reason, why], [names.failedAtMs, failedAtMs]],
  };
}

const maxHeaderBytes = 128;
const maxReasonLength = 500;

/** A dead letter of 2 KB at most, whatever the record is like: its value and whatever else is large are left out. */
export function asDeadLetterWithoutPayload({ key, value, headers }: RawRecord, reason: string): RawRecord {
  const omitted = Buffer.from(String(value?.length ?? 0));
  const small = Object.values(carried).flatMap((known) => {
    const text = headers.find(([name]) => name && known.equals(name))?.[1];
    return text && text.length <= maxHeaderBytes ? [[known, text] as const] : [];
  });
  const rest: RawRecord = { key: key ?? null, headers: [[names.payloadOmitted, omitted], ...small] };
  return asDeadLetter(rest, reason.slice(0, maxReasonLength));
}

/** What a record takes on the wire and in the queue, to within a few bytes. */
export function recordBytes({ body }: RecordToSend): number {
  return 100 + body.length;
}

let spanPool = Buffer.alloc(0);

/** 16 hex digits. Random bytes are drawn for 512 spans at a time: a draw costs more than the rest of a record. */
function newSpanId(): string {
  if (spanPool.length === 0) spanPool = randomBytes(512 * 8);
  const id = spanPool.toString('hex', 0, 8);
  spanPool = spanPool.subarray(8);
  return id;
}
