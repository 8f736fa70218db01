/**
 * What goes over a connection that was upgraded for calls between nodes, both ways: frames of
 *
 *     length u32 | number u32 | code u16 | body
 *
 * big-endian; `length` counts what follows it. In a call `number` is the caller's own, and `code` one of `CallCode`; its answer has the same
 * number, and an HTTP status for a code. A node that is about to close the connection says so with `FAREWELL`: it takes what was sent until
 * the caller has ended its side.
 */
export const callsUpgrade = { path: '/node/v1/calls', protocol: 'longwire-calls-v1' } as const;

/** By when such a call is answered: one for all, since a connection answers them in order. */
export const FREQUENT_CALL_DEADLINE_MS = 3000;

export const CallCode = { farewell: 0, deliver: 1, outcomes: 2 } as const;

export interface CallFrame {
  readonly number: number;
  readonly code: number;
  /** Of a frame that was read: a view of bytes that nobody changes. */
  readonly body: Uint8Array;
}

const LENGTH_BYTES = 4;
const HEADER_BYTES = 10;

const NO_BYTES = new Uint8Array(0);
export const FAREWELL: CallFrame = { number: 0, code: CallCode.farewell, body: NO_BYTES };

/** Frames one behind the other, in one piece. */
export function encodeCallFrames(frames: readonly CallFrame[]): Buffer {
  const bytes = Buffer.allocUnsafe(frames.reduce((sum, { body }) => sum + HEADER_BYTES + body.length, 0));
  let at = 0;
  for (const { number, code, body } of frames) {
    bytes.writeUInt32BE(HEADER_BYTES - LENGTH_BYTES + body.length, at);
    bytes.writeUInt32BE(number, at + LENGTH_BYTES);
    bytes.writeUInt16BE(code, at + LENGTH_BYTES + 4);
    bytes.set(body, at + HEADER_BYTES);
    at += HEADER_BYTES + body.length;
  }
  return bytes;
}

/** Bytes that are no frame, or one that is longer than may be; `number` is its own. No more can be read. */
export class BadCallFrame extends Error {
  override readonly name = 'BadCallFrame';
  readonly number: number;

  constructor(number: number, length: number) {
    super(`a frame of ${length} bytes`);
    this.number = number;
  }
}

/** Cuts what one connection brings into frames. */
export class CallFrameReader {
  readonly #maxBodyBytes: number;
  /** Of a frame that is not whole. */
  #pieces: Buffer[] = [];
  #held = 0;
  /** As many are needed before it is worth another look. */
  #wanted = HEADER_BYTES;

  constructor(maxBodyBytes: number) {
    this.#maxBodyBytes = maxBodyBytes;
  }

  /** Hands on each frame that is whole by now. @throws BadCallFrame */
  push(bytes: Buffer, onFrame: (frame: CallFrame) => void): void {
    this.#pieces.push(bytes);
    this.#held += bytes.length;
    if (this.#held < this.#wanted) return;
    const all = this.#pieces.length === 1 ? bytes : Buffer.concat(this.#pieces, this.#held);
    let at = 0;
    this.#wanted = HEADER_BYTES;
    while (all.length - at >= HEADER_BYTES) {
      const end = at + this.#frameBytes(all, at);
      if (end > all.length) {
        this.#wanted = end - at;
        break;
      }
      const number = all.readUInt32BE(at + LENGTH_BYTES);
      const code = all.readUInt16BE(at + LENGTH_BYTES + 4);
      onFrame({ number, code, body: all.subarray(at + HEADER_BYTES, end) });
      at = end;
    }
    this.#held = all.length - at;
    this.#pieces = this.#held === 0 ? [] : [all.subarray(at)];
  }

  #frameBytes(bytes: Buffer, at: number): number {
    const frameBytes = LENGTH_BYTES + bytes.readUInt32BE(at);
    const bodyBytes = frameBytes - HEADER_BYTES;
    if (bodyBytes >= 0 && bodyBytes <= this.#maxBodyBytes) return frameBytes;
    throw new BadCallFrame(bytes.readUInt32BE(at + LENGTH_BYTES), frameBytes);
  }
}
