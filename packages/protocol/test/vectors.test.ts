import { describe, expect, test } from 'vitest';
import { encodeFrame, PING_FRAME, PONG_FRAME, type MessageName } from '../src/index.ts';
import { cutAt, decodeBody, framesOf, parseChunks, singleBytes } from './support/reading.ts';
import { readBody } from './support/reference-bodies.ts';
import { readFrames, typeName } from './support/reference-frames.ts';
import { bytesOf, fromPlain, hexOf, vectors, type ValidVector } from './support/vectors.ts';

const MAX_FRAME_BYTES = 65_536;

function encode({ type, message, traceContext }: ValidVector): Uint8Array {
  if (type === 'PING') return PING_FRAME;
  if (type === 'PONG') return PONG_FRAME;
  const name = type.toLowerCase() as MessageName;
  return encodeFrame(name, fromPlain(message!), traceContext === null ? null : bytesOf(traceContext));
}

/** The first close code that the frames or their bodies give. */
function closeOf(chunks: readonly Uint8Array[], maxFrameBytes: number): string | null {
  const reading = parseChunks(chunks, maxFrameBytes);
  for (const { type, body } of reading.frames) {
    const decoded = decodeBody({ type: typeNumber(type), body: bytesOf(body), traceContext: null });
    if ('close' in decoded) return decoded.close;
  }
  return reading.close;
}

function typeNumber(name: string): Parameters<typeof decodeBody>[0]['type'] {
  for (let type = 1; type <= 14; type++)
    if (typeName(type) === name) return type as Parameters<typeof decodeBody>[0]['type'];
  throw new Error(`no such type: ${name}`);
}

describe.each(vectors.valid)('valid: $name', (vector) => {
  const bytes = bytesOf(vector.hex);

  test('says what the reference reads from it', () => {
    const { frames, close, pendingBytes } = readFrames(bytes, MAX_FRAME_BYTES);
    expect({ count: frames.length, close, pendingBytes }).toEqual({ count: 1, close: null, pendingBytes: 0 });
    expect(frames[0]).toMatchObject({ type: vector.type, traceContext: vector.traceContext });
    expect(readBody(frames[0]!)).toEqual({ message: vector.message });
  });

  test('is parsed and decoded', () => {
    expect(parseChunks([bytes], MAX_FRAME_BYTES)).toEqual(readFrames(bytes, MAX_FRAME_BYTES));
    expect(framesOf(bytes).map(decodeBody)).toEqual([{ message: vector.message }]);
  });

  test('is what its message is encoded to, unless it is for decoding only', () => {
    const encoded = hexOf(encode(vector));
    if (vector.decodeOnly === true) expect(encoded).not.toBe(vector.hex);
    else expect(encoded).toBe(vector.hex);
  });

  test('cut at any byte waits for more, and is the same frame afterwards', () => {
    const whole = readFrames(bytes, MAX_FRAME_BYTES);
    for (let cut = 0; cut < bytes.length; cut++) {
      const begun = parseChunks([bytes.subarray(0, cut)], MAX_FRAME_BYTES);
      if (begun.frames.length > 0 || begun.close !== null || begun.pendingBytes !== cut)
        expect.fail(`${cut} bytes gave ${JSON.stringify(begun)}`);
      const halves = parseChunks(cutAt(bytes, [cut]), MAX_FRAME_BYTES);
      if (halves.frames[0]?.body !== whole.frames[0]!.body) expect(halves).toEqual(whole);
    }
    expect(parseChunks(singleBytes(bytes), MAX_FRAME_BYTES)).toEqual(whole);
  });
});

describe.each(vectors.invalid)('invalid: $name', ({ hex, maxFrameBytes, close }) => {
  const bytes = bytesOf(hex);

  test('is refused by the reference', () => {
    const { frames, close: frameClose } = readFrames(bytes, maxFrameBytes);
    const bodies = frames.map((frame) => readBody(frame));
    const refused = bodies.find((body) => body !== 'unspecified' && 'close' in body);
    expect(refused ?? { close: frameClose }).toEqual({ close });
  });

  test('is refused with the same code however it is cut', () => {
    expect(closeOf([bytes], maxFrameBytes)).toBe(close);
    expect(closeOf(singleBytes(bytes), maxFrameBytes)).toBe(close);
    for (let cut = 0; cut <= bytes.length; cut++)
      expect(closeOf(cutAt(bytes, [cut]), maxFrameBytes), `cut at ${cut}`).toBe(close);
  });
});

test('all valid vectors as one stream give their frames in order', () => {
  const stream = Buffer.concat(vectors.valid.map(({ hex }) => bytesOf(hex)));
  const frames = framesOf(stream);
  expect(frames.map((frame) => typeName(frame.type))).toEqual(vectors.valid.map(({ type }) => type));
  expect(frames.map(decodeBody)).toEqual(vectors.valid.map(({ message }) => ({ message })));
});

test('the vectors have every frame type, every close code of parser and decoder, and no name twice', () => {
  const names = [...vectors.valid, ...vectors.invalid].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const types = Array.from({ length: 14 }, (_, index) => typeName(index + 1));
  expect(new Set(vectors.valid.map(({ type }) => type))).toEqual(new Set(types));
  expect(new Set(vectors.invalid.map(({ close }) => close))).toEqual(
    new Set(['malformedFrame', 'unsupportedFeature', 'frameTooLarge', 'invalidField']),
  );
});
