import { readExtension } from './extension.ts';
import {
  FRAME_TYPE_MASK,
  FrameFlag,
  LAST_FRAME_TYPE,
  MAX_LENGTH_BYTES,
  type Frame,
  type FrameType,
  type ProtocolError,
} from './frame.ts';

const NO_BYTES = new Uint8Array(0);
const SMALLEST_PENDING_BYTES = 64;

/**
 * Turns a stream of bytes into frames. Push what arrives, cut anywhere; each whole frame goes to `onFrame`. A frame that
 * lies in one chunk is handed on as a view of it; only a frame cut by the end of a chunk is copied, and the copy
 * grows with the bytes that came, never with the length that they promise.
 */
export class FrameParser {
  /** Largest payload accepted, in bytes. May be changed between frames. */
  maxFrameBytes: number;
  #pending: Uint8Array = NO_BYTES;
  #pendingLength = 0;

  constructor(maxFrameBytes: number) {
    this.maxFrameBytes = maxFrameBytes;
  }

  /** Bytes held of a frame that is not complete. */
  get pendingBytes(): number {
    return this.#pendingLength;
  }

  /**
   * Takes the next bytes. `onFrame` answers false to stop (the rest is dropped). Answers what was wrong with the bytes, or
   * null; after an error the parser must not be used again. Throws only what `onFrame` throws.
   */
  push(chunk: Uint8Array, onFrame: (frame: Frame) => boolean): ProtocolError | null {
    let offset = 0;
    if (this.#pendingLength > 0) {
      const taken = this.#completePending(chunk, onFrame);
      if (typeof taken !== 'number') return taken;
      offset = taken;
    }
    while (offset < chunk.length) {
      const header = readHeader(chunk, offset, chunk.length, this.maxFrameBytes);
      if (header === null) break;
      if ('close' in header) return header;
      if (header.end > chunk.length) break;
      const error = emit(chunk[offset]!, chunk.subarray(header.payloadStart, header.end), onFrame);
      if (error !== null) return error === STOP ? null : error;
      offset = header.end;
    }
    if (offset < chunk.length) this.#append(chunk, offset, chunk.length);
    return null;
  }

  /** Completes the frame that an earlier chunk began. Answers how much of the chunk that took, or the end of parsing. */
  #completePending(chunk: Uint8Array, onFrame: (frame: Frame) => boolean): number | ProtocolError | null {
    let offset = 0;
    let header = readHeader(this.#pending, 0, this.#pendingLength, this.maxFrameBytes);
    while (header === null && offset < chunk.length) {
      this.#append(chunk, offset, ++offset);
      header = readHeader(this.#pending, 0, this.#pendingLength, this.maxFrameBytes);
    }
    if (header === null) return offset;
    if ('close' in header) return header;
    const end = Math.min(chunk.length, offset + header.end - this.#pendingLength);
    this.#append(chunk, offset, end);
    if (this.#pendingLength < header.end) return end;
    const frameBytes = this.#pending;
    this.#pending = NO_BYTES;
    this.#pendingLength = 0;
    const error = emit(frameBytes[0]!, frameBytes.subarray(header.payloadStart, header.end), onFrame);
    if (error === null) return end;
    return error === STOP ? null : error;
  }

  #append(chunk: Uint8Array, start: number, end: number): void {
    const needed = this.#pendingLength + end - start;
    if (needed > this.#pending.length) {
      const grown = Buffer.allocUnsafeSlow(
        Math.max(SMALLEST_PENDING_BYTES, needed, this.#pending.length * 2),
      );
      grown.set(this.#pending.subarray(0, this.#pendingLength));
      this.#pending = grown;
    }
    this.#pending.set(chunk.subarray(start, end), this.#pendingLength);
    this.#pendingLength = needed;
  }
}

interface Header {
  readonly payloadStart: number;
  readonly end: number;
}

/** Reads type and length at `start`; null when more bytes are needed. Every limit is checked here, before anything is kept. */
function readHeader(
  bytes: Uint8Array,
  start: number,
  available: number,
  maxFrameBytes: number,
): Header | ProtocolError | null {
  const first = bytes[start]!;
  const type = first & FRAME_TYPE_MASK;
  if (type === 0 || type > LAST_FRAME_TYPE)
    return { close: 'malformedFrame', detail: `frame type ${type} does not exist` };
  if ((first & (FrameFlag.encrypted | FrameFlag.signed)) !== 0)
    return { close: 'unsupportedFeature', detail: 'signed and encrypted frames are not part of version 1' };
  let length = 0;
  for (let index = 0; index < MAX_LENGTH_BYTES; index++) {
    const position = start + 1 + index;
    if (position >= available) return null;
    const byte = bytes[position]!;
    length |= (byte & 0x7f) << (7 * index);
    if (length > maxFrameBytes)
      return {
        close: 'frameTooLarge',
        detail: `a frame may hold ${maxFrameBytes} bytes now, this one says ${length} or more`,
      };
    if (byte < 0x80) {
      if (index > 0 && byte === 0)
        return { close: 'malformedFrame', detail: 'the length is written in more bytes than it needs' };
      return { payloadStart: position + 1, end: position + 1 + length };
    }
  }
  return { close: 'malformedFrame', detail: `the length is longer than ${MAX_LENGTH_BYTES} bytes` };
}

const STOP = Symbol('stop');

function emit(
  first: number,
  payload: Uint8Array,
  onFrame: (frame: Frame) => boolean,
): ProtocolError | typeof STOP | null {
  const type = (first & FRAME_TYPE_MASK) as FrameType;
  if ((first & FrameFlag.extended) === 0)
    return onFrame({ type, body: payload, traceContext: null }) ? null : STOP;
  const extension = readExtension(payload);
  if ('close' in extension) return extension;
  const { bodyStart, traceContext } = extension;
  return onFrame({ type, body: payload.subarray(bodyStart), traceContext }) ? null : STOP;
}
