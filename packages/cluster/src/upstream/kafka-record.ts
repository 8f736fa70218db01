import { randomBytes } from 'node:crypto';
import { compatibilityPartitioner, type MessageToProduce } from '@platformatic/kafka';
import type { UpstreamRecord } from './upstream-log.ts';

/** A record as Kafka holds it. A header may stand there several times. */
export interface RawRecord {
  readonly key?: Buffer | null;
  readonly value?: Buffer | null;
  readonly headers: Iterable<readonly [Buffer | null, Buffer | null]>;
}

/** A record on its way to Kafka. */
export interface RecordToSend extends MessageToProduce {
  /** Maps by identity, so that one name may stand there several times. */
  readonly headers: Map<Buffer, Buffer>;
  /** What every client of Kafka makes of the key by default. The partition is the rest of it by how many there are. */
  readonly partition: number;
}

const names = {
  messageId: Buffer.from('messageId'),
  kind: Buffer.from('kind'),
  nodeId: Buffer.from('nodeId'),
  receivedAtMs: Buffer.from('receivedAtMs'),
  traceparent: Buffer.from('traceparent'),
};

/**
 * A record on Kafka: the key is the client id, the value is the payload, and everything else is a header in UTF-8:
 * `messageId`, `kind`, `nodeId`, `receivedAtMs` (decimal), `traceparent` (W3C: `00-<trace id>-<span id>-01`).
 * A dead letter has `reason` and `failedAtMs` besides, and `payloadOmitted` where it was too large to be kept whole: how
 * many bytes the value had that is left out.
 */
export function encodeRecord(topic: string, record: UpstreamRecord): RecordToSend {
  const { payload } = record;
  return recordToSend(
    topic,
    Buffer.from(record.clientId),
    Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength),
    new Map([
      [names.messageId, Buffer.from(record.messageId)],
      [names.kind, Buffer.from(record.kind)],
      [names.nodeId, Buffer.from(record.nodeId)],
      [names.receivedAtMs, Buffer.from(String(record.receivedAtMs))],
      [names.traceparent, Buffer.from(`00-${record.traceId}-${newSpanId()}-01`)],
    ]),
  );
}

function recordToSend(
  topic: string,
  key: Buffer | undefined,
  value: Buffer | undefined,
  headers: Map<Buffer, Buffer>,
): RecordToSend {
  const message = { topic, headers, ...(key && { key }), ...(value && { value }) };
  return { ...message, partition: compatibilityPartitioner(message, key) };
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
export function asDeadLetter(topic: string, record: RawRecord, reason: string): RecordToSend {
  const headers = new Map<Buffer, Buffer>();
  // A Buffer of its own for each, so that none takes another's place.
  for (const [name, text] of record.headers) headers.set(Buffer.from(name ?? ''), text ?? Buffer.alloc(0));
  headers.set(Buffer.from('reason'), Buffer.from(reason));
  headers.set(Buffer.from('failedAtMs'), Buffer.from(String(Date.now())));
  // A key that no client id can be is left out, so that the rest has room.
  const key = record.key && record.key.length <= maxKeyBytes ? record.key : undefined;
  return recordToSend(topic, key, record.value ?? undefined, headers);
}

const maxHeaderBytes = 128;
const maxReasonLength = 500;

/** A dead letter of 2 KB at most, whatever the record is like: its value and whatever else is large are left out. */
export function asDeadLetterWithoutPayload(topic: string, record: RawRecord, reason: string): RecordToSend {
  const headers: [Buffer, Buffer][] = [
    [Buffer.from('payloadOmitted'), Buffer.from(String(record.value?.length ?? 0))],
  ];
  const given = [...record.headers];
  for (const known of Object.values(names)) {
    const text = given.find(([name]) => name?.equals(known))?.[1];
    if (text && text.length <= maxHeaderBytes) headers.push([known, text]);
  }
  return asDeadLetter(topic, { key: record.key ?? null, headers }, reason.slice(0, maxReasonLength));
}

/** What a record takes on the wire and in the queue, to within a few bytes. */
export function recordBytes({ key, value, headers }: RecordToSend): number {
  let bytes = 100 + (key?.length ?? 0) + (value?.length ?? 0);
  for (const [name, text] of headers) bytes += name.length + text.length;
  return bytes;
}

let spanPool = Buffer.alloc(0);

/** 16 hex digits. Random bytes are drawn for 512 spans at a time: a draw costs more than the rest of a record. */
function newSpanId(): string {
  if (spanPool.length === 0) spanPool = randomBytes(512 * 8);
  const id = spanPool.toString('hex', 0, 8);
  spanPool = spanPool.subarray(8);
  return id;
}
