import { traceIdOf, type Frame } from '@longwire/protocol';

/** Makes a message outlive its frame: the payload is a view of bytes that the next read overwrites. */
export function kept<Message extends { payload?: Uint8Array | null }>(message: Message): Message {
  if (message.payload) message.payload = Buffer.from(message.payload);
  return message;
}

/** Null: the frame says nothing of a trace, or nothing valid. */
export function traceIdIn({ traceContext }: Frame): string | null {
  return traceContext === null ? null : traceIdOf(traceContext);
}
