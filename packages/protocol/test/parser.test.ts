import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { encodeFrame, FrameParser, FrameType, PING_FRAME, PONG_FRAME, type Frame } from '../src/index.ts';
import { anyFrame, encodeAny, frameLikeBytes } from './support/arbitraries.ts';
import { cutAt, parseChunks, plainFrame, singleBytes } from './support/reading.ts';
import { readFrames } from './support/reference-frames.ts';
import { hexOf } from './support/vectors.ts';

const publish = (messageId: string, payloadBytes: number) =>
  encodeFrame('publish', { messageId, kind: 'k', payload: new Uint8Array(payloadBytes).fill(0x5a) });
const join = (...parts: Uint8Array[]) => Uint8Array.from(Buffer.concat(parts));

describe('streams', () => {
  const cuts = fc.array(fc.nat(4000), { maxLength: 40 });

  test('any division of any frames gives the same frames', () => {
    fc.assert(
      fc.property(fc.array(anyFrame.map(encodeAny), { maxLength: 8 }), cuts, (frames, positions) => {
        const stream = join(...frames);
        const whole = readFrames(stream, 65_536);
        expect(whole).toMatchObject({ close: null, pendingBytes: 0 });
        expect(whole.frames).toHaveLength(frames.length);
        const inside = positions.map((position) => position % (stream.length + 1));
        expect(parseChunks([stream], 65_536)).toEqual(whole);
        expect(parseChunks(cutAt(stream, inside), 65_536)).toEqual(whole);
        expect(parseChunks(singleBytes(stream), 65_536)).toEqual(whole);
      }),
    );
  });

  test('any division of any bytes gives what the reference reads, within any limit', () => {
    fc.assert(
      fc.property(
        frameLikeBytes,
        cuts,
        fc.integer({ min: 0, max: 400 }),
        (bytes, positions, maxFrameBytes) => {
          const inside = positions.map((position) => position % (bytes.length + 1));
          const expected = readFrames(bytes, maxFrameBytes);
          expect(parseChunks([bytes], maxFrameBytes)).toEqual(expected);
          expect(parseChunks(cutAt(bytes, inside), maxFrameBytes)).toEqual(expected);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('every truncation of a stream gives its whole frames and waits with the rest', () => {
    fc.assert(
      fc.property(fc.array(anyFrame.map(encodeAny), { minLength: 1, maxLength: 3 }), (frames) => {
        const stream = join(...frames);
        for (let length = 0; length < stream.length; length += 1 + (length >> 5)) {
          const cut = stream.subarray(0, length);
          expect(parseChunks([cut], 65_536)).toEqual(readFrames(cut, 65_536));
          expect(parseChunks(cutAt(cut, [length >> 1]), 65_536)).toMatchObject({ close: null });
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('limits', () => {
  test('a frame of exactly the limit passes, one byte more does not, before any payload came', () => {
    const frame = Uint8Array.of(FrameType.publish, 0x80, 0x20, ...new Uint8Array(4096));
    expect(parseChunks([frame], 4096)).toMatchObject({ close: null, pendingBytes: 0 });
    expect(parseChunks([frame.subarray(0, 3)], 4096)).toMatchObject({ close: null, pendingBytes: 3 });
    expect(parseChunks([frame.subarray(0, 3)], 4095)).toMatchObject({ close: 'frameTooLarge' });
  });

  test('extension and body count together', () => {
    const frame = encodeFrame('close', { code: 3000 }, new Uint8Array(25));
    expect(parseChunks([frame], 31)).toMatchObject({ close: null });
    expect(parseChunks([frame], 30)).toMatchObject({ close: 'frameTooLarge' });
  });

  test.each(['in one chunk', 'one byte at a time'])(
    'a limit set from within onFrame holds for the next frame, %s',
    (how) => {
      const parser = new FrameParser(10);
      const stream = join(PING_FRAME, publish('a', 20), PING_FRAME, publish('b', 20));
      const chunks = how === 'in one chunk' ? [stream] : singleBytes(stream);
      const limits = [100, 100, 20];
      const seen: number[] = [];
      const problems = chunks.map((chunk) =>
        parser.push(chunk, (frame) => {
          seen.push(frame.type);
          parser.maxFrameBytes = limits.shift()!;
          return true;
        }),
      );
      expect(seen).toEqual([FrameType.ping, FrameType.publish, FrameType.ping]);
      expect(problems.filter((problem) => problem !== null).map(({ close }) => close)).toEqual([
        'frameTooLarge',
      ]);
    },
  );
});

describe('the end of parsing', () => {
  const three = join(PING_FRAME, publish('a', 3), PING_FRAME);

  test.each([1, 2, 3])(
    'onFrame that answers false at frame %i gets no more, from this chunk or a later one',
    (last) => {
      for (const chunks of [[three], singleBytes(three), cutAt(three, [1, 5])]) {
        const parser = new FrameParser(100);
        let seen = 0;
        for (const chunk of [...chunks, three, Uint8Array.of(0)])
          expect(parser.push(chunk, () => ++seen < last)).toBeNull();
        expect(seen).toBe(last);
        expect(parser.pendingBytes).toBe(0);
      }
    },
  );

  test('after an error it holds nothing and ignores what comes', () => {
    for (const chunks of [
      [Uint8Array.of(5, 0x80, 0x80, 0x00)],
      singleBytes(Uint8Array.of(5, 0x80, 0x80, 0x00)),
    ]) {
      const parser = new FrameParser(100);
      const problems = chunks.map((chunk) => parser.push(chunk, () => true));
      expect(problems.at(-1)).toMatchObject({ close: 'malformedFrame' });
      expect(parser.pendingBytes).toBe(0);
      expect(parser.push(PING_FRAME, () => expect.fail('a frame after the end'))).toBeNull();
    }
  });

  test('frames before the error are handed on', () => {
    expect(parseChunks([join(three, Uint8Array.of(0, 0))], 100)).toMatchObject({
      frames: [{ type: 'PING' }, { type: 'PUBLISH' }, { type: 'PING' }],
      close: 'malformedFrame',
    });
  });

  test('what onFrame throws passes through', () => {
    const parser = new FrameParser(100);
    const fail = () => {
      throw new RangeError('from the handler');
    };
    expect(() => parser.push(PING_FRAME, fail)).toThrow('from the handler');
  });
});

describe('memory', () => {
  afterEach(() => vi.restoreAllMocks());

  test('a frame that lies in one chunk is a view of it', () => {
    // Not a Buffer, whose `slice` is a view too.
    const chunk = Uint8Array.from(publish('a', 3));
    new FrameParser(100).push(chunk, ({ body }) => {
      expect([body.buffer, body.byteOffset]).toEqual([chunk.buffer, chunk.byteOffset + 2]);
      return true;
    });
  });

  test('a frame that was cut keeps its bytes whatever comes later', () => {
    const parser = new FrameParser(65_536);
    const kept: Frame[] = [];
    const frames = Array.from({ length: 20 }, (_, index) => publish(`m-${index}`, 10 + index * 7));
    const expected = frames.map((bytes) => readFrames(bytes, 65_536).frames[0]);
    const stream = join(...frames);
    for (let start = 0; start < stream.length; start += 11) {
      const chunk = stream.slice(start, start + 11);
      expect(parser.push(chunk, (frame) => kept.push(frame) > 0)).toBeNull();
      chunk.fill(0xee);
    }
    expect(kept.map(plainFrame)).toEqual(expected);
  });

  test('holds by what came, not by the length that was promised', () => {
    const begun = Uint8Array.of(FrameType.publish, 0x80, 0x80, 0x04, 0x0a);
    collectGarbage();
    const before = process.memoryUsage().arrayBuffers;
    const parsers = Array.from({ length: 1000 }, () => new FrameParser(65_536));
    for (const parser of parsers) expect(parser.push(begun, () => true)).toBeNull();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
    expect(parsers.every((parser) => parser.pendingBytes === begun.length)).toBe(true);
  });

  test('allocates a few times the size of a frame, even when that comes byte by byte', () => {
    const allocate = vi.spyOn(Buffer, 'allocUnsafeSlow');
    const frame = publish('a', 65_000);
    expect(parseChunks(singleBytes(frame), 65_536).frames).toHaveLength(1);
    const allocatedBytes = allocate.mock.calls.reduce((sum, [size]) => sum + size, 0);
    expect(allocatedBytes).toBeGreaterThanOrEqual(frame.length);
    expect(allocatedBytes).toBeLessThan(4 * frame.length);
  });

  test('copies nothing when no frame is cut', () => {
    const allocate = vi.spyOn(Buffer, 'allocUnsafeSlow');
    expect(parseChunks([join(PING_FRAME, publish('a', 1000), PONG_FRAME)], 65_536).frames).toHaveLength(3);
    expect(allocate).not.toHaveBeenCalled();
  });
});

test('PING and PONG are two bytes', () => {
  expect([hexOf(PING_FRAME), hexOf(PONG_FRAME)]).toEqual(['0300', '0400']);
});

/** Frees what earlier tests left behind, so that its end cannot hide what is allocated afterwards. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}
