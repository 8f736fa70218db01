import { expect, test } from 'vitest';
import { cutAt, decodeBody, framesOf, parseChunks } from './support/reading.ts';
import { readBody } from './support/reference-bodies.ts';
import { readFrames, type Reading } from './support/reference-frames.ts';
import { bytesOf, hexOf, vectors } from './support/vectors.ts';

/*
 * Damaged and random bytes: frames, an error or "more", never a throw, and the same as the reference says. Plain loops with a
 * fixed seed: fast-check would spend most of the time on its own bookkeeping.
 */

const LARGE_VECTOR_BYTES = 1000;

/** Throws when code under test and reference differ. Quicker than an `expect` for each of a million buffers. */
function compare(bytes: Uint8Array, cut: number, maxFrameBytes: number): Reading {
  const expected = readFrames(bytes, maxFrameBytes);
  const wanted = JSON.stringify(expected);
  for (const chunks of [[bytes], cutAt(bytes, [cut])]) {
    const got = JSON.stringify(parseChunks(chunks, maxFrameBytes));
    if (got !== wanted) expect.fail(`${hexOf(bytes)} cut at ${cut}: ${got} instead of ${wanted}`);
  }
  framesOf(bytes, maxFrameBytes).forEach((frame, index) => {
    const body = readBody(expected.frames[index]!);
    const decoded = decodeBody(frame);
    if (body !== 'unspecified' && !isSameBody(decoded, body))
      expect(decoded, `the body of frame ${index} of ${hexOf(bytes)}`).toEqual(body);
  });
  return expected;
}

function isSameBody(one: object, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

test('every single-bit flip of every valid vector', () => {
  for (const { hex } of vectors.valid) {
    const bytes = bytesOf(hex);
    const isLarge = bytes.length > LARGE_VECTOR_BYTES;
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const index = bit >> 3;
      bytes[index]! ^= 1 << (bit & 7);
      // The middle of a large vector is one letter over and over: the reference need not read it for each of its bits.
      if (!isLarge || index < 40 || index % 1009 === 0) compare(bytes, index, 65_536);
      else framesOf(bytes).forEach(decodeBody);
      bytes[index]! ^= 1 << (bit & 7);
    }
  }
});

test('random bytes, shaped so that many become frames', () => {
  const random = seededRandom(20_261_120);
  const below = (limit: number) => Math.floor(random() * limit);
  const outcomes = new Map<string, number>();
  const deadline = performance.now() + 20_000;
  let count = 0;
  for (; count < 200_000 && performance.now() < deadline; count++) {
    const bytes = Uint8Array.from({ length: below(48) }, () => below(256));
    // Three of four begin with an existing type, some with EXTENDED, and most of those with a length that fits.
    if (bytes.length > 2 && below(4) > 0) {
      bytes[0] = 1 + below(14) + (below(4) === 0 ? 0x20 : 0);
      if (below(4) > 0) bytes[1] = below(bytes.length);
      // Small numbers in the body make tags and lengths that lead further in.
      if (below(2) === 0) for (let index = 2; index < bytes.length; index++) bytes[index]! &= 0x1f;
    }
    const { frames, close, pendingBytes } = compare(bytes, below(bytes.length + 1), 40);
    const outcome = close ?? (frames.length > 0 ? 'frames' : pendingBytes > 0 ? 'more' : 'nothing');
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  expect(count).toBeGreaterThan(2000);
  const rare = ['frames', 'more', 'malformedFrame', 'unsupportedFeature', 'frameTooLarge'].filter(
    (outcome) => (outcomes.get(outcome) ?? 0) < count / 200,
  );
  expect(rare, `too few of these among ${JSON.stringify([...outcomes])}`).toEqual([]);
});

/** Mulberry32: small, quick, the same on every machine. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
