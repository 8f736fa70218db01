import type { CloseName } from './close-codes.ts';

/** Frame types, the low five bits of a frame's first byte. */
export const FrameType = {
  connect: 1,
  connected: 2,
  ping: 3,
  pong: 4,
  publish: 5,
  published: 6,
  send: 7,
  sent: 8,
  deliver: 9,
  acknowledge: 10,
  redirect: 11,
  close: 12,
  refresh: 13,
  refreshed: 14,
} as const;

export type FrameType = (typeof FrameType)[keyof typeof FrameType];

export const LAST_FRAME_TYPE: number = FrameType.refreshed;
export const FRAME_TYPE_MASK = 0x1f;

/** Flags, the high three bits of a frame's first byte. */
export const FrameFlag = {
  /** The payload begins with a header extension. */
  extended: 0x20,
  /** Reserved: the body is encrypted. Refused in version 1. */
  encrypted: 0x40,
  /** Reserved: the payload is signed. Refused in version 1. */
  signed: 0x80,
} as const;

/** One byte of type and flags, then 1 to 4 bytes of length. */
export const MAX_LENGTH_BYTES = 4;

/** Bytes of a whole frame after its type and length: what the limits are about. */
export function framePayloadBytes(frame: Uint8Array): number {
  let header = 2;
  while (frame[header - 1]! >= 0x80) header++;
  return frame.length - header;
}

export interface Frame {
  readonly type: FrameType;
  /** The body, a view of the bytes received: copy what must outlive the call. */
  readonly body: Uint8Array;
  /** 25 bytes of W3C trace context, when the frame carries it. */
  readonly traceContext: Uint8Array | null;
}

/** Why bytes were refused: the close code to send and a sentence for a person. */
export interface ProtocolError {
  readonly close: CloseName;
  readonly detail: string;
}
