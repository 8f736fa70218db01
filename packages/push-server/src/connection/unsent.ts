import type { Connection } from './connection.ts';

/**
 * libuv reads from up to 48 times 1,024 sockets in one turn while as many have something to read: seconds, if the machine is
 * busy. What so many connections wait for leaves before the turn's end.
 */
const MOST_CONNECTIONS = 512;

/** Connections that were written to in this turn of the event loop: at its end each writes all of it at once. */
export class Unsent {
  readonly #connections: Connection[] = [];
  #isScheduled = false;

  add(connection: Connection): void {
    this.#connections.push(connection);
    if (this.#connections.length >= MOST_CONNECTIONS) this.#flush();
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    for (const connection of this.#connections.splice(0)) connection.flush();
  }
}
