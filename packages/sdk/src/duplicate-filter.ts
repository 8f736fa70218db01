/** A bounded memory of received messages, oldest forgotten first. */
export class DuplicateFilter {
  /** Key to whether the application has taken the message. */
  readonly #taken = new Map<string, boolean>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /**
   * Asks about a message that came in: `new` (now remembered as being handled), `in-hand` (it is still being
   * handled) or `taken`.
   */
  begin(key: string): 'new' | 'in-hand' | 'taken' {
    const taken = this.#taken.get(key);
    if (taken !== undefined) return taken ? 'taken' : 'in-hand';
    this.#taken.set(key, false);
    if (this.#taken.size > this.#capacity) this.#taken.delete(this.#taken.keys().next().value!);
    return 'new';
  }

  /** The application has taken the message. */
  finish(key: string): void {
    if (this.#taken.has(key)) this.#taken.set(key, true);
  }

  /** The application failed on the message: it is new again if it comes again. */
  forget(key: string): void {
    this.#taken.delete(key);
  }
}
