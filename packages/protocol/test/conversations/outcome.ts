import type { CloseName } from '../../src/index.ts';
import { readBody } from '../support/reference-bodies.ts';
import { readFrames, type PlainFrame } from '../support/reference-frames.ts';
import { bytesOf } from '../support/vectors.ts';
import {
  accepted,
  alive,
  expectFrames,
  finish,
  over,
  pong,
  send,
  sent,
  SENT,
  type FramePart,
  type Step,
} from './build.ts';

/*
 * What a server must make of any bytes, worked out from the second reading of SPEC.md (support/reference-*.ts), never from a server. For cases that
 * are too many to be written by hand: truncations and flipped bits. Every token in them is a bad one, and every recipient is offline.
 */

const LIMITS = { accepted: 4096, 'signed-in': 65_536 };

/** What follows one frame: an answer, a close code, the end, or nothing. `unspecified` where SPEC.md leaves it open. */
type Reply = FramePart | { readonly close: CloseName } | 'end' | 'nothing' | 'unspecified';

/** The whole conversation about these bytes. */
export function conversationOf(hex: string, start: 'accepted' | 'signed-in'): readonly Step[] {
  const reading = readFrames(bytesOf(hex), LIMITS[start]);
  const answers: FramePart[] = [];
  for (const frame of reading.frames) {
    const reply = start === 'accepted' ? beforeLogin(frame) : signedIn(frame);
    if (reply === 'unspecified') return [send(hex), finish, over];
    if (reply === 'end') return [send(hex), { end: true, ...before(answers) }];
    if (reply === 'nothing') continue;
    if ('close' in reply) return [send(hex), { close: reply.close, ...before(answers) }];
    answers.push(reply);
  }
  if (reading.close !== null) return [send(hex), { close: reading.close as CloseName, ...before(answers) }];
  const answered = answers.length === 0 ? [] : [expectFrames(...answers)];
  if (reading.pendingBytes > 0) return [send(hex), ...answered, finish, { end: true }];
  if (start === 'accepted') return [send(hex), ...answered, finish, { end: true }];
  return [send(hex), ...answered, ...alive];
}

function before(answers: readonly FramePart[]): { before?: readonly FramePart[] } {
  return answers.length === 0 ? {} : { before: answers };
}

function beforeLogin(frame: PlainFrame): Reply {
  if (frame.type !== 'CONNECT') return { close: 'expectedConnect' };
  const body = readBody(frame);
  if (body === 'unspecified') return body;
  if ('close' in body) return { close: body.close as CloseName };
  const { version_min = 0, version_max = 0 } = body.message as { version_min?: number; version_max?: number };
  return { close: version_min <= 1 && version_max >= 1 ? 'tokenInvalid' : 'unsupportedVersion' };
}

function signedIn(frame: PlainFrame): Reply {
  if (frame.type === 'PING') return pong;
  if (frame.type === 'CLOSE') return 'end';
  if (!['PUBLISH', 'SEND', 'ACKNOWLEDGE', 'REFRESH'].includes(frame.type))
    return { close: 'unexpectedFrame' };
  const body = readBody(frame);
  if (body === 'unspecified') return body;
  if ('close' in body) return { close: body.close as CloseName };
  const messageId = (body.message as { message_id?: string }).message_id ?? '';
  if (frame.type === 'PUBLISH') return accepted(messageId);
  if (frame.type === 'SEND') return sent(messageId, SENT.offline);
  return frame.type === 'REFRESH' ? { close: 'tokenInvalid' } : 'nothing';
}
