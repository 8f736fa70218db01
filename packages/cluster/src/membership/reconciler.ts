import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { fullJitterMs } from '../full-jitter.ts';
import type { ZooKeeperConnection } from './zookeeper-connection.ts';

const pause = { baseMs: 100, capMs: 2000 };

/**
 * Makes one thing true in ZooKeeper and keeps it so: runs `work`, never twice at a time, on every new connection and
 * after each request; when it fails on a connection that stands, again after jitter. A request that comes while it runs
 * leads to one more run, so a watch that fires in the middle is never lost.
 */
export class Reconciler {
  readonly #work: (connection: ZooKeeperConnection) => Promise<void>;
  readonly #logger: Logger;
  readonly #waiting: PromiseWithResolvers<void>[] = [];
  #connection: ZooKeeperConnection | null = null;
  #isWanted = false;
  #isRunning = false;
  #stopped: Error | null = null;

  constructor(work: (connection: ZooKeeperConnection) => Promise<void>, logger: Logger) {
    this.#work = work;
    this.#logger = logger;
  }

  attach(connection: ZooKeeperConnection): void {
    this.#connection = connection;
    this.request();
  }

  detach(): void {
    this.#connection = null;
  }

  /** Asks for a run that begins after this call. */
  request(): void {
    this.#isWanted = true;
    if (!this.#isRunning) void this.#run();
  }

  /** Resolves when a run that began after this call has succeeded, whenever that is; rejects once stopped. */
  async settled(): Promise<void> {
    if (this.#stopped) throw this.#stopped;
    const waiter = Promise.withResolvers<void>();
    this.#waiting.push(waiter);
    this.request();
    return waiter.promise;
  }

  /** No run begins any more, and whoever waits for one is given the reason. */
  stop(reason: Error): void {
    this.#stopped ??= reason;
    for (const waiter of this.#waiting.splice(0)) waiter.reject(reason);
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    let failures = 0;
    while (this.#isWanted && this.#connection && !this.#stopped) {
      const connection = this.#connection;
      const served = this.#waiting.length;
      this.#isWanted = false;
      try {
        await this.#work(connection);
        failures = 0;
        for (const waiter of this.#waiting.splice(0, served)) waiter.resolve();
      } catch (error) {
        this.#isWanted = true;
        if (!connection.isOver) this.#logger.warn({ err: error }, 'ZooKeeper refused a call, trying again');
        await sleep(fullJitterMs(failures++, pause), undefined, { ref: false });
      }
    }
    this.#isRunning = false;
  }
}
