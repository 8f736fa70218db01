import { hexOf } from './vectors.ts';

/*
 * A second reading of SPEC.md, sections 2 and 4 (the other half is reference-bodies.ts). It shares nothing with src, takes whole
 * buffers only, and is slow and plain: the vectors and the code under test are checked against it.
 */

/** Bytes that a receiver refuses, with the name of the close code. */
export class Refused extends Error {
  readonly close: string;
  constructor(close: string) {
    super(close);
    this.close = close;
  }
}

/** One frame; `body` and `traceContext` in hex. */
export interface PlainFrame {
  readonly type: string;
  readonly body: string;
  readonly traceContext: string | null;
}

/** The frames in order, then the close code of what follows them (or null) and how many bytes wait for more. */
export interface Reading {
  readonly frames: readonly PlainFrame[];
  readonly close: string | null;
  readonly pendingBytes: number;
}

const TYPES =
  'CONNECT CONNECTED PING PONG PUBLISH PUBLISHED SEND SENT DELIVER ACKNOWLEDGE REDIRECT CLOSE REFRESH REFRESHED'.split(
    ' ',
  );

/** The name of a frame type, by its number. */
export function typeName(type: number): string {
  return TYPES[type - 1]!;
}

export function readFrames(bytes: Uint8Array, maxFrameBytes: number): Reading {
  const frames: PlainFrame[] = [];
  let start = 0;
  try {
    while (start < bytes.length) {
      const header = readHeader(bytes.subarray(start), maxFrameBytes);
      if (header === null || start + header.size + header.length > bytes.length) break;
      const end = start + header.size + header.length;
      frames.push(readPayload(bytes[start]!, bytes.slice(start + header.size, end)));
      start = end;
    }
    return { frames, close: null, pendingBytes: bytes.length - start };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { frames, close: error.close, pendingBytes: 0 };
  }
}

function readHeader(bytes: Uint8Array, maxFrameBytes: number): { size: number; length: number } | null {
  const type = bytes[0]! % 32;
  if (type < 1 || type > 14) throw new Refused('malformedFrame');
  if (bytes[0]! >= 64) throw new Refused('unsupportedFeature');
  let length = 0;
  for (let size = 1; size <= 4; size++) {
    const byte = bytes[size];
    if (byte === undefined) return null;
    length += (byte % 128) * 128 ** (size - 1);
    if (length > maxFrameBytes) throw new Refused('frameTooLarge');
    if (byte >= 128) continue;
    if (byte === 0 && size > 1) throw new Refused('malformedFrame');
    return { size: size + 1, length };
  }
  throw new Refused('malformedFrame');
}

function readPayload(first: number, payload: Uint8Array): PlainFrame {
  const type = typeName(first % 32);
  if (first < 32) return { type, body: hexOf(payload), traceContext: null };
  const [extension, body] = cut(payload);
  let traceContext: string | null = null;
  let rest = extension;
  while (rest.length > 0) {
    const id = rest[0]!;
    const [value, next] = cut(rest.slice(1));
    rest = next;
    if (id >= 128) throw new Refused('unsupportedFeature');
    if (id !== 1) continue;
    if (value.length !== 25) throw new Refused('malformedFrame');
    traceContext = hexOf(value);
  }
  return { type, body: hexOf(body), traceContext };
}

/** Cuts off the bytes whose length comes first; answers them and what follows. */
function cut(bytes: Uint8Array): [Uint8Array, Uint8Array] {
  const size = bytes.findIndex((byte) => byte < 128) + 1;
  if (size < 1 || size > 4 || (size > 1 && bytes[size - 1] === 0)) throw new Refused('malformedFrame');
  let length = 0;
  for (let index = size - 1; index >= 0; index--) length = length * 128 + (bytes[index]! % 128);
  if (size + length > bytes.length) throw new Refused('malformedFrame');
  return [bytes.slice(size, size + length), bytes.slice(size + length)];
}
