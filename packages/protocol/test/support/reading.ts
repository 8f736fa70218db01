import {
  decodeMessage,
  FrameParser,
  isProtocolError,
  type Frame,
  type MessageName,
} from '../../src/index.ts';
import { typeName, type PlainFrame, type Reading } from './reference-frames.ts';
import type { PlainBody } from './reference-bodies.ts';
import { hexOf, toPlain } from './vectors.ts';

/** What the code under test makes of chunks, in the form of the reference. */
export function parseChunks(chunks: readonly Uint8Array[], maxFrameBytes: number): Reading {
  const parser = new FrameParser(maxFrameBytes);
  const frames: PlainFrame[] = [];
  for (const chunk of chunks) {
    const problem = parser.push(chunk, (frame) => {
      frames.push(plainFrame(frame));
      return true;
    });
    if (problem !== null) return { frames, close: problem.close, pendingBytes: parser.pendingBytes };
  }
  return { frames, close: null, pendingBytes: parser.pendingBytes };
}

export function plainFrame({ type, body, traceContext }: Frame): PlainFrame {
  return {
    type: typeName(type),
    body: hexOf(body),
    traceContext: traceContext === null ? null : hexOf(traceContext),
  };
}

/** The frames that whole bytes hold. */
export function framesOf(bytes: Uint8Array, maxFrameBytes = 65_536): Frame[] {
  const frames: Frame[] = [];
  new FrameParser(maxFrameBytes).push(bytes, (frame) => frames.push(frame) > 0);
  return frames;
}

/** What the code under test makes of a frame's body. */
export function decodeBody(frame: Frame): PlainBody {
  const type = typeName(frame.type);
  if (type === 'PING' || type === 'PONG') return { message: null };
  const message = decodeMessage(type.toLowerCase() as MessageName, frame);
  return isProtocolError(message) ? { close: message.close } : { message: toPlain(message) };
}

/** Bytes one at a time. */
export function singleBytes(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (byte) => Uint8Array.of(byte));
}

/** Bytes cut at positions (in any order, repeated ones give empty chunks). */
export function cutAt(bytes: Uint8Array, positions: readonly number[]): Uint8Array[] {
  const cuts = [0, ...[...positions].sort((a, b) => a - b), bytes.length];
  return cuts.slice(1).map((end, index) => bytes.slice(cuts[index], end));
}
