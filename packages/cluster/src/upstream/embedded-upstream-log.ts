import { backOff } from './backoff.ts';
import {
  maxUpstreamPayloadBytes,
  UpstreamFull,
  UpstreamTooLarge,
  UpstreamUnavailable,
  type UpstreamConsumer,
  type UpstreamLog,
  type UpstreamRecord,
} from './upstream-log.ts';

type Handle = (batch: readonly UpstreamRecord[]) => Promise<void>;

interface Consumer {
  readonly handle: Handle;
  /** Settles when the batch that this consumer was given last is done with. */
  inHand: Promise<unknown>;
}

/** Consumers of one name. They take turns, one batch at a time, so that order holds whoever is next. */
interface Group {
  /** Number of the next record to hand out, counted from the first ever published. */
  cursor: number;
  readonly consumers: Set<Consumer>;
  /** The pass through the log that is under way. */
  pass: Promise<void> | null;
}

export interface DeadLetter {
  readonly record: UpstreamRecord;
  readonly reason: string;
  readonly failedAtMs: number;
}

const maxBatchRecords = 1000;
const maxDeadLetters = 1000;
/** What a record takes in memory besides its payload, roughly. */
const recordOverheadBytes = 400;

/**
 * The upstream log in the memory of one process, bounded by count and bytes. A record is kept until every group has
 * consumed it and its room is needed; a group that comes later starts at the oldest still kept.
 */
export class EmbeddedUpstreamLog implements UpstreamLog {
  readonly #maxRecords: number;
  readonly #maxBytes: number;
  readonly #groups = new Map<string, Group>();
  readonly #deadLetters: DeadLetter[] = [];
  #records: UpstreamRecord[] = [];
  #bytes = 0;
  /** Number of the first record in #records. */
  #first = 0;
  #closing = false;

  constructor({
    maxRecords = 50_000,
    maxBytes = 33_554_432,
  }: { maxRecords?: number; maxBytes?: number } = {}) {
    this.#maxRecords = maxRecords;
    this.#maxBytes = maxBytes;
  }

  async publish(record: UpstreamRecord): Promise<void> {
    if (this.#closing) throw new UpstreamUnavailable('the upstream log is closed');
    const bytes = bytesOf(record);
    if (record.payload.length > maxUpstreamPayloadBytes || bytes > this.#maxBytes)
      throw new UpstreamTooLarge(`a payload of ${record.payload.length} bytes can never be taken`);
    if (!this.#hasRoom(bytes)) this.#dropConsumed();
    if (!this.#hasRoom(bytes)) {
      throw new UpstreamFull(`${this.#records.length} records of ${this.#bytes} bytes are waiting`);
    }
    this.#records.push(record);
    this.#bytes += bytes;
    for (const group of this.#groups.values()) this.#wake(group);
  }

  async consume(name: string, handle: Handle): Promise<UpstreamConsumer> {
    const group = this.#groups.get(name) ?? { cursor: this.#first, consumers: new Set(), pass: null };
    const consumer: Consumer = { handle, inHand: Promise.resolve() };
    this.#groups.set(name, group);
    group.consumers.add(consumer);
    this.#wake(group);
    return {
      stop: async () => {
        group.consumers.delete(consumer);
        await consumer.inHand;
      },
    };
  }

  async deadLetter(record: UpstreamRecord, reason: string): Promise<void> {
    this.#deadLetters.push({ record, reason, failedAtMs: Date.now() });
    if (this.#deadLetters.length > maxDeadLetters) this.#deadLetters.shift();
  }

  /** The last thousand records that were put aside. */
  deadLetters(): readonly DeadLetter[] {
    return this.#deadLetters;
  }

  /** What the slowest group has not consumed. */
  queue(): { records: number; bytes: number; maxRecords: number; maxBytes: number } {
    const waiting = this.#records.slice(this.#slowestCursor() - this.#first);
    return {
      records: waiting.length,
      bytes: waiting.reduce((total, record) => total + bytesOf(record), 0),
      maxRecords: this.#maxRecords,
      maxBytes: this.#maxBytes,
    };
  }

  async ping(): Promise<void> {
    if (this.#closing) throw new UpstreamUnavailable('the upstream log is closed');
  }

  async close(): Promise<void> {
    this.#closing = true;
    const inHand: Promise<unknown>[] = [];
    for (const { consumers } of this.#groups.values()) {
      inHand.push(...[...consumers].map((consumer) => consumer.inHand));
      consumers.clear();
    }
    await Promise.all(inHand);
  }

  #hasRoom(bytes: number): boolean {
    return this.#records.length < this.#maxRecords && this.#bytes + bytes <= this.#maxBytes;
  }

  #slowestCursor(): number {
    const cursors = [...this.#groups.values()].map((group) => group.cursor);
    return cursors.length === 0 ? this.#first : Math.min(...cursors);
  }

  #dropConsumed(): void {
    const dropped = this.#records.splice(0, this.#slowestCursor() - this.#first);
    this.#first += dropped.length;
    for (const record of dropped) this.#bytes -= bytesOf(record);
  }

  #wake(group: Group): void {
    group.pass ??= this.#pass(group);
  }

  /** Hands out what there is until nothing is left or nobody is there to take it. */
  async #pass(group: Group): Promise<void> {
    // Let whoever publishes go on first, so that records arriving together go out together.
    await new Promise((resolve) => setImmediate(resolve));
    for (let attempt = 1; ; attempt += 1) {
      const start = group.cursor - this.#first;
      const batch = this.#records.slice(start, start + maxBatchRecords);
      const [next] = group.consumers;
      if (!next || batch.length === 0) break;
      group.consumers.delete(next);
      group.consumers.add(next);
      const done = handOut(next, batch).then(
        () => true,
        () => false,
      );
      next.inHand = done;
      if (await done) {
        group.cursor += batch.length;
        attempt = 0;
      } else {
        await backOff(attempt);
      }
    }
    // Here and not when the promise settles: a record published in between would wake nobody.
    group.pass = null;
  }
}

/** Async, so that a handler which throws at once is a handler that rejected. */
async function handOut(consumer: Consumer, batch: readonly UpstreamRecord[]): Promise<void> {
  await consumer.handle(batch);
}

function bytesOf(record: UpstreamRecord): number {
  return record.payload.length + recordOverheadBytes;
}
