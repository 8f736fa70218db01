import type { Logger } from 'pino';
import { Reconciler } from './reconciler.ts';
import type { ZooKeeperConnection } from './zookeeper-connection.ts';
import { isNoNode } from './zookeeper-errors.ts';

const maxReadsInFlight = 16;

export interface FolderOptions<Item> {
  readonly path: string;
  /** What the data of a child means. Throws what is wrong with it; such a child is skipped. */
  readonly decode: (name: string, data: Buffer) => Item;
  /** Called with all of them, by name, after each reading. */
  readonly onRead: (items: ReadonlyMap<string, Item>) => void;
  readonly logger: Logger;
}

/** The children of one path, read again whenever a watch fires; as they were while there is no connection. */
export class ZooKeeperFolder<Item> {
  readonly #options: FolderOptions<Item>;
  readonly #reconciler: Reconciler;
  /** What was read of each child over `#readFrom`, where a watch still stands; null: nothing valid. */
  readonly #records = new Map<string, Item | null>();
  /** Children whose watch has fired. */
  readonly #stale = new Set<string>();
  #readFrom: ZooKeeperConnection | null = null;
  #completeOn: ZooKeeperConnection | null = null;

  constructor(options: FolderOptions<Item>) {
    this.#options = options;
    this.#reconciler = new Reconciler((connection) => this.#read(connection), options.logger);
  }

  attach(connection: ZooKeeperConnection): void {
    this.#reconciler.attach(connection);
  }

  detach(): void {
    this.#reconciler.detach();
  }

  stop(reason: Error): void {
    this.#reconciler.stop(reason);
  }

  /** Whether it was read in full over this connection. */
  isCompleteOn(connection: ZooKeeperConnection): boolean {
    return this.#completeOn === connection;
  }

  /** Resolves once it has been read. */
  async settled(): Promise<void> {
    await this.#reconciler.settled();
  }

  async #read(connection: ZooKeeperConnection): Promise<void> {
    if (connection !== this.#readFrom) {
      this.#readFrom = connection;
      this.#records.clear();
      await connection.ensurePath(this.#options.path);
    }
    for (const name of this.#stale) this.#records.delete(name);
    this.#stale.clear();

    const names = await connection.getChildren(this.#options.path, () => this.#reconciler.request());
    const present = new Set(names);
    for (const name of this.#records.keys()) if (!present.has(name)) this.#records.delete(name);

    const unread = names.filter((name) => !this.#records.has(name));
    await forEachBounded(unread, maxReadsInFlight, (name) => this.#readChild(connection, name));
    this.#completeOn = connection;
    const items = [...this.#records].filter((entry): entry is [string, Item] => entry[1] !== null);
    this.#options.onRead(new Map(items));
  }

  async #readChild(connection: ZooKeeperConnection, name: string): Promise<void> {
    // A watch may fire before the answer has been looked at, so it marks the name rather than dropping the record.
    const onEvent = (): void => {
      this.#stale.add(name);
      this.#reconciler.request();
    };
    try {
      const { data } = await connection.getData(`${this.#options.path}/${name}`, onEvent);
      this.#records.set(name, this.#decode(name, data));
    } catch (error) {
      if (connection.isOver) throw error;
      if (isNoNode(error)) return;
      this.#options.logger.warn(
        { path: this.#options.path, name, err: error },
        'a record cannot be read and is skipped',
      );
      this.#records.set(name, null);
    }
  }

  #decode(name: string, data: Buffer): Item | null {
    const { path, decode, logger } = this.#options;
    try {
      return decode(name, data);
    } catch (error) {
      logger.warn({ path, name, reason: (error as Error).message }, 'an invalid record is skipped');
      return null;
    }
  }
}

/** Rejects with the first failure, after all have ended. */
async function forEachBounded<T>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  const results = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, worker));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
