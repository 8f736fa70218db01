/**
 * Where the next fetch of each partition begins. A broker fills its answer in the order in which it is asked for partitions, unless it keeps that
 * order by itself in a fetch session, of which it has only so many: so what gave records goes behind what gave none.
 */
export class PartitionPositions implements Iterable<[partition: number, offset: bigint]> {
  readonly #offsets: Map<number, bigint>;

  constructor(offsets: Iterable<[partition: number, offset: bigint]>) {
    this.#offsets = new Map(offsets);
  }

  [Symbol.iterator](): Iterator<[partition: number, offset: bigint]> {
    return this.#offsets[Symbol.iterator]();
  }

  get(partition: number): bigint | undefined {
    return this.#offsets.get(partition);
  }

  /** Never goes back: what was fetched twice, from an old and a new leader, counts once. */
  advance(partition: number, offset: bigint): void {
    const before = this.#offsets.get(partition);
    if (before === undefined || offset <= before) return;
    this.#offsets.delete(partition);
    this.#offsets.set(partition, offset);
  }
}
