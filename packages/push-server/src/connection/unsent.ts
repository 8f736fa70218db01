import type { Connection } from './connection.ts';

/**
 * libuv reads from up to 48 times 1,024 sockets in one turn while as many have something to read: seconds, if the machine is
 * busy. What so many connections wait for leaves before the turn's end.
 */
const MOST_CONNECTIONS = 512;

/**
 * Connections that were written to in this turn of the event loop: at its end each writes all of it at once. What answers the bytes that a
 * connection has just brought leaves before that, with the end of the read: a heartbeat is most often all that a turn has to do.
 */
export class Unsent {
  readonly #connections: Connection[] = [];
  #read: Connection | null = null;
  #isScheduled = false;

  readBegins(connection: Connection): void {
    this.#read = connection;
  }

  readEnds(connection: Connection): void {
    this.#read = null;
    connection.flush();
  }

  add(connection: Connection): void {
    if (connection === this.#read) return;
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
