/**
 * Collects what is asked for within one turn of the event loop and sends it as few calls of up to `maxSize` entries.
 * A command costs the Redis client about 12 us of CPU whatever is in it, so this is what makes many claims cheap.
 */
export class TickBatch<Entry, Result> {
  readonly #maxSize: number;
  readonly #groupOf: ((entry: Entry) => number) | null;
  readonly #send: (entries: readonly Entry[]) => Promise<readonly Result[]>;
  #waiting: Waiting<Entry, Result>[] = [];

  /** `send` answers one result per entry, in order. Entries of different groups never share a call. */
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
    if (this.#waiting.length === 0) setImmediate(() => this.#flush());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entry, resolve, reject });
    });
  }

  #flush(): void {
    const all = this.#waiting;
    this.#waiting = [];
    const groupOf = this.#groupOf;
    const groups = groupOf === null ? [all] : Map.groupBy(all, ({ entry }) => groupOf(entry)).values();
    for (const group of groups) this.#call(group);
  }

  #call(group: readonly Waiting<Entry, Result>[]): void {
    for (let start = 0; start < group.length; start += this.#maxSize) {
      const part = group.slice(start, start + this.#maxSize);
      this.#send(part.map((waiting) => waiting.entry)).then(
        (results) => part.forEach((waiting, i) => waiting.resolve(results[i] as Result)),
        (error: unknown) => part.forEach((waiting) => waiting.reject(error)),
      );
    }
  }
}

interface Waiting<Entry, Result> {
  readonly entry: Entry;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}
