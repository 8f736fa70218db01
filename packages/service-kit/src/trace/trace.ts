import { randomFillSync } from 'node:crypto';

/** One call for many ids: asking the kernel for 16 bytes at a time costs more than all the rest. */
const pool = Buffer.allocUnsafe(8192);
let used = pool.length;

function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString('hex', used - bytes, used);
}

/** A new trace id: 32 hex digits. */
export function newTraceId(): string {
  return randomHex(16);
}

const traceparentPattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/;

/** The trace id of a W3C `traceparent` header (https://www.w3.org/TR/trace-context/), or null if it is not a valid one. */
export function parseTraceparent(header: string | undefined): string | null {
  const match = header === undefined || header.length > 256 ? null : traceparentPattern.exec(header);
  if (!match) return null;
  const [, version, traceId, parentId, more] = match as unknown as [string, string, string, string, string?];
  const isValid =
    version !== 'ff' &&
    !(version === '00' && more !== undefined) &&
    !/^0+$/.test(traceId) &&
    !/^0+$/.test(parentId);
  return isValid ? traceId : null;
}

/** A `traceparent` header that carries the trace id on under a new parent id, marked as sampled. */
export function formatTraceparent(traceId: string): string {
  return `00-${traceId}-${randomHex(8)}-01`;
}
