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
  /** Largest payload accepted, in bytes. May be changed between frames, from within `onFrame` too. */
  maxFrameBytes: number;
  #pending: Uint8Array = NO_BYTES;
  #pendingLength = 0;
  #ended = false;

  constructor(maxFrameBytes: number) {
    this.maxFrameBytes = maxFrameBytes;
  }

  /** Bytes held of a frame that is not complete. */
  get pendingBytes(): number {
    return this.#pendingLength;
  }

  /**
   * Takes the next bytes. Answers what was wrong with them, or null. `onFrame` answers false to stop. After an error or
   * a stop the rest is dropped and later pushes are ignored. Throws only what `onFrame` throws; after that the parser must
   * not be used again.
   */
  push(chunk: Uint8Array, onFrame: (frame: Frame) => boolean): ProtocolError | null {
    const problem = this.#parse(chunk, onFrame);
    if (problem !== null) {
      this.#ended = true;
      this.#dropPending();
    }
    return problem;
  }

  #parse(chunk: Uint8Array, onFrame: (frame: Frame) => boolean): ProtocolError | null {
    const taken = this.#pendingLength === 0 ? 0 : this.#completePending(chunk, onFrame);
    if (typeof taken !== 'number') return taken;
    let offset = taken;
    while (offset < chunk.length && !this.#ended) {
      const header = readHeader(chunk, offset, chunk.length, this.maxFrameBytes);
      if (header !== null && 'close' in header) return header;
      if (header === null || header.end > chunk.length) {
        this.#append(chunk.subarray(offset));
        return null;
      }
      const problem = this.#emit(chunk[offset]!, chunk.subarray(header.payloadStart, header.end), onFrame);
      if (problem !== null) return problem;
      offset = header.end;
    }
    return null;
  }

  /** Completes the frame that an earlier chunk began, as far as this one goes. Answers how many bytes that took, or what was wrong. */
  #completePending(chunk: Uint8Array, onFrame: (frame: Frame) => boolean): number | ProtocolError {
    let taken = 0;
    let header = readHeader(this.#pending, 0, this.#pendingLength, this.maxFrameBytes);
    while (header === null && taken < chunk.length) {
      this.#append(chunk.subarray(taken, taken + 1));
      taken += 1;
      header = readHeader(this.#pending, 0, this.#pendingLength, this.maxFrameBytes);
    }
    if (header === null) return taken;
    if ('close' in header) return header;
    const payload = chunk.subarray(taken, taken + header.end - this.#pendingLength);
    this.#append(payload);
    taken += payload.length;
    if (this.#pendingLength < header.end) return taken;
    // The frame owns these bytes from here on: the next pending frame gets a buffer of its own.
    const bytes = this.#pending;
    this.#dropPending();
    return this.#emit(bytes[0]!, bytes.subarray(header.payloadStart, header.end), onFrame) ?? taken;
  }

  #append(bytes: Uint8Array): void {
    const needed = this.#pendingLength + bytes.length;
    if (needed > this.#pending.length) {
      const capacity = Math.max(SMALLEST_PENDING_BYTES, needed, this.#pending.length * 2);
      const grown = Buffer.allocUnsafeSlow(capacity);
      grown.set(this.#pending.subarray(0, this.#pendingLength));
      this.#pending = grown;
    }
    this.#pending.set(bytes, this.#pendingLength);
    this.#pendingLength = needed;
  }

  #dropPending(): void {
    this.#pending = NO_BYTES;
    this.#pendingLength = 0;
  }

  /** Hands a whole frame on. Answers what is wrong with its extension, or null. */
  #emit(first: number, payload: Uint8Array, onFrame: (frame: Frame) => boolean): ProtocolError | null {
    const type = (first & FRAME_TYPE_MASK) as FrameType;
    let frame: Frame = { type, body: payload, traceContext: null };
    if ((first & FrameFlag.extended) !== 0) {
      const extension = readExtension(payload);
      if ('close' in extension) return extension;
      frame = { type, body: payload.subarray(extension.bodyStart), traceContext: extension.traceContext };
    }
    if (!onFrame(frame)) this.#ended = true;
    return null;
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
