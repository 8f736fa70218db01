import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { fullJitterMs } from '../full-jitter.ts';
import { patienceMs, ZooKeeperConnection, type SessionTicket } from './zookeeper-connection.ts';
import { ZooKeeperSessionExpired } from './zookeeper-errors.ts';

const firstPauseMs = 100;

/** What the owner of a link is told. None of them may throw. */
export interface LinkEvents {
  /** A connection stands; watches of an earlier one are gone. */
  onUp(connection: ZooKeeperConnection): void;
  onDown(): void;
  /** Everything ephemeral of the session is gone; a new session follows by itself. Called while the link is down. */
  onSessionExpired(): void;
}

/**
 * Keeps one session with a ZooKeeper ensemble alive over one connection at a time.
 *
 * A probe goes out every third of the session timeout, or of 10 s where that is less; when any call is not answered within a quarter of it, the
 * connection is dropped and the session taken over by a new one, on the next server, after jitter. Only a server's word ends
 * the session, however long that takes: while no server answers nobody else hears that it has ended either.
 */
export class ZooKeeperLink {
  readonly #servers: readonly string[];
  readonly #requestedTimeoutMs: number;
  readonly #events: LinkEvents;
  readonly #logger: Logger;
  readonly #closing = new AbortController();
  #connection: ZooKeeperConnection | null = null;
  #ticket: SessionTicket | null = null;
  #sessionTimeoutMs: number;
  #nextServer = 0;
  readonly #running: Promise<void>;

  /** `servers` in the order in which they are tried. */
  constructor(
    options: { servers: readonly string[]; sessionTimeoutMs: number; logger: Logger },
    events: LinkEvents,
  ) {
    this.#servers = options.servers;
    this.#requestedTimeoutMs = options.sessionTimeoutMs;
    this.#sessionTimeoutMs = options.sessionTimeoutMs;
    this.#logger = options.logger;
    this.#events = events;
    this.#running = this.#run();
  }

  /** The connection that stands, or null. */
  get connection(): ZooKeeperConnection | null {
    return this.#connection;
  }

  /** As last agreed with a server; what was asked for until then. */
  get sessionTimeoutMs(): number {
    return this.#sessionTimeoutMs;
  }

  /** Ends the session if a server can be reached; else it runs out by itself. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#connection?.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#closing.signal.aborted) {
      const connection = await this.#open(failures);
      if (connection) {
        failures = 0;
        await this.#serve(connection);
      }
      const capMs = patienceMs(this.#requestedTimeoutMs);
      const pauseMs = fullJitterMs(failures++, { baseMs: firstPauseMs, capMs });
      await sleep(pauseMs, undefined, { signal: this.#closing.signal }).catch(() => {});
    }
  }

  async #open(failures: number): Promise<ZooKeeperConnection | null> {
    const ticket = this.#ticket;
    const server = this.#servers[this.#nextServer++ % this.#servers.length] as string;
    try {
      const connection = await ZooKeeperConnection.open({
        server,
        sessionTimeoutMs: this.#requestedTimeoutMs,
        ticket,
        openTimeoutMs: patienceMs(this.#requestedTimeoutMs),
        signal: this.#closing.signal,
      });
      if (ticket === this.#ticket && !this.#closing.signal.aborted) return connection;
      // Given up in the meantime: what it still holds should vanish now rather than when it runs out.
      await connection.close();
    } catch (error) {
      if (error instanceof ZooKeeperSessionExpired && ticket === this.#ticket) this.#dropSession();
      if (failures === 0) this.#logger.warn({ server, err: error }, 'cannot reach ZooKeeper, trying on');
    }
    return null;
  }

  async #serve(connection: ZooKeeperConnection): Promise<void> {
    this.#ticket = connection.ticket;
    this.#sessionTimeoutMs = connection.sessionTimeoutMs;
    this.#connection = connection;
    this.#logger.info({ sessionTimeoutMs: connection.sessionTimeoutMs }, 'connected to ZooKeeper');
    this.#events.onUp(connection);

    // A probe that fails ends the connection, which is all that is wanted of it.
    const watchdog = setInterval(() => void connection.probe().catch(() => {}), connection.probeIntervalMs);
    const reason = await connection.ended;
    clearInterval(watchdog);

    this.#connection = null;
    this.#events.onDown();
    if (reason === 'expired') this.#dropSession();
    if (reason === 'lost' && !this.#closing.signal.aborted)
      this.#logger.warn('lost the connection to ZooKeeper');
  }

  #dropSession(): void {
    if (!this.#ticket || this.#closing.signal.aborted) return;
    this.#ticket = null;
    this.#logger.warn('the ZooKeeper session has expired');
    this.#events.onSessionExpired();
  }
}

/** `host:port,host:port` as a list in random order, so that a fleet spreads over the ensemble. Throws on anything else. */
export function parseServers(servers: string): string[] {
  const list = servers.split(',').map((server) => server.trim());
  for (const server of list) {
    const port = Number(/^[^:/\s]+:(\d{1,5})$/.exec(server)?.[1]);
    if (!(port >= 1 && port <= 65_535)) {
      throw new Error(`zookeeper.servers: ${JSON.stringify(server)} is not host:port`);
    }
  }
  return list
    .map((server) => ({ server, order: Math.random() }))
    .sort((one, other) => one.order - other.order)
    .map(({ server }) => server);
}
