import { randomBytes } from 'node:crypto';
import type { IHeaders, KafkaMessage, Message } from 'kafkajs';
import type { UpstreamRecord } from './upstream-log.ts';

/**
 * A record on Kafka: the key is the client id, the value is the payload, and everything else is a header in UTF-8:
 * `messageId`, `kind`, `nodeId`, `receivedAtMs` (decimal), `traceparent` (W3C: `00-<trace id>-<span id>-01`).
 * A dead letter has `reason` and `failedAtMs` besides.
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

/** The same message with the headers of a dead letter. */
export function asDeadLetter(message: Message | KafkaMessage, reason: string): Message {
  const headers: IHeaders = { ...message.headers, reason, failedAtMs: String(Date.now()) };
  return { key: message.key ?? null, value: message.value, headers };
}

/** Bytes of a message whose parts are not known, for the queue's bound. */
export function messageBytes(message: Message): number {
  let bytes = 150 + (message.key?.length ?? 0) + (message.value?.length ?? 0);
  for (const [name, value] of Object.entries(message.headers ?? {}))
    bytes += name.length + String(value).length;
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

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
