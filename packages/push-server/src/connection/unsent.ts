import type { Connection } from './connection.ts';

/** Connections that were written to in this turn of the event loop: at its end each writes all of it at once. */
export class Unsent {
  readonly #connections: Connection[] = [];
  #isScheduled = false;

  add(connection: Connection): void {
    this.#connections.push(connection);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#isScheduled = false;
    for (const connection of this.#connections.splice(0)) connection.flush();
  }
}
