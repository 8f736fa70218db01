import { backOffMs } from './backoff.ts';
import { UpstreamFull, UpstreamTooLarge, UpstreamUnavailable } from './upstream-log.ts';

export interface SendQueueLimits {
  readonly maxRecords: number;
  readonly maxBytes: number;
  /** How long a record may wait, from `add` to the log's acknowledgement. */
  readonly timeoutMs: number;
  readonly maxBatchRecords: number;
  readonly maxBatchBytes: number;
  /** Of the items of one group in one batch. */
  readonly maxGroupBytes: number;
}

/** An item that is being sent. */
export interface Sending<Item> {
  readonly item: Item;
}

/** Tells what became of some of what is being sent: the log holds it, or why it does not. */
export type Answer<Item> = (answered: readonly Sending<Item>[], error?: Error) => void;

export interface SendQueueParts<Item> {
  readonly limits: SendQueueLimits;
  /** The part of the log that the item goes to: it keeps the order of its items, takes only so much at once, and may fail alone. */
  readonly groupOf: (item: Item) => number;
  /** One try: answers for some before others, as it hears of them. What has no answer when the promise settles has failed. */
  readonly send: (batch: readonly Sending<Item>[], answer: Answer<Item>) => Promise<void>;
}

/** The answer for items that the log has refused for their size: another try of all of them together cannot help. */
export class BatchTooLarge extends Error {
  override readonly name = 'BatchTooLarge';
}

interface Group {
  /** Those waiting and those under way. */
  records: number;
  /** Under way. While there are any, no other of the group is sent: so order holds. */
  sent: number;
  /** Tries in a row that failed, why the last one did, and until when there is no other. */
  failures: number;
  lastError: unknown;
  restsUntilMs: number;
  /** Once the circuit is open. */
  refusesUntilMs: number;
  /** How many may go in one batch: fewer while the log says that they are too large together. */
  maxRecords: number;
}

interface Waiting<Item> extends Sending<Item> {
  readonly group: Group;
  readonly bytes: number;
  readonly deadlineMs: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  /** The batch in which it was sent, until that is answered for. */
  sentIn: readonly Waiting<Item>[] | null;
  settled: boolean;
}

/** After this many failed tries in a row of its group a new record is refused at once. */
const failuresToBreak = 3;
const refuseCapMs = 2000;
const tickMs = 50;

/**
 * A bounded queue in front of a log. The next batch goes when an answer to the last has come, with what has arrived meanwhile:
 * so the batches grow with the load and no delay is added. Nor does a group of which nothing is heard hold up the others:
 * they go without it, 50 ms later at most. Of each group only one batch is under way, so its order holds.
 *
 * What failed is tried again, by itself, until its deadline. After repeated failure the circuit of its group opens: records
 * are refused at once, but for one at a time that probes whether that part of the log is back.
 */
export class SendQueue<Item> {
  readonly #parts: SendQueueParts<Item>;
  readonly #limits: SendQueueLimits;
  readonly #groups = new Map<number, Group>();
  /** In order of arrival, and so of deadlines. */
  #waiting: Waiting<Item>[] = [];
  readonly #sent = new Set<readonly Waiting<Item>[]>();
  #records = 0;
  #bytes = 0;
  #isScheduled = false;
  /** Nothing was heard of the last batch yet. */
  #isUnanswered = false;
  #closing = false;
  #ticker: NodeJS.Timeout | null = null;
  #onEmpty: (() => void)[] = [];

  constructor(parts: SendQueueParts<Item>) {
    this.#parts = parts;
    this.#limits = parts.limits;
  }

  get records(): number {
    return this.#records;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Resolves once the log holds the item; rejects as UpstreamLog.publish does. */
  add(item: Item, bytes: number): Promise<void> {
    const group = this.#groupOf(item);
    const refusal = this.#refusal(group, bytes);
    if (refusal) return Promise.reject(refusal);
    this.#records += 1;
    this.#bytes += bytes;
    group.records += 1;
    this.#ticker ??= setInterval(() => this.#tick(), tickMs);
    const nowMs = performance.now();
    // Otherwise nothing more can be sent than before, and to look through all that waits would cost much.
    if (group.sent === 0 && group.restsUntilMs <= nowMs) this.#schedule();
    const deadlineMs = nowMs + this.#limits.timeoutMs;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, group, bytes, deadlineMs, resolve, reject, sentIn: null, settled: false });
    });
  }

  /** Takes nothing new; resolves when every record was acknowledged or met its deadline. */
  async close(): Promise<void> {
    this.#closing = true;
    if (this.#records > 0) await new Promise<void>((resolve) => this.#onEmpty.push(resolve));
    if (this.#ticker) clearInterval(this.#ticker);
  }

  #groupOf(item: Item): Group {
    const number = this.#parts.groupOf(item);
    let group = this.#groups.get(number);
    if (group === undefined) {
      group = {
        ...{ records: 0, sent: 0, maxRecords: Infinity },
        ...{ failures: 0, lastError: undefined, restsUntilMs: 0, refusesUntilMs: 0 },
      };
      this.#groups.set(number, group);
    }
    return group;
  }

  #refusal(group: Group, bytes: number): Error | null {
    if (this.#closing) return new UpstreamUnavailable('the upstream log is closing');
    const { maxRecords, maxBytes, maxBatchBytes, maxGroupBytes } = this.#limits;
    const largest = Math.min(maxBytes, maxBatchBytes, maxGroupBytes);
    if (bytes > largest) return new UpstreamTooLarge(`a record of ${bytes} bytes never fits in ${largest}`);
    if (this.#records >= maxRecords || this.#bytes + bytes > maxBytes)
      return new UpstreamFull(`${this.#records} records of ${this.#bytes} bytes are waiting`);
    const { failures, lastError: cause } = group;
    if (failures < failuresToBreak || (group.records === 0 && performance.now() >= group.refusesUntilMs))
      return null;
    return new UpstreamUnavailable(`the upstream log failed ${failures} times in a row`, { cause });
  }

  /** Not at once, so that whatever is added in this turn of the event loop shares the batch. */
  #schedule(): void {
    if (this.#isScheduled || this.#isUnanswered) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      if (!this.#isUnanswered) this.#sendBatch();
    });
  }

  #sendBatch(): void {
    const batch = this.#takeBatch();
    if (batch.length > 0) void this.#send(batch);
  }

  /** Never rejects: what becomes of the batch is told to each record's caller. */
  async #send(batch: readonly Waiting<Item>[]): Promise<void> {
    this.#sent.add(batch);
    this.#isUnanswered = true;
    let failure = new Error('the log did not answer for it');
    try {
      // It gives back in its answers what it was given.
      await this.#parts.send(batch, (some, error) =>
        this.#answered(batch, some as readonly Waiting<Item>[], error),
      );
    } catch (error) {
      failure = error as Error;
    }
    this.#sent.delete(batch);
    this.#answered(batch, batch, failure);
  }

  /** As many as fit, each group's from the front. */
  #takeBatch(): Waiting<Item>[] {
    const { maxBatchRecords, maxBatchBytes } = this.#limits;
    const shares = new Map<Group, Share>();
    const nowMs = performance.now();
    const batch: Waiting<Item>[] = [];
    const left: Waiting<Item>[] = [];
    let bytes = 0;
    for (const waiting of this.#waiting) {
      const { group } = waiting;
      if (batch.length === maxBatchRecords || bytes + waiting.bytes > maxBatchBytes) break;
      let share = shares.get(group);
      if (share === undefined) {
        share = { records: 0, bytes: 0, isClosed: group.sent > 0 || group.restsUntilMs > nowMs };
        shares.set(group, share);
      }
      if (this.#joins(waiting, share)) {
        bytes += waiting.bytes;
        group.sent += 1;
        waiting.sentIn = batch;
        batch.push(waiting);
      } else left.push(waiting);
    }
    const rest = this.#waiting.splice(batch.length + left.length);
    this.#waiting = left.length === 0 ? rest : [...left, ...rest];
    return batch;
  }

  /** Whether there is room for it in its group's share; if not, there is none for what comes behind it. */
  #joins({ group, bytes }: Waiting<Item>, share: Share): boolean {
    share.isClosed ||= share.records >= group.maxRecords || share.bytes + bytes > this.#limits.maxGroupBytes;
    if (share.isClosed) return false;
    share.records += 1;
    share.bytes += bytes;
    return true;
  }

  #answered(batch: readonly Waiting<Item>[], some: readonly Waiting<Item>[], error: Error | undefined): void {
    // What has failed may be under way again, in another batch.
    const answered = some.filter(({ sentIn }) => sentIn === batch);
    if (answered.length === 0) return;
    for (const waiting of answered) {
      waiting.sentIn = null;
      waiting.group.sent -= 1;
      if (error === undefined) this.#taken(waiting);
    }
    if (error !== undefined) this.#failed(answered, error);
    this.#isUnanswered = false;
    this.#sendBatch();
  }

  #taken(waiting: Waiting<Item>): void {
    waiting.group.failures = 0;
    // Twice as many, once all of its share are taken.
    waiting.group.maxRecords += 1;
    this.#settle(waiting);
  }

  #failed(answered: readonly Waiting<Item>[], error: Error): void {
    for (const [group, own] of Map.groupBy(answered, (waiting) => waiting.group)) {
      if (error instanceof BatchTooLarge) this.#tooLarge(group, own, error);
      else giveRest(group, error);
    }
    const back = answered.filter(({ settled }) => !settled);
    this.#waiting = [...back, ...this.#waiting].sort((a, b) => a.deadlineMs - b.deadlineMs);
  }

  /** Finds by halves what the log refuses, so that one bad record takes nothing down with it. */
  #tooLarge(group: Group, own: readonly Waiting<Item>[], cause: BatchTooLarge): void {
    group.maxRecords = own.length === 1 ? Infinity : Math.ceil(own.length / 2);
    if (own.length === 1)
      this.#settle(
        own[0]!,
        new UpstreamTooLarge('the upstream log refused the record for its size', { cause }),
      );
  }

  /** Says no to what has met its deadline, and sends what was to rest for a while. */
  #tick(): void {
    const nowMs = performance.now();
    // Those of a batch stay in it until all are answered for.
    const isLate = ({ settled, deadlineMs }: Waiting<Item>) => !settled && deadlineMs <= nowMs;
    const firstInTime = this.#waiting.findIndex((waiting) => !isLate(waiting));
    const late = this.#waiting.splice(0, firstInTime < 0 ? this.#waiting.length : firstInTime);
    for (const batch of this.#sent) late.push(...batch.filter(isLate));
    for (const waiting of late) {
      const { lastError: cause } = waiting.group;
      this.#settle(
        waiting,
        new UpstreamUnavailable('the upstream log did not take the record in time', { cause }),
      );
    }
    this.#isUnanswered = false;
    if (this.#waiting.length > 0) this.#schedule();
    if (this.#records > 0 || !this.#ticker) return;
    clearInterval(this.#ticker);
    this.#ticker = null;
  }

  #settle(waiting: Waiting<Item>, error?: Error): void {
    if (waiting.settled) return;
    waiting.settled = true;
    waiting.group.records -= 1;
    this.#records -= 1;
    this.#bytes -= waiting.bytes;
    if (error) waiting.reject(error);
    else waiting.resolve();
    if (this.#records === 0) for (const resolve of this.#onEmpty.splice(0)) resolve();
  }
}

/** What goes of one group in the batch that is being put together. */
interface Share {
  records: number;
  bytes: number;
  isClosed: boolean;
}

function giveRest(group: Group, error: Error): void {
  const nowMs = performance.now();
  group.failures += 1;
  group.lastError = error;
  group.restsUntilMs = nowMs + backOffMs(group.failures);
  group.refusesUntilMs = nowMs + Math.random() * refuseCapMs;
}
