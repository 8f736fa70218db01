import type { Logger } from 'pino';
import { decodeMember } from './member-record.ts';
import { MemberView } from './member-view.ts';
import type { Member } from './membership.ts';
import { Reconciler } from './reconciler.ts';
import type { ZooKeeperConnection } from './zookeeper-connection.ts';
import { isNoNode } from './zookeeper-errors.ts';

const maxReadsInFlight = 16;

/** The members below one path, read again whenever a watch fires; as it was while there is no connection. */
export class ZooKeeperMemberList {
  readonly view = new MemberView();
  readonly #path: string;
  readonly #logger: Logger;
  readonly #reconciler: Reconciler;
  /** What was read of each child over `#readFrom`, where a watch still stands; null: no valid member. */
  readonly #records = new Map<string, Member | null>();
  /** Children whose watch has fired. */
  readonly #stale = new Set<string>();
  #readFrom: ZooKeeperConnection | null = null;
  #completeOn: ZooKeeperConnection | null = null;

  constructor(path: string, logger: Logger) {
    this.#path = path;
    this.#logger = logger;
    this.#reconciler = new Reconciler((connection) => this.#read(connection), logger);
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

  /** Whether the list was read in full over this connection. */
  isCompleteOn(connection: ZooKeeperConnection): boolean {
    return this.#completeOn === connection;
  }

  /** Resolves once the list has been read. */
  async settled(): Promise<void> {
    await this.#reconciler.settled();
  }

  async #read(connection: ZooKeeperConnection): Promise<void> {
    if (connection !== this.#readFrom) {
      this.#readFrom = connection;
      this.#records.clear();
      await connection.ensurePath(this.#path);
    }
    for (const name of this.#stale) this.#records.delete(name);
    this.#stale.clear();

    const names = await connection.getChildren(this.#path, () => this.#reconciler.request());
    const present = new Set(names);
    for (const name of this.#records.keys()) if (!present.has(name)) this.#records.delete(name);

    const unread = names.filter((name) => !this.#records.has(name));
    await forEachBounded(unread, maxReadsInFlight, (name) => this.#readChild(connection, name));
    this.#completeOn = connection;
    this.view.publish([...this.#records.values()].filter((member) => member !== null));
  }

  async #readChild(connection: ZooKeeperConnection, name: string): Promise<void> {
    // A watch may fire before the answer has been looked at, so it marks the name rather than dropping the record.
    const onEvent = (): void => {
      this.#stale.add(name);
      this.#reconciler.request();
    };
    try {
      const { data } = await connection.getData(`${this.#path}/${name}`, onEvent);
      this.#records.set(name, this.#decode(name, data));
    } catch (error) {
      if (connection.isOver) throw error;
      if (isNoNode(error)) return;
      this.#logger.warn({ node: name, err: error }, 'a member record cannot be read and is skipped');
      this.#records.set(name, null);
    }
  }

  #decode(name: string, data: Buffer): Member | null {
    try {
      const member = decodeMember(data);
      if (member.nodeId === name) return member;
      this.#logger.warn({ node: name }, 'a member record has the name of another node and is skipped');
    } catch (error) {
      this.#logger.warn(
        { node: name, reason: (error as Error).message },
        'an invalid member record is skipped',
      );
    }
    return null;
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
