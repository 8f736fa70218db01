import type { CloseName } from '../../src/index.ts';
import type { PlainMessage } from '../support/vectors.ts';
import type { RuleId } from './rules.ts';

/*
 * The form of SPEC.md, section 5, and what the cases are written with. Bytes are made here by hand, not with the encoder under test.
 */

/** Hex, hex that is repeated, a placeholder in UTF-8, or a frame whose fields may hold placeholders. */
export type Part =
  string | { readonly hex: string; readonly times: number } | { readonly text: string } | FramePart;

export interface FramePart {
  readonly type: string;
  readonly message: PlainMessage;
}

export type Step = { readonly as?: string } & (
  | { readonly send: readonly Part[]; readonly chunkBytes?: number }
  | { readonly finish: true }
  | { readonly expect: readonly FramePart[] }
  | { readonly close: CloseName; readonly before?: readonly FramePart[] }
  | { readonly end: true; readonly before?: readonly FramePart[] }
  | { readonly over: true }
  | { readonly quietMs: number }
  | { readonly do: 'publish' | 'send' | 'close'; readonly message?: PlainMessage }
  | { readonly received: readonly PlainMessage[] }
  | { readonly answered: { readonly message_id: string; readonly outcome: string } }
  | { readonly next: 'reconnects' | 'signs-in' | 'stays-away'; readonly notBeforeMs?: number }
);

export type Start = 'accepted' | 'signed-in' | 'elsewhere';

/** What the server under test is set to for a case, where that is not as always. */
export interface ServerSettings {
  readonly loginTimeoutMs?: number;
  readonly frameTimeoutMs?: number;
  readonly heartbeatIntervalMs?: number;
  readonly idleTimeoutMs?: number;
  readonly messagesPerSecond?: number;
  readonly framesPerSecond?: number;
  readonly maxLoginsPerMinute?: number;
  readonly loginBanMs?: number;
  readonly maxConnections?: number;
}

export interface Conversation {
  readonly name: string;
  readonly under: 'server' | 'client';
  readonly because: string;
  readonly server?: ServerSettings;
  readonly start: { readonly [connection: string]: Start };
  readonly steps: readonly Step[];
}

/** As written here: the rule by its number alone. */
export interface Case {
  readonly name: string;
  readonly because: RuleId;
  readonly server?: ServerSettings;
  readonly start: Start | { readonly [connection: string]: Start };
  readonly steps: readonly Step[];
}

export const TYPES =
  'CONNECT CONNECTED PING PONG PUBLISH PUBLISHED SEND SENT DELIVER ACKNOWLEDGE REDIRECT CLOSE REFRESH REFRESHED'.split(
    ' ',
  );

export function byteHex(...bytes: number[]): string {
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function textHex(text: string): string {
  return Buffer.from(text).toString('hex');
}

/** LEB128, as short as possible. */
export function varint(value: number): string {
  return value < 128 ? byteHex(value) : byteHex(128 + (value % 128)) + varint(Math.floor(value / 128));
}

export function sized(hex: string): string {
  return varint(hex.length / 2) + hex;
}

/** A field of wire type 2: text in UTF-8, or bytes given as hex. */
export function field(fieldNumber: number, value: string | { readonly hex: string }): string {
  return varint(fieldNumber * 8 + 2) + sized(typeof value === 'string' ? textHex(value) : value.hex);
}

/** A field of wire type 0. */
export function number(fieldNumber: number, value: number): string {
  return varint(fieldNumber * 8) + varint(value);
}

/** A frame with this payload, whatever it holds. */
export function frame(type: string, payload = '', flags = 0): string {
  return byteHex(TYPES.indexOf(type) + 1 + flags) + sized(payload);
}

export const EXTENDED = 0x20;
export const PING = '0300';
export const TRACE_CONTEXT = '4bf92f3577b34da6a3ce929d0e0e473600f067aa0ba902b701';

/** A frame with a header extension of these fields. */
export function extended(type: string, extension: string, body: string): string {
  return frame(type, sized(extension) + body, EXTENDED);
}

export function publish(messageId: string, kind = 'k', payload = ''): string {
  return frame('PUBLISH', publishBody(messageId, kind, payload));
}

export function publishBody(messageId: string, kind = 'k', payload = ''): string {
  return field(1, messageId) + field(2, kind) + (payload === '' ? '' : field(3, { hex: payload }));
}

export function sendTo(messageId: string, to: string, payload = ''): string {
  return frame(
    'SEND',
    field(1, messageId) + field(2, to) + (payload === '' ? '' : field(3, { hex: payload })),
  );
}

export function connectBody(token: string, more = '', min = 1, max = 1): string {
  return number(1, min) + number(2, max) + field(3, token) + more;
}

export const send = (...parts: Part[]): Step => ({ send: parts });
export const expectFrames = (...frames: FramePart[]): Step => ({ expect: frames });
export const close = (name: CloseName): Step => ({ close: name });
export const end: Step = { end: true };
export const over: Step = { over: true };
export const finish: Step = { finish: true };
export const by = (as: string, step: Step): Step => ({ as, ...step });

export const pong: FramePart = { type: 'PONG', message: {} };
/** The connection goes on: it answers PING, and nothing came before. */
export const alive: readonly Step[] = [send(PING), expectFrames(pong)];

export const accepted = (messageId: string): FramePart => ({
  type: 'PUBLISHED',
  message: { message_id: messageId, status: 0 },
});
export const sent = (messageId: string, status: number): FramePart => ({
  type: 'SENT',
  message: { message_id: messageId, status },
});
export const SENT = { delivered: 0, offline: 1, queueFull: 2, retry: 3, rejected: 4 } as const;
export const connect = (message: PlainMessage = {}): FramePart => ({
  type: 'CONNECT',
  message: { version_min: 1, version_max: 1, token: '$token.a', ...message },
});
export const connected: FramePart = { type: 'CONNECTED', message: { version: 1 } };

/** Cases that all have one reason and start. */
export function each<Row>(
  rows: readonly Row[],
  make: (row: Row) => { readonly name: string; readonly steps: readonly Step[] },
  { because, start }: { because: RuleId; start: Case['start'] },
): Case[] {
  return rows.map((row) => ({ because, start, ...make(row) }));
}
