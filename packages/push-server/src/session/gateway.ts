import { encodeFrame, type CloseName, type Frame } from '@longwire/protocol';
import { newTraceId, tokenClockToleranceMs } from '@longwire/service-kit';
import type { Logger } from 'pino';
import { setTimeout as delay } from 'node:timers/promises';
import { Channel } from '../channel/channel.ts';
import type { Effect } from '../channel/effects.ts';
import { FrameRates } from '../channel/frame-rates.ts';
import type { NodeIdentity } from '../cluster/node-identity.ts';
import type { PauseGuard } from '../cluster/pause-guard.ts';
import type { PushServerSettings } from '../config.ts';
import { Connection, type ConnectionOwner } from '../connection/connection.ts';
import { FrameReader } from '../connection/frame-reader.ts';
import { StallWatch } from '../connection/stall-watch.ts';
import { TimingWheel } from '../connection/timing-wheel.ts';
import type { Transport } from '../connection/transport.ts';
import { Unsent } from '../connection/unsent.ts';
import type { LocalDeliveries } from '../delivery/local-deliveries.ts';
import type { Admission, Refusal, RefusalReason } from '../listener/admission.ts';
import type { PushServerMetrics } from '../metrics.ts';
import type { ClientMessages } from './client-messages.ts';
import type { Login } from './login.ts';
import type { RouteReleases } from './route-releases.ts';
import type { Session } from './session.ts';
import type { SessionRegistry } from './session-registry.ts';
import type { TokenRefresh } from './token-refresh.ts';

export interface GatewayParts {
  readonly settings: PushServerSettings;
  readonly identity: NodeIdentity;
  readonly guard: PauseGuard;
  readonly admission: Admission;
  readonly registry: SessionRegistry;
  readonly login: Login;
  readonly tokenRefresh: TokenRefresh;
  readonly releases: RouteReleases;
  readonly deliveries: LocalDeliveries;
  readonly messages: ClientMessages;
  readonly metrics: PushServerMetrics;
  readonly logger: Logger;
}

const WHEEL = { tickMs: 1000, slots: 512 };
/** How long the last bytes of a closed connection may take to leave. */
const CLOSE_LINGER_MS = 3000;
/** The number of a connection that is refused; the others count from 1. */
const NOT_ADMITTED = 0;

/** Does what channels decide: between the connections of this process and the rest of the cluster. */
export class Gateway implements ConnectionOwner {
  readonly maxQueuedBytes: number;
  readonly #parts: GatewayParts;
  readonly #wheel = new TimingWheel<Connection>(WHEEL, (connection) => this.#onDeadline(connection));
  readonly #idleTicks: number;
  readonly #stalls: StallWatch;
  readonly #rates: FrameRates;
  readonly #frames: FrameReader;
  readonly #unsent = new Unsent();
  readonly #connections = new Set<Connection>();

  constructor(parts: GatewayParts) {
    this.#parts = parts;
    this.maxQueuedBytes = parts.settings.maxQueuedBytes;
    this.#idleTicks = this.#wheel.ticks(parts.settings.idleTimeoutMs);
    this.#rates = new FrameRates(parts.settings);
    this.#stalls = new StallWatch(parts.settings);
    this.#frames = new FrameReader(this, parts.settings.maxFrameBytes);
    this.#wheel.start();
    this.#stalls.start();
  }

  /** Sockets that are open, signed in or not, those of the refused among them. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Connections where something is pending that must not be so for long. */
  get stalls(): number {
    return this.#stalls.size;
  }

  /** Takes one that was admitted. */
  accept(transport: Transport, address: string): Connection {
    const connection = this.#open(transport, this.#parts.identity.nextConn());
    connection.address = address;
    this.#setDeadline(connection, this.#parts.settings.loginTimeoutMs);
    this.#parts.metrics.accepted.inc();
    return connection;
  }

  /** Tells the client of one that was not admitted. */
  refuse(transport: Transport, { reason, retryAfterMs, mayLinger }: Refusal): Connection {
    const connection = this.#open(transport, NOT_ADMITTED);
    this.#parts.metrics.refused.inc({ reason });
    connection.close('overloaded', refusalDetails[reason], retryAfterMs);
    if (!mayLinger) transport.endAndDestroy();
    return connection;
  }

  checkAwake(): void {
    this.#parts.guard.check();
  }

  onBytes(connection: Connection, bytes: Uint8Array): void {
    this.#unsent.readBegins(connection);
    this.#frames.read(connection, bytes);
    this.#unsent.readEnds(connection);
  }

  onFrame(connection: Connection, frame: Frame): void {
    const { session } = connection;
    // Before the login is complete the deadline stands, whatever comes.
    if (session?.state === 'live')
      connection.deadlineTick = Math.min(this.#wheel.now + this.#idleTicks, session.tokenEndsTick);
    this.#parts.metrics.framesIn.inc();
    const excess = this.#rates.take(connection.channel, frame.type, performance.now());
    if (excess === null) this.#do(connection, connection.channel.receive(frame));
    else connection.close('rateLimited', excess, this.#rates.retryAfterMs);
  }

  onPartialFrame(connection: Connection): void {
    this.#stalls.frameBegan(connection);
  }

  onUnsent(connection: Connection): void {
    this.#unsent.add(connection);
  }

  onBacklog(connection: Connection): void {
    this.#stalls.writeWaits(connection);
  }

  onEnd(connection: Connection): void {
    const { registry, releases, deliveries, metrics } = this.#parts;
    // Of those that were accepted alone: accepted less closed are those that are open.
    if (connection.conn !== NOT_ADMITTED) metrics.closed.inc({ reason: connection.closedBy ?? 'by-client' });
    this.#stalls.forget(connection);
    if (!connection.transport.isDestroyed) this.#setDeadline(connection, CLOSE_LINGER_MS);
    const { session } = connection;
    if (session === null) return;
    const wasLive = session.state === 'live';
    registry.remove(session);
    deliveries.sessionEnded(session);
    // A replaced session's route is the newer one's already; a claiming one is released when its claim comes back.
    if (wasLive && connection.closedBy !== 'replaced') void releases.release(session);
  }

  onClosed(connection: Connection): void {
    this.#connections.delete(connection);
    this.#wheel.remove(connection);
    if (connection.conn === NOT_ADMITTED) this.#parts.admission.refusedLeft();
    else this.#parts.admission.left(connection.address);
  }

  /** Closes every connection, and has the clients come back at about 1,000 a second, wherever they go. */
  closeAll(close: CloseName): void {
    const spreadMs = this.#connections.size;
    for (const connection of this.#connections)
      connection.close(close, '', Math.round(Math.random() * spreadMs));
  }

  /** Call after `closeAll`. Resolves when the last socket is gone; the wheel ends those that linger. */
  async stop(): Promise<void> {
    while (this.#connections.size > 0) await delay(20);
    this.#wheel.stop();
    this.#stalls.stop();
  }

  #open(transport: Transport, conn: number): Connection {
    const { settings } = this.#parts;
    const connection = new Connection(transport, conn, new Channel(settings.maxInFlight), this);
    this.#connections.add(connection);
    return connection;
  }

  #do(connection: Connection, effect: Effect): void {
    switch (effect.do) {
      case 'write':
        return connection.write(effect.frame);
      case 'close':
        return connection.close(effect.close, effect.detail);
      case 'leave':
        return connection.leave();
      case 'login':
        return void this.#login(connection, effect);
      case 'publish':
        return void this.#parts.messages.publish(
          connection.session!,
          effect.message,
          effect.traceId ?? newTraceId(),
        );
      case 'send':
        return this.#parts.messages.send(connection.session!, effect.message, effect.traceId ?? newTraceId());
      case 'refresh':
        return void this.#refresh(connection.session!, effect.token);
      case 'acknowledge':
        return this.#acknowledge(connection, effect.deliveryIds);
    }
  }

  #acknowledge({ channel, session }: Connection, deliveryIds: readonly number[]): void {
    const { deliveries, metrics } = this.#parts;
    let known = 0;
    for (const deliveryId of deliveryIds) if (deliveries.acknowledge(session!, deliveryId)) known++;
    const unknown = deliveryIds.length - known;
    if (unknown > 0) metrics.unknownAcknowledgements.inc(unknown);
    this.#rates.acknowledged(channel, known, unknown);
  }

  async #login(connection: Connection, { token, version, agent }: Effect & { do: 'login' }): Promise<void> {
    const { login, metrics, logger } = this.#parts;
    const startedAtMs = performance.now();
    const refusal = await login.run(connection, token, (session, expiresAtMs) => {
      metrics.loginSeconds.observe((performance.now() - startedAtMs) / 1000);
      logger.debug({ clientId: session.clientId, conn: connection.conn, agent }, 'signed in');
      this.#welcome(session, version, expiresAtMs);
    });
    metrics.logins.inc({ result: refusal?.close ?? 'accepted' });
    if (refusal !== null) {
      logger.debug({ close: refusal.close, remote: connection.address }, 'login refused');
      connection.close(refusal.close, refusal.detail, refusal.retryAfterMs);
    }
    connection.session?.releaseHeld();
  }

  #welcome(session: Session, version: number, expiresAtMs: number): void {
    const { settings, admission } = this.#parts;
    const { connection, life } = session;
    connection.channel.state = 'connected';
    if (connection.address !== null) admission.signedIn(connection.address);
    connection.address = null;
    this.#setTokenEnd(session, expiresAtMs);
    connection.write(
      encodeFrame('connected', {
        version,
        connection: `${life.nodeId}/${life.boot}/${connection.conn}`,
        heartbeatIntervalMs: settings.heartbeatIntervalMs,
        idleTimeoutMs: settings.idleTimeoutMs,
        limits: {
          maxFrameBytes: settings.maxFrameBytes,
          maxInFlight: settings.maxInFlight,
          maxMessagesPerSecond: settings.messagesPerSecond,
        },
        tokenExpiresAtMs: expiresAtMs,
      }),
    );
  }

  async #refresh(session: Session, token: string): Promise<void> {
    const { tokenRefresh, metrics } = this.#parts;
    const { connection } = session;
    const refreshed = await tokenRefresh.run(session, token);
    connection.channel.isRefreshing = false;
    metrics.refreshes.inc({ result: 'close' in refreshed ? refreshed.close : 'accepted' });
    if (!connection.isOpen) return;
    if ('close' in refreshed) return connection.close(refreshed.close, refreshed.detail);
    this.#setTokenEnd(session, refreshed.expiresAtMs);
    connection.write(encodeFrame('refreshed', { tokenExpiresAtMs: refreshed.expiresAtMs }));
  }

  /** From now on the session ends with this token, or when it is idle. */
  #setTokenEnd(session: Session, expiresAtMs: number): void {
    const lastsMs = Math.max(0, expiresAtMs + tokenClockToleranceMs - Date.now());
    session.tokenEndsTick = this.#wheel.now + this.#wheel.ticks(lastsMs);
    this.#setDeadline(session.connection, Math.min(lastsMs, this.#parts.settings.idleTimeoutMs));
  }

  /** Sets a deadline that may be earlier than the one before. */
  #setDeadline(connection: Connection, durationMs: number): void {
    this.#wheel.remove(connection);
    connection.deadlineTick = this.#wheel.now + this.#wheel.ticks(durationMs);
    this.#wheel.add(connection);
  }

  #onDeadline(connection: Connection): void {
    if (!connection.isOpen) return void connection.transport.destroy();
    // After a sleep of the process nothing else may have looked at the time yet, and silence was not the clients'.
    this.checkAwake();
    if (!connection.isOpen) return;
    const { session } = connection;
    if (session?.state !== 'live') return connection.close('loginTimeout');
    if (session.tokenEndsTick > this.#wheel.now) return connection.close('idleTimeout');
    void this.#tokenEnded(session);
  }

  /** Nobody is closed for a token that could not be refreshed, because no auth-service gives one while the directory is away. */
  async #tokenEnded(session: Session): Promise<void> {
    const lookAgainTick = this.#wheel.now + this.#wheel.ticks(TOKEN_END_RETRY_MS);
    session.tokenEndsTick = lookAgainTick;
    this.#setDeadline(session.connection, TOKEN_END_RETRY_MS);
    const isOver = await this.#parts.tokenRefresh.isPossible();
    if (isOver && session.tokenEndsTick === lookAgainTick) session.connection.close('tokenExpired');
  }
}

const TOKEN_END_RETRY_MS = 5000;

const refusalDetails: { readonly [reason in RefusalReason]: string } = {
  connections: '',
  openFiles: '',
  eventLoop: 'the node is late with what it has to do',
  unauthenticatedPerAddress: 'too many connections from this address have not signed in',
  unauthenticated: 'too many connections have not signed in',
  acceptRate: 'too many connections come at once',
  claimWait: 'logins wait too long at present',
};
