import type { Logger } from 'pino';
import type { ZookeeperSettings } from '../config.ts';
import { checkWeight, decodeMember, decodeWeight, encodeMember, encodeWeight } from './member-record.ts';
import { MemberView, withWeights } from './member-view.ts';
import type { Member, MemberRole, Membership, Registration } from './membership.ts';
import type { ZooKeeperConnection } from './zookeeper-connection.ts';
import { isNodeExists, isNoNode, ZooKeeperUnavailable } from './zookeeper-errors.ts';
import { ZooKeeperFolder } from './zookeeper-folder.ts';
import { parseServers, ZooKeeperLink } from './zookeeper-link.ts';
import { ZooKeeperRegistration } from './zookeeper-registration.ts';

const folderNames: Record<MemberRole, string> = {
  'push-server': 'push-servers',
  'push-route': 'push-routes',
};

type Folder = ZooKeeperFolder<Member> | ZooKeeperFolder<number>;

/**
 * Membership on ZooKeeper: an ephemeral node with the member as JSON at `<rootPath>/push-servers/<nodeId>` or
 * `<rootPath>/push-routes/<nodeId>`, and a persistent one with an operator's weight as a number at `<rootPath>/weights/<nodeId>`.
 * The link below keeps one session through any number of connections.
 */
export class ZooKeeperMembership implements Membership {
  readonly #settings: ZookeeperSettings;
  readonly #logger: Logger;
  readonly #views: Record<MemberRole, MemberView> = {
    'push-server': new MemberView(),
    'push-route': new MemberView(),
  };
  readonly #folders: readonly Folder[];
  readonly #weightsPath: string;
  readonly #registrations = new Set<ZooKeeperRegistration>();
  readonly #link: ZooKeeperLink;
  #pushServers: ReadonlyMap<string, Member> = new Map();
  #weights: ReadonlyMap<string, number> = new Map();
  #isClosed = false;

  /**
   * Resolves with the lists read. Rejects when no server has given a session and the lists within the session timeout,
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
      const folders = membership.#folders.map((folder) => folder.settled());
      await Promise.race([Promise.all(folders), deadline.promise]);
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
    this.#weightsPath = `${settings.rootPath}/weights`;
    this.#folders = [
      this.#memberFolder('push-server', (members) => {
        this.#pushServers = members;
        this.#publishPushServers();
      }),
      this.#memberFolder('push-route', (members) => this.#views['push-route'].publish(members.values())),
      new ZooKeeperFolder({
        path: this.#weightsPath,
        decode: (_, data) => decodeWeight(data),
        onRead: (weights) => {
          this.#weights = weights;
          this.#publishPushServers();
        },
        logger,
      }),
    ];
    this.#link = new ZooKeeperLink(
      { servers: parseServers(settings.servers), sessionTimeoutMs: settings.sessionTimeoutMs, logger },
      {
        onUp: (connection) => this.#watchers().forEach((watcher) => watcher.attach(connection)),
        onDown: () => this.#watchers().forEach((watcher) => watcher.detach()),
        onSessionExpired: () =>
          [...this.#registrations].forEach((registration) => registration.sessionExpired()),
      },
    );
  }

  get sessionTimeoutMs(): number {
    return this.#link.sessionTimeoutMs;
  }

  async register(role: MemberRole, member: Member, onReplaced: () => void): Promise<Registration> {
    if (this.#isClosed) throw new Error('the membership is closed');
    encodeMember(member);
    const registration: ZooKeeperRegistration = new ZooKeeperRegistration({
      path: `${this.#settings.rootPath}/${folderNames[role]}/${member.nodeId}`,
      member,
      deadlineMs: this.#settings.sessionTimeoutMs,
      logger: this.#logger,
      onReplaced,
      onOver: () => this.#registrations.delete(registration),
    });
    this.#registrations.add(registration);
    if (this.#link.connection) registration.attach(this.#link.connection);
    await registration.publish();
    return registration;
  }

  members(role: MemberRole): readonly Member[] {
    return this.#views[role].members;
  }

  onChange(role: MemberRole, listener: (members: readonly Member[]) => void): () => void {
    return this.#views[role].onChange(listener);
  }

  async setWeight(nodeId: string, weight: number | null): Promise<void> {
    checkWeight(nodeId, weight);
    const { connection } = this.#link;
    if (connection === null) throw new ZooKeeperUnavailable('there is no connection to ZooKeeper');
    const path = `${this.#weightsPath}/${nodeId}`;
    await (weight === null ? removeIfThere(connection, path) : write(connection, path, encodeWeight(weight)));
  }

  weights(): ReadonlyMap<string, number> {
    return this.#weights;
  }

  isConnected(): boolean {
    const { connection } = this.#link;
    return connection !== null && this.#folders.every((folder) => folder.isCompleteOn(connection));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const registration of [...this.#registrations]) registration.stop();
    for (const folder of this.#folders) folder.stop(new Error('the membership is closed'));
    await this.#link.close();
  }

  #memberFolder(
    role: MemberRole,
    onRead: (members: ReadonlyMap<string, Member>) => void,
  ): ZooKeeperFolder<Member> {
    const decode = (name: string, data: Buffer): Member => {
      const member = decodeMember(data);
      if (member.nodeId !== name) throw new Error('it has the name of another node');
      return member;
    };
    return new ZooKeeperFolder({
      path: `${this.#settings.rootPath}/${folderNames[role]}`,
      decode,
      onRead,
      logger: this.#logger,
    });
  }

  #publishPushServers(): void {
    this.#views['push-server'].publish(withWeights(this.#pushServers.values(), this.#weights));
  }

  #watchers(): (Folder | ZooKeeperRegistration)[] {
    return [...this.#folders, ...this.#registrations];
  }
}

async function write(connection: ZooKeeperConnection, path: string, data: Buffer): Promise<void> {
  try {
    await connection.setData(path, data);
  } catch (error) {
    if (!isNoNode(error)) throw error;
    await connection.createPersistent(path, data).catch((failure: unknown) => {
      // Another operator was faster: the one who comes last has the word.
      if (!isNodeExists(failure)) throw failure;
      return connection.setData(path, data);
    });
  }
}

async function removeIfThere(connection: ZooKeeperConnection, path: string): Promise<void> {
  await connection.remove(path).catch((error: unknown) => {
    if (!isNoNode(error)) throw error;
  });
}
