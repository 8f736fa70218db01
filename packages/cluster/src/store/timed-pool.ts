import type { Socket } from 'node:net';
import type { MysqlPool, MysqlPoolConnection } from 'kysely';
import type { Pool, PoolConnection } from 'mysql2';

/**
 * What kysely needs of a mysql2 pool, with a deadline on every statement.
 *
 * mysql2's own timeout ends with the first packet of an answer and leaves the connection in use. Here a statement without
 * its whole answer in time has its socket destroyed: the driver then fails the statement and drops the connection.
 */
export class TimedPool implements MysqlPool {
  readonly #pool: Pool;
  readonly #statementTimeoutMs: number;
  readonly #sockets = new Set<Socket>();

  /** `sessionSettings` are statements run on each new connection before anything else. */
  constructor(pool: Pool, statementTimeoutMs: number, sessionSettings: readonly string[]) {
    this.#pool = pool;
    this.#statementTimeoutMs = statementTimeoutMs;
    pool.on('connection', (connection: PoolConnection) => {
      const socket = socketOf(connection);
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      for (const setting of sessionSettings)
        connection.query(setting, (error) => error && socket.destroy(error));
    });
  }

  getConnection(callback: (error: unknown, connection: MysqlPoolConnection) => void): void {
    this.#pool.getConnection((error, connection) => {
      callback(error, error ? (undefined as never) : this.#timed(connection));
    });
  }

  /** Lets running statements end, says goodbye on every connection, and waits for no answer to that. */
  end(callback: (error: unknown) => void): void {
    this.#pool.end(() => {
      for (const socket of this.#sockets) socket.destroySoon();
      callback(null);
    });
  }

  #timed(connection: PoolConnection): MysqlPoolConnection {
    const query: MysqlPoolConnection['query'] = (text, parameters: unknown[], callback) => {
      const timer = setTimeout(
        () => socketOf(connection).destroy(this.#noAnswer()),
        this.#statementTimeoutMs,
      );
      return connection.query(text, parameters, (error, result) => {
        clearTimeout(timer);
        callback?.(error, result as never);
      });
    };
    return {
      query,
      config: connection.config,
      threadId: connection.threadId,
      connect: (callback) => connection.connect(callback),
      destroy: () => connection.destroy(),
      release: () => connection.release(),
    };
  }

  #noAnswer(): Error {
    return new Error(`no answer within ${this.#statementTimeoutMs} ms`);
  }
}

/** mysql2 keeps it public but does not declare it. */
function socketOf(connection: PoolConnection): Socket {
  return (connection as unknown as { stream: Socket }).stream;
}
