import { encodeCursor } from './cursor.ts';
import type { Page } from './store.ts';

/**
 * Makes a page of what a query for `limit + 1` rows found: the row too many only says that there is more.
 * `place` is what the cursor must hold to go on after a row.
 */
export function toPage<Found, Row>(
  found: readonly Found[],
  limit: number,
  toRow: (found: Found) => Row,
  place: (found: Found) => readonly (string | number)[],
): Page<Row> {
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  return {
    rows: rows.map(toRow),
    nextCursor: last !== undefined && found.length > limit ? encodeCursor(place(last)) : null,
  };
}
