import { StoreRejected } from './store.ts';

/** The same plain bytes whichever driver read them: mysql2 answers Buffers, whose `toString` and `slice` differ. */
export function plainBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Refuses a time that is no whole number; MySQL would round it, or take NaN for the name of a column. */
export function wholeMs(timeMs: number): number {
  if (Number.isSafeInteger(timeMs)) return timeMs;
  throw new StoreRejected('a time is not a whole number of milliseconds', 'wrong-value');
}
