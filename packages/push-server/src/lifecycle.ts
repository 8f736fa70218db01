import type { Membership, NodeClient, NodeDeliveries, NodeKicks } from '@longwire/cluster';
import type { Certificates, HttpServer, Service, TokenKeys } from '@longwire/service-kit';
import type { Logger } from 'pino';
import type { NodeIdentity } from './cluster/node-identity.ts';
import type { PauseGuard } from './cluster/pause-guard.ts';
import type { Presence } from './cluster/presence.ts';
import type { Sweeper } from './cluster/sweeper.ts';
import type { PushServerSettings } from './config.ts';
import type { LocalDeliveries } from './delivery/local-deliveries.ts';
import type { OutcomeReports } from './delivery/outcome-reports.ts';
import type { LoopDelay } from './listener/loop-delay.ts';
import type { TcpListener } from './listener/tcp-listener.ts';
import type { Drain } from './session/drain.ts';
import type { FlapGuard } from './session/flap-guard.ts';
import type { Gateway } from './session/gateway.ts';
import type { Rebalance } from './session/rebalance.ts';
import type { RouteAudit } from './session/route-audit.ts';
import type { RouteReleases } from './session/route-releases.ts';

export interface PushServer extends Service {
  /** `host:port` for clients, over TLS or plain: the other is empty; and the base URL for nodes. Known once started. */
  readonly addresses: { readonly tcp: string; readonly tls: string; readonly api: string };
}

export interface LifecycleParts {
  readonly settings: PushServerSettings;
  readonly identity: NodeIdentity;
  readonly membership: Membership;
  /** Filled in once they are known. */
  readonly addresses: { tcp: string; tls: string; api: string };
  readonly clientsUse: 'tcp' | 'tls';
  /** What connections stand on. */
  readonly transport: 'handle' | 'socket';
  readonly server: HttpServer;
  readonly listener: TcpListener;
  readonly gateway: Gateway;
  readonly presence: Presence;
  readonly guard: PauseGuard;
  readonly sweeper: Sweeper;
  readonly audit: RouteAudit;
  readonly rebalance: Rebalance;
  readonly drain: Drain;
  readonly flapGuard: FlapGuard;
  readonly releases: RouteReleases;
  readonly remote: NodeDeliveries;
  readonly reports: OutcomeReports;
  readonly kicks: NodeKicks;
  readonly nodeClient: NodeClient;
  readonly local: LocalDeliveries;
  readonly loopDelay: LoopDelay;
  readonly keys: TokenKeys;
  readonly certificates: Certificates;
  readonly logger: Logger;
}

/** What comes after the clients have gone: routes, lease, the last answers. */
const STOP_GRACE_MS = 20_000;
const RETRY_EACH_MS = 1000;

/** The order in which the parts of a push-server start and stop. */
export class Lifecycle implements PushServer {
  readonly stopDeadlineMs: number;
  readonly addresses: PushServer['addresses'];
  readonly #parts: LifecycleParts;
  #retryTimer: NodeJS.Timeout | undefined;
  #listening: Promise<void> | null = null;
  #stopping: Promise<void> | null = null;

  constructor(parts: LifecycleParts) {
    this.#parts = parts;
    this.addresses = parts.addresses;
    this.stopDeadlineMs = parts.settings.drainDeadlineMs + STOP_GRACE_MS;
  }

  async start(): Promise<void> {
    const { loopDelay, guard, presence, sweeper, audit, flapGuard, releases } = this.#parts;
    const { transport, logger } = this.#parts;
    await (this.#listening = this.#listen());
    if (this.#stopping !== null) return;
    loopDelay.start();
    guard.start();
    await presence.join();
    if (this.#stopping !== null) return;
    sweeper.start();
    audit.start();
    this.#retryTimer = setInterval(() => {
      flapGuard.forgetEnded();
      void releases.retry();
    }, RETRY_EACH_MS);
    logger.info({ ...this.addresses, transport }, 'push-server ready');
  }

  stop(): Promise<void> {
    return (this.#stopping ??= this.#stop());
  }

  async #listen(): Promise<void> {
    const { server, settings, listener, addresses, clientsUse } = this.#parts;
    const api = await server.listen({ host: settings.http.host, port: settings.http.port });
    addresses.api = settings.http.publicUrl ?? api;
    const { address, port } = await listener.listen(settings.host, settings.port);
    addresses[clientsUse] =
      settings.advertisedAddress || `${address.includes(':') ? `[${address}]` : address}:${port}`;
  }

  async #stop(): Promise<void> {
    // A start that is under way goes no further; what it has begun to open must be open before it can be closed.
    await this.#listening?.catch(() => undefined);
    await this.#sendClientsAway();
    await this.#letGo();
  }

  /** Out of the list first, so that nobody is sent here; the clients next; last what they needed to leave in order. */
  async #sendClientsAway(): Promise<void> {
    const { presence, sweeper, rebalance, membership, identity, drain, settings } = this.#parts;
    const { audit, listener, gateway } = this.#parts;
    await presence.withdraw();
    sweeper.stop();
    rebalance.stop();
    const others = membership.members('push-server').filter(({ nodeId }) => nodeId !== identity.nodeId);
    const isLast = others.length === 0;
    if (!isLast)
      await drain.run({
        clientsPerSecond: settings.drainClientsPerSecond,
        deadlineMs: settings.drainDeadlineMs,
      });
    audit.stop();
    listener.stopAccepting();
    // The last of its cluster has nowhere to send them: they come back to where it was.
    gateway.closeAll(isLast ? 'serverStopping' : 'goElsewhere');
    await presence.leave();
  }

  async #letGo(): Promise<void> {
    const { remote, reports, server, kicks, nodeClient, gateway } = this.#parts;
    clearInterval(this.#retryTimer);
    remote.close();
    reports.close();
    await server.close();
    kicks.close();
    await nodeClient.close();
    await gateway.stop();
    const { local, loopDelay, guard, keys, certificates } = this.#parts;
    local.close();
    loopDelay.stop();
    guard.stop();
    keys.close();
    certificates.close();
  }
}
