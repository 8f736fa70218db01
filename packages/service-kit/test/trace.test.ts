import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatTraceparent, newTraceId, parseTraceparent } from '../src/index.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';

describe('trace ids', () => {
  it('are 32 hex digits and differ, over more than one filling of the pool', () => {
    const ids = Array.from({ length: 5000 }, newTraceId);
    expect(new Set(ids).size).toBe(5000);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
  });

  it('travel in a traceparent header', () => {
    const header = formatTraceparent(traceId);
    expect(header).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
    expect(parseTraceparent(header)).toBe(traceId);
  });

  it('are taken from a later version of the header, which may be longer', () => {
    expect(parseTraceparent(`cc-${traceId}-b7ad6b7169203331-00-more`)).toBe(traceId);
  });

  it.each([
    undefined,
    '',
    traceId,
    `00-${traceId}-b7ad6b7169203331`,
    `00-${traceId.toUpperCase()}-b7ad6b7169203331-01`,
    `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `ff-${traceId}-b7ad6b7169203331-01`,
    `00-${traceId}-b7ad6b7169203331-01-more`,
    `cc-${traceId}-b7ad6b7169203331-01-${'x'.repeat(300)}`,
  ])('are not taken from %s', (header) => {
    expect(parseTraceparent(header)).toBeNull();
  });

  it('are null or 32 hex digits whatever the header', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (header) => {
        const parsed = parseTraceparent(header);
        expect(parsed === null || /^[0-9a-f]{32}$/.test(parsed)).toBe(true);
      }),
    );
  });
});
