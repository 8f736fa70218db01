/** Bounds how many targets of one push are between their look-up and their row in the store. */
export class TargetWindow {
  readonly size: number;
  #free: number;
  #taker: { readonly count: number; resolve(): void; reject(error: Error): void } | null = null;
  #closed: Error | null = null;

  constructor(size: number) {
    this.size = size;
    this.#free = size;
  }

  /** Resolves once `count` places are this caller's, who is the only one to wait. Rejects once the window is closed. */
  take(count: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#taker = { count, resolve, reject };
    this.#serve();
    return promise;
  }

  give(count: number): void {
    this.#free += count;
    this.#serve();
  }

  close(error: Error): void {
    this.#closed ??= error;
    this.#serve();
  }

  #serve(): void {
    const taker = this.#taker;
    if (taker === null || (this.#closed === null && this.#free < taker.count)) return;
    this.#taker = null;
    if (this.#closed !== null) return taker.reject(this.#closed);
    this.#free -= taker.count;
    taker.resolve();
  }
}
