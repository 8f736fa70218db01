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
  readonly onLost: () => void;
  /** Called once, when there is nothing left to keep true. */
  readonly onOver: () => void;
}

/**
 * One ephemeral node, kept equal to `member` while the session lives. The record is this registration's when it carries
 * its boot and belongs to this session; any other is of an earlier life and is replaced. Once ours has stood there and is
 * gone or another's, a later life has taken over, and this registration is lost.
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

  /** The session is gone, and with it the record. One that never stood there is simply written in the next session. */
  sessionLost(): void {
    if (this.#wish === 'absent') this.#end('removed with its session');
    else if (this.#wasPresent) this.#lose('the ZooKeeper session is lost');
  }

  /** The membership closes. */
  stop(): void {
    this.#end('the membership is closed');
  }

  async #reconcile(connection: ZooKeeperConnection): Promise<void> {
    const { path } = this.#options;
    let found = await this.#read(connection);
    if (this.#wish === 'absent') {
      if (found && this.#isOurs(found, connection)) await connection.remove(path);
      return this.#end('removed');
    }
    const wanted = encodeMember(this.#member);
    if (!found || !this.#isOurs(found, connection)) {
      if (this.#wasPresent) return this.#lose('its record was removed or replaced');
      await (found ? connection.replaceEphemeral(path, wanted) : connection.createEphemeral(path, wanted));
      // Sets the watch, and tells at once if another life of this node did the same.
      found = await this.#read(connection);
      if (!found || !this.#isOurs(found, connection)) return this.#lose('its record was replaced');
    }
    if (!found.data.equals(wanted)) await connection.setData(path, wanted);
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

  #isOurs(node: ZNode, connection: ZooKeeperConnection): boolean {
    if (!connection.owns(node)) return false;
    try {
      return decodeMember(node.data).boot === this.#member.boot;
    } catch {
      return false;
    }
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

  #lose(why: string): void {
    if (this.#isOver) return;
    this.#options.logger.error({ path: this.#options.path, why }, 'this process is out of the member list');
    this.#end(why);
    // Before `register` has resolved, its rejection says the same.
    if (this.#wasPresent) this.#options.onLost();
  }

  #end(why: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#reconciler.stop(new Error(`registration is over: ${why}`));
    this.#options.onOver();
  }
}
