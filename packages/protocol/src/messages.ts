import { protobuf } from './protobuf.ts'; // before the generated code
import { longwire } from '../generated/messages.js';
import { FrameFlag, FrameType, type Frame, type ProtocolError } from './frame.ts';
import { encodeTraceExtension } from './extension.ts';
import { isClientId, isKind, isMessageId } from './limits.ts';

const v1 = longwire.v1;
export const PublishStatus = v1.PublishStatus;
export type PublishStatus = longwire.v1.PublishStatus;
export const SendStatus = v1.SendStatus;
export type SendStatus = longwire.v1.SendStatus;

/** Frame types that have a body, by name, and what the body holds. */
export interface Messages {
  connect: longwire.v1.Connect;
  connected: longwire.v1.Connected;
  publish: longwire.v1.Publish;
  published: longwire.v1.Published;
  send: longwire.v1.Send;
  sent: longwire.v1.Sent;
  deliver: longwire.v1.Deliver;
  acknowledge: longwire.v1.Acknowledge;
  redirect: longwire.v1.Redirect;
  close: longwire.v1.Close;
  refresh: longwire.v1.Refresh;
  refreshed: longwire.v1.Refreshed;
}

type Properties = {
  connect: longwire.v1.Connect.$Properties;
  connected: longwire.v1.Connected.$Properties;
  publish: longwire.v1.Publish.$Properties;
  published: longwire.v1.Published.$Properties;
  send: longwire.v1.Send.$Properties;
  sent: longwire.v1.Sent.$Properties;
  deliver: longwire.v1.Deliver.$Properties;
  acknowledge: longwire.v1.Acknowledge.$Properties;
  redirect: longwire.v1.Redirect.$Properties;
  close: longwire.v1.Close.$Properties;
  refresh: longwire.v1.Refresh.$Properties;
  refreshed: longwire.v1.Refreshed.$Properties;
};

export type MessageName = keyof Messages;

interface Codec<Name extends MessageName> {
  encode(message: Properties[Name], writer: protobuf.Writer): protobuf.Writer;
  decode(body: Uint8Array): Messages[Name];
}

const codecs: { readonly [Name in MessageName]: Codec<Name> } = {
  connect: v1.Connect,
  connected: v1.Connected,
  publish: v1.Publish,
  published: v1.Published,
  send: v1.Send,
  sent: v1.Sent,
  deliver: v1.Deliver,
  acknowledge: v1.Acknowledge,
  redirect: v1.Redirect,
  close: v1.Close,
  refresh: v1.Refresh,
  refreshed: v1.Refreshed,
};

/** PING and PONG are the same two bytes every time. */
export const PING_FRAME: Uint8Array = Uint8Array.of(FrameType.ping, 0);
export const PONG_FRAME: Uint8Array = Uint8Array.of(FrameType.pong, 0);

/**
 * A whole frame, header and body in one buffer, with the trace context (25 bytes) as header extension if given. Strings must be
 * well-formed (`toWellFormed()`): the receiver refuses a lone surrogate. Fields are not checked: decodeMessage does that.
 */
export function encodeFrame<Name extends MessageName>(
  name: Name,
  message: Properties[Name],
  traceContext: Uint8Array | null = null,
): Uint8Array {
  const writer = protobuf.Writer.create();
  // A first byte below 128 is its own varint, and a forked writer prefixes its bytes with their length as a varint: just a frame.
  writer.uint32(FrameType[name] | (traceContext === null ? 0 : FrameFlag.extended)).fork();
  if (traceContext !== null) writer.raw(encodeTraceExtension(traceContext));
  codecs[name].encode(message, writer);
  return writer.ldelim().finish();
}

/**
 * Decodes the body of a frame and checks its fields by the rules of SPEC.md. Never throws. Bytes fields are views of
 * the frame's body.
 */
export function decodeMessage<Name extends MessageName>(
  name: Name,
  frame: Frame,
): Messages[Name] | ProtocolError {
  let message: Messages[Name];
  try {
    message = codecs[name].decode(frame.body);
  } catch (error) {
    return {
      close: 'malformedFrame',
      detail: `the body of ${name.toUpperCase()} is not valid: ${(error as Error).message}`,
    };
  }
  const problem = fieldRules[name]?.(message) ?? null;
  return problem === null ? message : { close: 'invalidField', detail: `${name.toUpperCase()}: ${problem}` };
}

/** Tells a decoded message from the reason why there is none. */
export function isProtocolError(value: object): value is ProtocolError {
  return 'close' in value;
}

const MESSAGE_ID_RULE = 'message_id must be 1 to 64 of A-Z a-z 0-9 . _ : @ -';

function hasToken({ token }: { token: string }): string | null {
  return token === '' ? 'token is missing' : null;
}

const fieldRules: { readonly [Name in MessageName]?: (message: Messages[Name]) => string | null } = {
  connect: hasToken,
  refresh: hasToken,
  publish: ({ messageId, kind }) => {
    if (!isMessageId(messageId)) return MESSAGE_ID_RULE;
    return isKind(kind) ? null : 'kind must be 1 to 64 of A-Z a-z 0-9 . _ -';
  },
  send: ({ messageId, to }) => {
    if (!isMessageId(messageId)) return MESSAGE_ID_RULE;
    return isClientId(to) ? null : 'to must be a client id: 1 to 128 of A-Z a-z 0-9 . _ : @ -';
  },
  deliver: ({ messageId }) => (isMessageId(messageId) ? null : MESSAGE_ID_RULE),
};
