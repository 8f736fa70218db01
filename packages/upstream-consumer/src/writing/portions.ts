import type { UpstreamRecord } from '@longwire/cluster';

/** What any store can take well within its deadline. */
const maxPayloadBytes = 1_048_576;

/**
 * Cuts a batch into inserts of bounded size. A batch of large records in one insert could miss the store's deadline each
 * time that it is tried, and the log would never move on.
 */
export function* portions(batch: readonly UpstreamRecord[]): Generator<readonly UpstreamRecord[]> {
  let start = 0;
  let bytes = 0;
  for (const [index, { payload }] of batch.entries()) {
    if (index > start && bytes + payload.length > maxPayloadBytes) {
      yield batch.slice(start, index);
      start = index;
      bytes = 0;
    }
    bytes += payload.length;
  }
  if (batch.length > start) yield batch.slice(start);
}
