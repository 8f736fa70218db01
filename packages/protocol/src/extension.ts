import type { ProtocolError } from './frame.ts';

/**
 * Header extension: `length (varint) | field*`, field = `id (1 byte) | length (varint) | value`.
 * A field whose id is 128 or more is critical: a receiver that does not know it refuses the frame. Others are skipped.
 */
export const ExtensionField = {
  /** W3C trace context: trace id (16 bytes), span id (8), flags (1). */
  traceContext: 1,
} as const;

export const TRACE_CONTEXT_BYTES = 25;
const FIRST_CRITICAL_FIELD = 128;

export interface Extension {
  /** Where the body begins in the payload. */
  readonly bodyStart: number;
  readonly traceContext: Uint8Array | null;
}

/** Reads the extension at the start of a payload. */
export function readExtension(payload: Uint8Array): Extension | ProtocolError {
  const length = readVarint(payload, 0);
  if (length === null) return malformed('the length of the header extension is cut off or too long');
  const end = length.next + length.value;
  if (end > payload.length) return malformed('the header extension reaches past the end of its frame');
  let position = length.next;
  let traceContext: Uint8Array | null = null;
  while (position < end) {
    const id = payload[position]!;
    const size = readVarint(payload, position + 1);
    if (size === null || size.next + size.value > end) return malformed(`extension field ${id} is cut off`);
    position = size.next + size.value;
    if (id === ExtensionField.traceContext) {
      if (size.value !== TRACE_CONTEXT_BYTES)
        return malformed(`a trace context has ${TRACE_CONTEXT_BYTES} bytes, this one ${size.value}`);
      traceContext = payload.subarray(size.next, position);
    } else if (id >= FIRST_CRITICAL_FIELD) {
      return {
        close: 'unsupportedFeature',
        detail: `critical extension field ${id} is not known in this version`,
      };
    }
  }
  return { bodyStart: end, traceContext };
}

/** The extension that carries one trace context. */
export function encodeTraceExtension(traceContext: Uint8Array): Uint8Array {
  const extension = new Uint8Array(3 + TRACE_CONTEXT_BYTES);
  extension[0] = 2 + TRACE_CONTEXT_BYTES;
  extension[1] = ExtensionField.traceContext;
  extension[2] = TRACE_CONTEXT_BYTES;
  extension.set(traceContext, 3);
  return extension;
}

/** Unsigned LEB128 of at most 4 bytes; null when cut off, too long, or longer than needed. */
function readVarint(bytes: Uint8Array, start: number): { value: number; next: number } | null {
  let value = 0;
  for (let index = 0; index < 4; index++) {
    const byte = bytes[start + index];
    if (byte === undefined) return null;
    value |= (byte & 0x7f) << (7 * index);
    if (byte < 0x80) return index > 0 && byte === 0 ? null : { value, next: start + index + 1 };
  }
  return null;
}

function malformed(detail: string): ProtocolError {
  return { close: 'malformedFrame', detail };
}
