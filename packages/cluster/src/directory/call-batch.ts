/** No entry waits longer for the answer to an earlier call. */
const MAX_WAIT_MS = 5;

/**
 * Sends what is asked for in few calls of up to `maxSize` entries: what comes in one turn of the event loop goes together, and so does what
 * comes while a call is under way, so that calls grow with the load. A command costs the Redis client about 25 us of CPU whatever is in it,
 * so this is what makes many claims cheap.
 */
export class CallBatch<Entry, Result> {
  readonly #maxSize: number;
  readonly #groupOf: ((entry: Entry) => number) | null;
  readonly #send: (entries: readonly Entry[]) => Promise<readonly Result[]>;
  #waiting: Waiting<Entry, Result>[] = [];
  #callsUnderWay = 0;
  #timer: NodeJS.Timeout | undefined;

  /**
   * `send` answers one result per entry, in order. Entries of different groups never share a call; there are so many groups that waiting for
   * a call would gather next to nothing.
   */
  constructor(
    maxSize: number,
    groupOf: ((entry: Entry) => number) | null,
    send: (entries: readonly Entry[]) => Promise<readonly Result[]>,
  ) {
    this.#maxSize = maxSize;
    this.#groupOf = groupOf;
    this.#send = send;
  }

  add(entry: Entry): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entry, resolve, reject });
      if (this.#waiting.length === 1) this.#plan();
      else if (this.#waiting.length === this.#maxSize) this.#flush();
    });
  }

  #plan(): void {
    if (this.#callsUnderWay === 0 || this.#groupOf !== null) setImmediate(() => this.#flush());
    else this.#timer = setTimeout(() => this.#flush(), MAX_WAIT_MS);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    const all = this.#waiting;
    this.#waiting = [];
    const groupOf = this.#groupOf;
    const groups = groupOf === null ? [all] : Map.groupBy(all, ({ entry }) => groupOf(entry)).values();
    for (const group of groups) if (group.length > 0) void this.#call(group);
  }

  /** At most `maxSize` have gathered. Never rejects. */
  async #call(group: readonly Waiting<Entry, Result>[]): Promise<void> {
    this.#callsUnderWay++;
    try {
      const results = await this.#send(group.map(({ entry }) => entry));
      this.#ended();
      group.forEach(({ resolve }, i) => resolve(results[i] as Result));
    } catch (error) {
      this.#ended();
      for (const { reject } of group) reject(error);
    }
  }

  #ended(): void {
    this.#callsUnderWay--;
    if (this.#callsUnderWay === 0 && this.#waiting.length > 0) this.#flush();
  }
}

interface Waiting<Entry, Result> {
  readonly entry: Entry;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}
