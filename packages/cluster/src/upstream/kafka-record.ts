import { randomBytes } from 'node:crypto';
import type { IHeaders, KafkaMessage, Message } from 'kafkajs';
import type { UpstreamRecord } from './upstream-log.ts';

/**
 * A record on Kafka: the key is the client id, the value is the payload, and everything else is a header in UTF-8:
 * `messageId`, `kind`, `nodeId`, `receivedAtMs` (decimal), `traceparent` (W3C: `00-<trace id>-<span id>-01`).
 * A dead letter has `reason` and `failedAtMs` besides, and `payloadOmitted` where it was too large to be kept whole: how
 * many bytes the value had that is left out.
 */
export function encodeRecord(record: UpstreamRecord): Message {
  return {
    key: record.clientId,
    value: asBuffer(record.payload),
    headers: {
      messageId: record.messageId,
      kind: record.kind,
      nodeId: record.nodeId,
      receivedAtMs: String(record.receivedAtMs),
      traceparent: `00-${record.traceId}-${newSpanId()}-01`,
    },
  };
}

/** What a record takes on the wire and in the queue, to within a few bytes: names of headers and framing are 150. */
export function recordBytes(record: UpstreamRecord): number {
  const { clientId, messageId, kind, nodeId, payload } = record;
  return clientId.length + messageId.length + kind.length + nodeId.length + payload.length + 150;
}

/** Throws an Error that says what is missing or wrong. */
export function decodeRecord(message: KafkaMessage): UpstreamRecord {
  if (!message.key || message.key.length === 0) throw new Error('no key');
  if (!message.value) throw new Error('no value');
  const header = (name: string): string => {
    const value = message.headers?.[name];
    if (value === undefined || Array.isArray(value) || value.length === 0)
      throw new Error(`no header ${name}`);
    return value.toString();
  };
  const receivedAtMs = Number(header('receivedAtMs'));
  if (!Number.isSafeInteger(receivedAtMs)) throw new Error('header receivedAtMs is not a whole number');
  const traceId = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(header('traceparent'))?.[1];
  if (traceId === undefined) throw new Error('header traceparent is not a W3C traceparent of version 00');
  return {
    clientId: message.key.toString(),
    messageId: header('messageId'),
    kind: header('kind'),
    payload: message.value,
    traceId,
    nodeId: header('nodeId'),
    receivedAtMs,
  };
}

const maxKeyBytes = 128;

/** The same message with the headers of a dead letter. */
export function asDeadLetter(message: Message | KafkaMessage, reason: string): Message {
  const headers: IHeaders = { ...message.headers, reason, failedAtMs: String(Date.now()) };
  const { key = null, value } = message;
  // A key that no client id can be is left out, so that the rest has room.
  return { key: partBytes(key) <= maxKeyBytes ? key : null, value, headers };
}

const maxHeaderBytes = 128;
const maxReasonLength = 500;
const recordHeaders = ['messageId', 'kind', 'nodeId', 'receivedAtMs', 'traceparent'];

/** A dead letter of 2 KB at most, whatever the message is like: its value and whatever else is large are left out. */
export function asDeadLetterWithoutPayload(message: Message | KafkaMessage, reason: string): Message {
  const { key, value, headers = {} } = message;
  const kept = recordHeaders.filter((name) => headers[name] && partBytes(headers[name]) <= maxHeaderBytes);
  const slim: IHeaders = { payloadOmitted: String(partBytes(value)) };
  for (const name of kept) slim[name] = headers[name];
  return asDeadLetter({ key: key ?? null, value: null, headers: slim }, reason.slice(0, maxReasonLength));
}

/** Bytes of a message whose parts are not known, for the queue's bound. */
export function messageBytes(message: Message): number {
  let bytes = 150 + partBytes(message.key) + partBytes(message.value);
  for (const [name, value] of Object.entries(message.headers ?? {}))
    bytes += Buffer.byteLength(name) + partBytes(value);
  return bytes;
}

/** Bytes of a key, a value or a header; a header may stand there several times. */
function partBytes(part: IHeaders[string] | null): number {
  if (part === undefined || part === null) return 0;
  return Array.isArray(part)
    ? part.reduce((bytes, one) => bytes + partBytes(one), 0)
    : Buffer.byteLength(part);
}

let spanPool = Buffer.alloc(0);

/** 16 hex digits. Random bytes are drawn for 512 spans at a time: a draw costs more than the rest of a record. */
function newSpanId(): string {
  if (spanPool.length === 0) spanPool = randomBytes(512 * 8);
  const id = spanPool.toString('hex', 0, 8);
  spanPool = spanPool.subarray(8);
  return id;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
