/** Rows and bytes of one insert: far below 65,535 parameters and any usual `max_allowed_packet`, binary doubled as hex. */
const maxRows = 1000;
const maxBytes = 1024 * 1024;
/** What a row takes beside its payload, generously. */
const rowOverheadBytes = 600;

/** Cuts rows into inserts of a size that every server takes; a row that is larger by itself goes alone. */
export function* chunks<Row>(
  rows: readonly Row[],
  payloadBytes: (row: Row) => number = () => 0,
): Generator<Row[]> {
  let chunk: Row[] = [];
  let bytes = 0;
  for (const row of rows) {
    const rowBytes = rowOverheadBytes + 2 * payloadBytes(row);
    if (chunk.length > 0 && (chunk.length === maxRows || bytes + rowBytes > maxBytes)) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(row);
    bytes += rowBytes;
  }
  if (chunk.length > 0) yield chunk;
}
