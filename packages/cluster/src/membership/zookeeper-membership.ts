import type { Logger } from 'pino';
import type { ZookeeperSettings } from '../config.ts';
import { encodeMember } from './member-record.ts';
import type { Member, MemberRole, Membership, Registration } from './membership.ts';
import { parseServers, ZooKeeperLink } from './zookeeper-link.ts';
import { ZooKeeperMemberList } from './zookeeper-member-list.ts';
import { ZooKeeperRegistration } from './zookeeper-registration.ts';

const folders: Record<MemberRole, string> = { 'push-server': 'push-servers', 'push-route': 'push-routes' };

/**
 * Membership on ZooKeeper: an ephemeral node with the member as JSON at `<rootPath>/push-servers/<nodeId>` or
 * `<rootPath>/push-routes/<nodeId>`. The link below keeps one session through any number of connections.
 */
export class ZooKeeperMembership implements Membership {
  readonly #settings: ZookeeperSettings;
  readonly #logger: Logger;
  readonly #lists: Record<MemberRole, ZooKeeperMemberList>;
  readonly #registrations = new Set<ZooKeeperRegistration>();
  readonly #link: ZooKeeperLink;
  #isClosed = false;

  /**
   * Resolves with both lists read. Rejects when no server has given a session and the lists within the session timeout,
   * and when `settings.servers` is not a list of `host:port`.
   */
  static async connect(options: {
    settings: ZookeeperSettings;
    logger: Logger;
  }): Promise<ZooKeeperMembership> {
    const membership = new ZooKeeperMembership(options);
    const { servers, sessionTimeoutMs } = options.settings;
    const deadline = Promise.withResolvers<never>();
    const timer = setTimeout(
      () =>
        deadline.reject(new Error(`ZooKeeper at ${servers} did not answer within ${sessionTimeoutMs} ms`)),
      sessionTimeoutMs,
    );
    try {
      const lists = Object.values(membership.#lists).map((list) => list.settled());
      await Promise.race([Promise.all(lists), deadline.promise]);
      return membership;
    } catch (error) {
      await membership.close();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  private constructor({ settings, logger }: { settings: ZookeeperSettings; logger: Logger }) {
    this.#settings = settings;
    this.#logger = logger;
    this.#lists = {
      'push-server': new ZooKeeperMemberList(`${settings.rootPath}/${folders['push-server']}`, logger),
      'push-route': new ZooKeeperMemberList(`${settings.rootPath}/${folders['push-route']}`, logger),
    };
    this.#link = new ZooKeeperLink(
      { servers: parseServers(settings.servers), sessionTimeoutMs: settings.sessionTimeoutMs, logger },
      {
        onUp: (connection) => this.#watchers().forEach((watcher) => watcher.attach(connection)),
        onDown: () => this.#watchers().forEach((watcher) => watcher.detach()),
        onSessionLost: () => [...this.#registrations].forEach((registration) => registration.sessionLost()),
      },
    );
  }

  async register(role: MemberRole, member: Member, onLost: () => void): Promise<Registration> {
    if (this.#isClosed) throw new Error('the membership is closed');
    encodeMember(member);
    const registration: ZooKeeperRegistration = new ZooKeeperRegistration({
      path: `${this.#settings.rootPath}/${folders[role]}/${member.nodeId}`,
      member,
      deadlineMs: this.#settings.sessionTimeoutMs,
      logger: this.#logger,
      onLost,
      onOver: () => this.#registrations.delete(registration),
    });
    this.#registrations.add(registration);
    if (this.#link.connection) registration.attach(this.#link.connection);
    await registration.publish();
    return registration;
  }

  members(role: MemberRole): readonly Member[] {
    return this.#lists[role].view.members;
  }

  onChange(role: MemberRole, listener: (members: readonly Member[]) => void): () => void {
    return this.#lists[role].view.onChange(listener);
  }

  isConnected(): boolean {
    const { connection } = this.#link;
    return connection !== null && Object.values(this.#lists).every((list) => list.isCompleteOn(connection));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const registration of [...this.#registrations]) registration.stop();
    for (const list of Object.values(this.#lists)) list.stop(new Error('the membership is closed'));
    await this.#link.close();
  }

  #watchers(): (ZooKeeperMemberList | ZooKeeperRegistration)[] {
    return [...Object.values(this.#lists), ...this.#registrations];
  }
}
