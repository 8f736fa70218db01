import { TRACE_CONTEXT_BYTES } from './extension.ts';

/** The 32 hex digits of the trace id in a frame's trace context, or null if it is all zero (invalid by W3C Trace Context). */
export function traceIdOf(traceContext: Uint8Array): string | null {
  const traceId = Buffer.from(traceContext.buffer, traceContext.byteOffset, 16).toString('hex');
  return traceId === '0'.repeat(32) ? null : traceId;
}

/** A trace context of version 00 with the sampled flag, from 32 hex digits of trace id and 16 of span id. */
export function traceContextOf(traceId: string, spanId: string): Uint8Array {
  const context = Buffer.alloc(TRACE_CONTEXT_BYTES);
  context.write(traceId, 0, 16, 'hex');
  context.write(spanId, 16, 8, 'hex');
  context[24] = 1;
  return context;
}
