import { atTurnEnd } from './turn-end.ts';

/**
 * A lane carries items to one place in order: what one turn of the event loop brings goes in one call, and while as many calls as may be are in
 * flight, what piles up goes in the next one. So batches grow with the load, and the two ends do not take turns, one waiting while the other works.
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
  /** Calls in flight at most. Calls begin in order; it is for `post` to keep it on the way. */
  readonly maxCalls: number;
  /** Makes the call. Must settle by a deadline of its own, and deal with its failures. */
  readonly post: (batch: readonly Item[]) => Promise<void>;
}

export class Lane<Item> {
  readonly #options: LaneOptions<Item>;
  #queue: Item[] = [];
  #queuedBytes = 0;
  #calls = 0;
  #isCallPlanned = false;

  constructor(options: LaneOptions<Item>) {
    this.#options = options;
  }

  /** Nothing waits and nothing is in flight. */
  get isIdle(): boolean {
    return this.#calls === 0 && !this.#isCallPlanned;
  }

  /** False when there is no room: the item was not taken. */
  add(item: Item): boolean {
    const bytes = this.#options.bytesOf(item);
    const { maxQueuedItems, maxQueuedBytes } = this.#options;
    if (this.#queue.length >= maxQueuedItems || this.#queuedBytes + bytes > maxQueuedBytes) return false;
    this.#queue.push(item);
    this.#queuedBytes += bytes;
    this.#planCall();
    return true;
  }

  #planCall(): void {
    if (this.#isCallPlanned || this.#queue.length === 0 || this.#calls >= this.#options.maxCalls) return;
    this.#isCallPlanned = true;
    // What the sockets that are ready now bring shares the call.
    atTurnEnd(() => void this.#call());
  }

  async #call(): Promise<void> {
    this.#isCallPlanned = false;
    this.#calls++;
    const settled = this.#options.post(this.#takeBatch());
    // More may wait than one call may hold.
    this.#planCall();
    await settled;
    this.#calls--;
    this.#planCall();
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
