import fc from 'fast-check';
import { encodeFrame, type MessageName } from '../../src/index.ts';

/** A frame to be encoded: a type with a body, the message in the form of the code under test, a trace context or null. */
export interface AnyFrame {
  readonly name: MessageName;
  readonly message: Record<string, unknown>;
  readonly traceContext: Uint8Array | null;
}

const uint32 = fc.oneof(
  fc.integer({ min: 0, max: 4_294_967_295 }),
  fc.constantFrom(0, 1, 127, 128, 4_294_967_295),
);
const uint64 = fc.oneof(
  fc.maxSafeNat(),
  fc.constantFrom(0, 4_294_967_295, 4_294_967_296, Number.MAX_SAFE_INTEGER),
);
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 100 }),
  fc.constantFrom('', '\0', '\ufeff', '__proto__'),
);
const bytes = fc.uint8Array({ maxLength: 300 });
const messageId = fc.stringMatching(/^[A-Za-z0-9._:@-]{1,64}$/);
const clientId = fc.stringMatching(/^[A-Za-z0-9._:@-]{1,128}$/);
const kind = fc.stringMatching(/^[A-Za-z0-9._-]{1,64}$/);

const messages: Record<MessageName, fc.Arbitrary<Record<string, unknown>>> = {
  connect: fc.record({
    versionMin: uint32,
    versionMax: uint32,
    token: text.filter((token) => token !== ''),
    agent: text,
  }),
  connected: fc.record(
    {
      version: uint32,
      connection: text,
      heartbeatIntervalMs: uint32,
      idleTimeoutMs: uint32,
      limits: fc.record(
        { maxFrameBytes: uint32, maxInFlight: uint32, maxMessagesPerSecond: uint32 },
        { requiredKeys: [] },
      ),
      tokenExpiresAtMs: uint64,
    },
    { requiredKeys: [] },
  ),
  publish: fc.record({ messageId, kind, payload: bytes }),
  published: fc.record({ messageId, status: fc.integer({ min: 0, max: 2 }), detail: text }),
  send: fc.record({ messageId, to: clientId, payload: bytes }),
  sent: fc.record({ messageId, status: fc.integer({ min: 0, max: 4 }), detail: text }),
  deliver: fc.record({ deliveryId: uint32, messageId, from: text, payload: bytes, sentAtMs: uint64 }),
  acknowledge: fc.record({ deliveryIds: fc.array(uint32, { maxLength: 50 }) }),
  redirect: fc.record({ addresses: fc.array(text, { maxLength: 5 }), delayMs: uint32 }),
  close: fc.record({ code: uint32, reason: text, retryAfterMs: uint32 }, { requiredKeys: [] }),
  refresh: fc.record({ token: text.filter((token) => token !== '') }),
  refreshed: fc.record({ tokenExpiresAtMs: uint64 }),
};

export const anyFrame: fc.Arbitrary<AnyFrame> = fc.oneof(
  ...(Object.keys(messages) as MessageName[]).map((name) =>
    fc.record({
      name: fc.constant(name),
      message: messages[name],
      traceContext: fc.option(fc.uint8Array({ minLength: 25, maxLength: 25 })),
    }),
  ),
);

export function encodeAny({ name, message, traceContext }: AnyFrame): Uint8Array {
  return encodeFrame(name, message, traceContext);
}

/** Bytes that look like frames more often than chance has it: small types, small lengths, now and then an extension. */
export const frameLikeBytes: fc.Arbitrary<Uint8Array> = fc
  .array(
    fc.oneof(
      anyFrame.map(encodeAny),
      fc.uint8Array({ maxLength: 20 }),
      fc
        .tuple(fc.integer({ min: 0, max: 63 }), fc.uint8Array({ maxLength: 12 }))
        .map(([first, rest]) => Uint8Array.of(first, rest.length, ...rest)),
    ),
    { maxLength: 6 },
  )
  .map((parts) => Uint8Array.from(Buffer.concat(parts)));
