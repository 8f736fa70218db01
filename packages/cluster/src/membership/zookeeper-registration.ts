import type { Logger } from 'pino';
import { decodeMember, encodeMember } from './member-record.ts';
import type { Member, Registration } from './membership.ts';
import { Reconciler } from './reconciler.ts';
import type { ZNode, ZooKeeperConnection } from './zookeeper-connection.ts';
import { isNoNode } from './zookeeper-errors.ts';

export interface RegistrationOptions {
  readonly path: string;
  readonly member: Member;
  readonly deadlineMs: number;
  readonly logger: Logger;
  readonly onReplaced: () => void;
  /** Called once, when there is nothing left to keep true. */
  readonly onOver: () => void;
}

/**
 * One ephemeral node, kept equal to `member` over any number of sessions. A record with this registration's boot is its own, in
 * whichever session it stands. Any other is of an earlier life and is replaced, until this registration has stood there
 * once; from then on it is of a process that came later, and this registration is over.
 */
export class ZooKeeperRegistration implements Registration {
  readonly #options: RegistrationOptions;
  readonly #reconciler: Reconciler;
  #member: Member;
  #wish: 'present' | 'absent' = 'present';
  #wasPresent = false;
  #isOver = false;

  constructor(options: RegistrationOptions) {
    this.#options = options;
    this.#member = options.member;
    this.#reconciler = new Reconciler((connection) => this.#reconcile(connection), options.logger);
  }

  attach(connection: ZooKeeperConnection): void {
    this.#reconciler.attach(connection);
  }

  detach(): void {
    this.#reconciler.detach();
  }

  /** Resolves once the record stands. When that takes too long it rejects, and what may have been written is removed. */
  async publish(): Promise<void> {
    try {
      await this.#settled();
    } catch (error) {
      this.#wish = 'absent';
      this.#reconciler.request();
      throw error;
    }
  }

  /** After a rejection the change is made as soon as ZooKeeper answers again. */
  async update(change: Partial<Pick<Member, 'weight' | 'state' | 'addresses'>>): Promise<void> {
    if (this.#isOver || this.#wish === 'absent') throw new Error('this registration is over');
    const member = { ...this.#member, ...change };
    encodeMember(member);
    this.#member = member;
    await this.#settled();
  }

  /** Never rejects: what cannot be removed now is when ZooKeeper answers again, or vanishes with the session. */
  async remove(): Promise<void> {
    if (this.#isOver) return;
    this.#wish = 'absent';
    await this.#settled().catch((error: unknown) => {
      if (!this.#isOver) this.#options.logger.warn({ err: error }, 'a member is not out of the list yet');
    });
  }

  /** The record is gone with its session; it is written again in the next. */
  sessionExpired(): void {
    if (this.#wish === 'absent') this.#end('removed with its session');
  }

  /** The membership closes. */
  stop(): void {
    this.#end('the membership is closed');
  }

  async #reconcile(connection: ZooKeeperConnection): Promise<void> {
    const { path } = this.#options;
    const found = await this.#read(connection);
    if (this.#wish === 'absent') {
      if (found && this.#isOurs(found)) await connection.remove(path);
      return this.#end('removed');
    }
    if (found && this.#wasPresent && this.#isAnothers(found)) return this.#beReplaced();
    const wanted = encodeMember(this.#member);
    if (!found || !connection.owns(found)) {
      await (found ? connection.replaceEphemeral(path, wanted) : connection.createEphemeral(path, wanted));
      // Sets the watch, and tells at once if another life of this node did the same.
      const written = await this.#read(connection);
      if (written && this.#isAnothers(written)) return this.#beReplaced();
      if (!written) this.#reconciler.request();
    } else if (!found.data.equals(wanted)) await connection.setData(path, wanted);
    this.#wasPresent = true;
  }

  async #read(connection: ZooKeeperConnection): Promise<ZNode | null> {
    try {
      return await connection.getData(this.#options.path, () => this.#reconciler.request());
    } catch (error) {
      if (isNoNode(error)) return null;
      throw error;
    }
  }

  #isOurs({ data }: ZNode): boolean {
    return bootOf(data) === this.#member.boot;
  }

  /** What cannot be read is nobody's. */
  #isAnothers({ data }: ZNode): boolean {
    const boot = bootOf(data);
    return boot !== null && boot !== this.#member.boot;
  }

  async #settled(): Promise<void> {
    const { deadlineMs } = this.#options;
    const deadline = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => deadline.reject(new Error(`ZooKeeper did not confirm within ${deadlineMs} ms`)),
      deadlineMs,
    );
    await Promise.race([this.#reconciler.settled(), deadline.promise]).finally(() => clearTimeout(timer));
  }

  #beReplaced(): void {
    if (this.#isOver) return;
    const why = 'another process has registered under this nodeId';
    this.#options.logger.error({ path: this.#options.path }, why);
    this.#end(why);
    // Before `register` has resolved, its rejection says the same.
    if (this.#wasPresent) this.#options.onReplaced();
  }

  #end(why: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#reconciler.stop(new Error(`registration is over: ${why}`));
    this.#options.onOver();
  }
}

function bootOf(data: Buffer): string | null {
  try {
    return decodeMember(data).boot;
  } catch {
    return null;
  }
}
