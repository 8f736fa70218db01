/**
 * A lane carries items to one place in order: one call is in flight, and what piles up meanwhile goes in the next one. So
 * batches grow with the load, and nothing waits when there is none.
 */
export interface LaneOptions<Item> {
  /** Bounds of what waits, without the batch in flight. */
  readonly maxQueuedItems: number;
  readonly maxQueuedBytes: number;
  /** Bounds of one call; a single larger item goes alone. */
  readonly maxBatchWork: number;
  readonly maxBatchBytes: number;
  readonly bytesOf: (item: Item) => number;
  /** What is to be done for an item there; 1 for each unless given. */
  readonly workOf?: (item: Item) => number;
  /** Makes the call. Must settle by a deadline of its own, and deal with its failures. */
  readonly post: (batch: readonly Item[]) => Promise<void>;
}

export class Lane<Item> {
  readonly #options: LaneOptions<Item>;
  #queue: Item[] = [];
  #queuedBytes = 0;
  #running = false;

  constructor(options: LaneOptions<Item>) {
    this.#options = options;
  }

  /** Nothing waits and nothing is in flight. */
  get isIdle(): boolean {
    return !this.#running;
  }

  /** False when there is no room: the item was not taken. */
  add(item: Item): boolean {
    const bytes = this.#options.bytesOf(item);
    const { maxQueuedItems, maxQueuedBytes } = this.#options;
    if (this.#queue.length >= maxQueuedItems || this.#queuedBytes + bytes > maxQueuedBytes) return false;
    this.#queue.push(item);
    this.#queuedBytes += bytes;
    if (!this.#running) {
      this.#running = true;
      // After the sockets that are ready now have been read, so that what they bring shares the call.
      setImmediate(() => void this.#run());
    }
    return true;
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) await this.#options.post(this.#takeBatch());
    this.#running = false;
  }

  #takeBatch(): Item[] {
    const { maxBatchWork, maxBatchBytes, bytesOf, workOf = () => 1 } = this.#options;
    let count = 0;
    let bytes = 0;
    let work = 0;
    for (const item of this.#queue) {
      const itemBytes = bytesOf(item);
      const itemWork = workOf(item);
      if (count > 0 && (bytes + itemBytes > maxBatchBytes || work + itemWork > maxBatchWork)) break;
      bytes += itemBytes;
      work += itemWork;
      count++;
    }
    this.#queuedBytes -= bytes;
    if (count === this.#queue.length) {
      const all = this.#queue;
      this.#queue = [];
      return all;
    }
    return this.#queue.splice(0, count);
  }
}
