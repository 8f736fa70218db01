import {
  isConnectionLoss,
  isNodeExists,
  isSessionExpired,
  ZooKeeperSessionExpired,
  ZooKeeperUnavailable,
} from './zookeeper-errors.ts';
import { zookeeper, type Client, type Stat } from './zookeeper-library.ts';

/** Names a session to the servers: whoever shows it takes the session over, with all that is ephemeral in it. */
export interface SessionTicket {
  readonly id: Buffer;
  readonly password: Buffer;
}

export interface OpenOptions {
  /** One `host:port`. */
  readonly server: string;
  readonly sessionTimeoutMs: number;
  /** The session to go on with, or null for a new one. */
  readonly ticket: SessionTicket | null;
  readonly openTimeoutMs: number;
  /** Gives up opening; does nothing once it is open. */
  readonly signal: AbortSignal;
}

/** `lost`: the session may live on. `expired`: it does not. `closed`: it was ended from here. */
export type EndReason = 'lost' | 'expired' | 'closed';

export interface ZNode {
  readonly data: Buffer;
  /** Session id of the owner of an ephemeral node. */
  readonly owner: Buffer;
}

type Done<Results extends unknown[]> = (error: Error | null, ...results: Results) => void;

/**
 * A long session is probed as often as one of 10 s: silence is noticed, and an ensemble that is back is found, as soon. And a process
 * that sleeps for less than its session may stay who it was, for its last probe is never older than the 5 s between the
 * two looks that a sweeper takes before it declares a process dead.
 */
function pacedBy(sessionTimeoutMs: number): number {
  return Math.min(sessionTimeoutMs, 10_000);
}

/** How long one call, or one attempt to connect, may take. */
export function patienceMs(sessionTimeoutMs: number): number {
  return pacedBy(sessionTimeoutMs) / 4;
}

/**
 * One TCP connection to one server, over which every call is answered or fails within `callTimeoutMs`. It never
 * reconnects: after the first sign of trouble it is over, and the session is taken over by a new one.
 *
 * The library's own reconnecting waits for ever on a server that is silent, and keeps the half of a frame that was cut.
 * Both go away by giving each client a single connection, for which two of its inner functions are replaced.
 */
export class ZooKeeperConnection {
  /** Resolves when the connection is over; never rejects. */
  readonly ended: Promise<EndReason>;
  readonly #client: Client;
  readonly #requestedTimeoutMs: number;
  readonly #failPending = new Set<(error: Error) => void>();
  readonly #resolveEnded: (reason: EndReason) => void;
  #endReason: EndReason | null = null;
  #isClosing = false;

  /** Rejects with `ZooKeeperUnavailable`, or with `ZooKeeperSessionExpired` where the ticket is no longer good. */
  static async open(options: OpenOptions): Promise<ZooKeeperConnection> {
    const connection = new ZooKeeperConnection(options);
    await connection.#connect(options);
    return connection;
  }

  private constructor({ server, sessionTimeoutMs, ticket }: OpenOptions) {
    const { promise, resolve } = Promise.withResolvers<EndReason>();
    this.ended = promise;
    this.#resolveEnded = resolve;
    this.#requestedTimeoutMs = sessionTimeoutMs;
    this.#client = zookeeper.createClient(server, {
      sessionTimeout: sessionTimeoutMs,
      retries: 0,
      ...(ticket && { sessionId: ticket.id, sessionPassword: ticket.password }),
    });
  }

  get isOver(): boolean {
    return this.#endReason !== null;
  }

  get ticket(): SessionTicket {
    return { id: this.#client.getSessionId(), password: this.#client.getSessionPassword() };
  }

  /** What was asked for, or less where the server settled on less; a server's wrong word cannot stretch a deadline. */
  get sessionTimeoutMs(): number {
    return Math.min(this.#client.getSessionTimeout(), this.#requestedTimeoutMs);
  }

  get probeIntervalMs(): number {
    return pacedBy(this.sessionTimeoutMs) / 3;
  }

  /** Below the probes' interval, so that a probe sent every third of a session timeout has failed when two thirds are over. */
  get callTimeoutMs(): number {
    return patienceMs(this.sessionTimeoutMs);
  }

  owns(node: ZNode): boolean {
    return node.owner.equals(this.#client.getSessionId());
  }

  async probe(): Promise<void> {
    await this.#call((done) => this.#client.exists('/', done));
  }

  /** `onEvent` is called once: when a child has come or gone, or the node itself is gone. */
  async getChildren(path: string, onEvent: () => void): Promise<string[]> {
    const [names] = await this.#call((done: Done<[string[]]>) =>
      this.#client.getChildren(path, this.#whileOpen(onEvent), done),
    );
    return names;
  }

  /** `onEvent` is called once: when the data has changed or the node is gone. */
  async getData(path: string, onEvent: () => void): Promise<ZNode> {
    const [data, stat] = await this.#call((done: Done<[Buffer | undefined, Stat]>) =>
      this.#client.getData(path, this.#whileOpen(onEvent), done),
    );
    return { data: data ?? Buffer.alloc(0), owner: stat.ephemeralOwner };
  }

  async setData(path: string, data: Buffer): Promise<void> {
    await this.#call((done) => this.#client.setData(path, data, done));
  }

  async remove(path: string): Promise<void> {
    await this.#call((done) => this.#client.remove(path, done));
  }

  async createPersistent(path: string, data: Buffer): Promise<void> {
    await this.#call((done) => this.#client.create(path, data, zookeeper.CreateMode.PERSISTENT, done));
  }

  async createEphemeral(path: string, data: Buffer): Promise<void> {
    await this.#call((done) => this.#client.create(path, data, zookeeper.CreateMode.EPHEMERAL, done));
  }

  /** Deletes what stands there and creates it for this session, in one step: nobody sees the gap. */
  async replaceEphemeral(path: string, data: Buffer): Promise<void> {
    await this.#call((done) =>
      this.#client.transaction().remove(path).create(path, data, zookeeper.CreateMode.EPHEMERAL).commit(done),
    );
  }

  /** Creates the persistent nodes of a path that do not exist. */
  async ensurePath(path: string): Promise<void> {
    const names = path.split('/').slice(1);
    for (const index of names.keys()) {
      const parent = `/${names.slice(0, index + 1).join('/')}`;
      await this.#call((done) =>
        this.#client.create(parent, null, zookeeper.CreateMode.PERSISTENT, done),
      ).catch((error: unknown) => {
        if (!isNodeExists(error)) throw error;
      });
    }
  }

  /** Ends the session, and with it everything ephemeral; gives the server one call's time to confirm. */
  async close(): Promise<void> {
    if (this.#endReason) return;
    this.#isClosing = true;
    const timer = setTimeout(() => this.#end('closed'), this.callTimeoutMs);
    this.#client.close();
    await this.ended;
    clearTimeout(timer);
  }

  /** Drops the connection and leaves the session alone. */
  abandon(): void {
    this.#end('lost');
  }

  async #connect({ server, openTimeoutMs, signal }: OpenOptions): Promise<void> {
    const client = this.#client;
    const connected = new Promise<'connected'>((resolve) =>
      client.on('connected', () => resolve('connected')),
    );
    client.on('expired', () => this.#end('expired'));
    client.on('authenticationFailed', () => this.#end('lost'));
    client.on('disconnected', () => this.#end(this.#isClosing ? 'closed' : 'lost'));
    client.connect();

    const manager = client.connectionManager;
    // Called when the socket has closed: the library would try again with what is left of this connection.
    manager.connect = () => this.#end('lost');
    // Runs inside a socket's event, where an answer it does not understand would end the process.
    const onSocketData = manager.onSocketData.bind(manager);
    manager.onSocketData = (chunk) => {
      try {
        onSocketData(chunk);
      } catch {
        this.#end('lost');
      }
    };

    const giveUp = (): void => this.#end('lost');
    const timer = setTimeout(giveUp, openTimeoutMs);
    signal.addEventListener('abort', giveUp);
    const outcome = await Promise.race([connected, this.ended]);
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
    if (outcome === 'connected') return;
    if (outcome === 'expired') throw new ZooKeeperSessionExpired('the session has expired');
    throw new ZooKeeperUnavailable(`ZooKeeper at ${server} gave no session`);
  }

  #call<Results extends unknown[]>(send: (done: Done<Results>) => void): Promise<Results> {
    if (this.#endReason) return Promise.reject(this.#endError());
    const { promise, resolve, reject } = Promise.withResolvers<Results>();
    const fail = (error: Error): void => {
      clearTimeout(timer);
      if (this.#failPending.delete(fail)) reject(error);
    };
    const timer = setTimeout(() => {
      // An answer that came while this process was busy is still in the socket: it is read before this runs.
      setImmediate(() => this.#failPending.has(fail) && this.#end('lost'));
    }, this.callTimeoutMs);
    this.#failPending.add(fail);
    try {
      send((error, ...results) => {
        if (isConnectionLoss(error)) return fail(this.#endError());
        if (isSessionExpired(error)) return this.#end('expired');
        if (error) return fail(error);
        clearTimeout(timer);
        if (this.#failPending.delete(fail)) resolve(results);
      });
    } catch (error) {
      fail(error as Error);
    }
    return promise;
  }

  #whileOpen(onEvent: () => void): () => void {
    return () => {
      if (!this.#endReason) onEvent();
    };
  }

  #end(reason: EndReason): void {
    if (this.#endReason) return;
    this.#endReason = reason;
    for (const fail of this.#failPending) fail(this.#endError());
    const manager = this.#client.connectionManager;
    // The library makes its socket in the next tick after connect.
    process.nextTick(() => {
      if (manager.connectTimeoutHandler) clearTimeout(manager.connectTimeoutHandler);
      manager.socket?.destroy();
    });
    this.#resolveEnded(reason);
  }

  #endError(): Error {
    return this.#endReason === 'expired'
      ? new ZooKeeperSessionExpired('the session has expired')
      : new ZooKeeperUnavailable('the connection to ZooKeeper is gone');
  }
}
