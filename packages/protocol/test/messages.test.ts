import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeMessage,
  encodeFrame,
  FrameType,
  isProtocolError,
  PublishStatus,
  SendStatus,
  traceContextOf,
  traceIdOf,
} from '../src/index.ts';
import { anyFrame, encodeAny } from './support/arbitraries.ts';
import { decodeBody, framesOf, plainFrame } from './support/reading.ts';
import { readBody } from './support/reference-bodies.ts';
import { fromPlain, hexOf, toPlain } from './support/vectors.ts';

test('every message comes back from its frame, in the code under test and in the reference', () => {
  fc.assert(
    fc.property(anyFrame, (any) => {
      const [frame, ...others] = framesOf(encodeAny(any));
      expect(others).toEqual([]);
      expect(frame!.type).toBe(FrameType[any.name]);
      expect(frame!.traceContext === null ? null : hexOf(frame!.traceContext)).toBe(
        any.traceContext === null ? null : hexOf(any.traceContext),
      );
      expect(decodeBody(frame!)).toEqual({ message: toPlain(any.message) });
      expect(readBody(plainFrame(frame!))).toEqual({ message: toPlain(any.message) });
    }),
    { numRuns: 2000 },
  );
});

test('a field that has its default is left out', () => {
  fc.assert(
    fc.property(anyFrame, (any) => {
      const withoutDefaults = { ...any, message: fromPlain(toPlain(any.message)) };
      expect(hexOf(encodeAny(any))).toBe(hexOf(encodeAny(withoutDefaults)));
    }),
  );
  expect(hexOf(encodeFrame('close', { code: 0, reason: '', retryAfterMs: 0 }))).toBe('0c00');
});

test('a field that is left out has its default, and numbers of 64 bits are numbers', () => {
  const [frame] = framesOf(Uint8Array.of(FrameType.connected, 0));
  const connected = decodeMessage('connected', frame!);
  if (isProtocolError(connected)) return expect.fail(connected.detail);
  expect(connected.tokenExpiresAtMs).toBe(0);
  expect([connected.version, connected.connection, connected.limits]).toEqual([0, '', null]);
  const [deliver] = framesOf(encodeFrame('deliver', { messageId: 'm', sentAtMs: 1_795_176_000_123 }));
  expect(decodeMessage('deliver', deliver!)).toMatchObject({ sentAtMs: 1_795_176_000_123 });
});

test('what is decoded is a view of the frame', () => {
  const [frame] = framesOf(
    encodeFrame('publish', { messageId: 'm', kind: 'k', payload: Uint8Array.of(1, 2, 3) }),
  );
  const publish = decodeMessage('publish', frame!);
  if (isProtocolError(publish)) return expect.fail(publish.detail);
  expect(publish.payload.buffer).toBe(frame!.body.buffer);
  expect(hexOf(publish.payload)).toBe('010203');
});

test('a frame that was refused says why, for people', () => {
  const [bad] = framesOf(encodeFrame('publish', { messageId: 'm', kind: 'a b' }));
  expect(decodeMessage('publish', bad!)).toEqual({
    close: 'invalidField',
    detail: 'PUBLISH: kind must be 1 to 64 of A-Z a-z 0-9 . _ -',
  });
  const [broken] = framesOf(Uint8Array.of(FrameType.close, 1, 8));
  expect(decodeMessage('close', broken!)).toMatchObject({
    close: 'malformedFrame',
    detail: expect.stringContaining('the body of CLOSE is not valid') as string,
  });
});

test('no message is taken for an error', () => {
  for (const name of [
    'connected',
    'published',
    'sent',
    'acknowledge',
    'redirect',
    'close',
    'refreshed',
  ] as const)
    expect(
      isProtocolError(
        decodeMessage(name, { type: FrameType[name], body: new Uint8Array(0), traceContext: null }),
      ),
    ).toBe(false);
});

test('the statuses are the numbers of SPEC.md', () => {
  expect(PublishStatus).toMatchObject({
    PUBLISH_STATUS_ACCEPTED: 0,
    PUBLISH_STATUS_RETRY: 1,
    PUBLISH_STATUS_REJECTED: 2,
  });
  expect(SendStatus).toMatchObject({
    SEND_STATUS_DELIVERED: 0,
    SEND_STATUS_OFFLINE: 1,
    SEND_STATUS_QUEUE_FULL: 2,
    SEND_STATUS_RETRY: 3,
    SEND_STATUS_REJECTED: 4,
  });
});

describe('trace context', () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';

  test('is made of trace id, span id and the sampled flag', () => {
    expect(hexOf(traceContextOf(traceId, '00f067aa0ba902b7'))).toBe(`${traceId}00f067aa0ba902b701`);
  });

  test('gives its trace id, from a view too, and none when that is all zero', () => {
    const context = traceContextOf(traceId, '00f067aa0ba902b7');
    expect(traceIdOf(context)).toBe(traceId);
    const [frame] = framesOf(encodeFrame('close', { code: 1000 }, context));
    expect(traceIdOf(frame!.traceContext!)).toBe(traceId);
    expect(traceIdOf(new Uint8Array(25).fill(1, 16))).toBeNull();
  });
});
