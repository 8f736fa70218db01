/** A map of bounded size: when it is full it forgets what was set longest ago. */
export class RecentMap<Value> {
  readonly #capacity: number;
  readonly #onForgotten: (value: Value) => void;
  readonly #values = new Map<string, Value>();

  /** `onForgotten` is told what had to go for something else. */
  constructor(capacity: number, onForgotten: (value: Value) => void) {
    this.#capacity = capacity;
    this.#onForgotten = onForgotten;
  }

  get(key: string): Value | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: Value): void {
    // Deleted first, so that the oldest stays in front.
    this.#values.delete(key);
    this.#values.set(key, value);
    if (this.#values.size <= this.#capacity) return;
    for (const [oldest, forgotten] of this.#values) {
      this.#values.delete(oldest);
      this.#onForgotten(forgotten);
      break;
    }
  }

  delete(key: string): void {
    this.#values.delete(key);
  }
}
