import {
  callsUpgrade,
  DeliveryRouter,
  NodeAddresses,
  NodeChoice,
  NodeClient,
  NodeDeliveries,
  NodeKicks,
  NodeLeases,
  readinessOf,
  RouteHolders,
  type Directory,
  type Membership,
  type UpstreamLog,
} from '@longwire/cluster';
import {
  Certificates,
  createHttpServer,
  createMetrics,
  failedNodeCalls,
  longwireVersion,
  requireApiKeyOrClusterSecret,
  TokenKeys,
  TokenVerifier,
  upgradesFor,
} from '@longwire/service-kit';
import { totalmem } from 'node:os';
import type { Logger } from 'pino';
import { LoadFactor } from './cluster/load-factor.ts';
import { NodeIdentity } from './cluster/node-identity.ts';
import { PauseGuard } from './cluster/pause-guard.ts';
import { Presence } from './cluster/presence.ts';
import { Sweeper } from './cluster/sweeper.ts';
import type { PushServerConfig } from './config.ts';
import { LocalDeliveries } from './delivery/local-deliveries.ts';
import { OutcomeReports } from './delivery/outcome-reports.ts';
import { Lifecycle, type PushServer } from './lifecycle.ts';
import { Admission } from './listener/admission.ts';
import { chooseTransport } from './listener/choose-transport.ts';
import { ClaimWindow } from './listener/claim-window.ts';
import { LoopDelay } from './listener/loop-delay.ts';
import { connectionBounds } from './listener/open-files.ts';
import { TcpListener } from './listener/tcp-listener.ts';
import { createPushServerMetrics, observe } from './metrics.ts';
import { serveNodeApi } from './node-api/node-api.ts';
import { ClientMessages } from './session/client-messages.ts';
import { Drain } from './session/drain.ts';
import { FlapGuard } from './session/flap-guard.ts';
import { Gateway } from './session/gateway.ts';
import { Login } from './session/login.ts';
import { RouteAudit } from './session/route-audit.ts';
import { Rebalance } from './session/rebalance.ts';
import { RouteRepair } from './session/route-repair.ts';
import { RouteReleases } from './session/route-releases.ts';
import { SessionRegistry } from './session/session-registry.ts';
import { TokenRefresh } from './session/token-refresh.ts';
import { UpstreamHandlers, type UpstreamHandler } from './upstream/upstream-handlers.ts';

export interface PushServerParts {
  readonly config: Pick<PushServerConfig, 'cluster' | 'apiKeys' | 'tokens' | 'push'>;
  readonly directory: Directory;
  readonly membership: Membership;
  readonly upstream: UpstreamLog;
  readonly logger: Logger;
  /** Business code by kind of message, beside the modules of `push.handlerModules`. */
  readonly upstreamHandlers?: Readonly<Record<string, UpstreamHandler>>;
  /** Ends the process in order, as SIGTERM does; left out where the process has other roles, which must go on. */
  readonly requestStop?: () => void;
  /** Also measure the process itself: for the one service of a process that does. */
  readonly processMetrics?: boolean;
}

/** Puts a push-server together. It does not own the adapters that it is given: whoever opened them closes them, after `stop`. */
export async function composePushServer(parts: PushServerParts): Promise<PushServer> {
  const { config, directory, membership, upstream, logger } = parts;
  const settings = config.push;
  const identity = new NodeIdentity(settings.nodeId);
  const metrics = createMetrics('push-server', { processMetrics: parts.processMetrics ?? false });
  const ownMetrics = createPushServerMetrics(metrics);
  const keys = await TokenKeys.open(config.tokens.keysFile, logger);

  const registry = new SessionRegistry();
  const certificates = new Certificates(metrics, logger);
  const nodeTls = await certificates.openCluster(config.cluster.tls);
  const nodeClient = new NodeClient(membership, config.cluster.secret, nodeTls, failedNodeCalls(metrics));
  const remote = new NodeDeliveries(
    nodeClient,
    membership,
    { role: 'push-server', nodeId: identity.nodeId },
    logger,
  );
  const leases = new NodeLeases(directory, logger);
  const nodes = new NodeAddresses(membership, leases);
  const router = new DeliveryRouter(directory, nodes, remote, logger);
  const local = new LocalDeliveries(registry, settings);
  const reports = new OutcomeReports({
    nodeId: identity.nodeId,
    client: nodeClient,
    membership,
    nodes,
    dropped: ownMetrics.lostReports,
    logger,
  });
  const handlers = new UpstreamHandlers(upstream, logger);
  for (const [kind, handler] of Object.entries(parts.upstreamHandlers ?? {}))
    handlers.register(kind, handler);
  await handlers.load(settings.handlerModules);

  const releases = new RouteReleases(directory, ownMetrics.lostReleases, logger);
  const verifier = new TokenVerifier(keys, config.tokens);
  const kicks = new NodeKicks(nodes, nodeClient, logger);
  const flapGuard = new FlapGuard(settings, () => ownMetrics.forgottenLogins.inc());
  const guard = new PauseGuard(
    () => membership.sessionTimeoutMs,
    () => presence.fence('paused'),
  );
  const claims = new ClaimWindow(settings);
  const login = new Login({
    identity,
    guard,
    verifier,
    directory,
    claims,
    kicks,
    registry,
    releases,
    flapGuard,
    unreachedReplaced: ownMetrics.unreachedReplaced,
    logger,
  });
  const loopDelay = new LoopDelay();
  const bounds = connectionBounds(settings, logger);
  const admission = new Admission({ ...settings, ...bounds }, loopDelay, claims);
  const messages = new ClientMessages({
    settings,
    identity,
    registry,
    deliveries: local,
    router,
    upstream: handlers,
    metrics: ownMetrics,
    logger,
  });
  const gateway = new Gateway({
    settings,
    identity,
    guard,
    admission,
    registry,
    login,
    tokenRefresh: new TokenRefresh({ verifier, directory, releases, logger }),
    releases,
    deliveries: local,
    messages,
    metrics: ownMetrics,
    logger,
  });
  const pushTls = await certificates.openServer('push.tls', settings.tls);
  const acceptHandles = pushTls === null ? await chooseTransport(settings.transport, logger) : null;
  const listener = new TcpListener({ admission, owner: gateway, tls: pushTls, acceptHandles, logger });
  const choice = new NodeChoice(membership, leases);
  const departing = {
    ...{ nodeId: identity.nodeId, registry, choice, leases, logger },
    redirected: ownMetrics.redirected,
  };
  const rebalance = new Rebalance(departing);
  observe(metrics, { gateway, admission, loopDelay, claims, registry, releases, upstream, remote });

  const upgrade = { ...callsUpgrade, clusterSecret: config.cluster.secret };
  const server = await createHttpServer({
    logger,
    metrics,
    upgrades: upgradesFor(upgrade),
    tls: await certificates.openServer('push.http.tls', settings.http.tls),
    connectionLimits: settings.http,
    // Of what clients leave: other nodes get in however many clients there are, and backends however many call.
    reservedFiles: settings.reservedFiles / 4,
    readiness: {
      ...readinessOf({ directory, membership, upstream }),
      registration: () => presence.assertMember(),
    },
    openapi: {
      title: 'Longwire push-server',
      description: 'Node API of a push-server',
      version: longwireVersion,
    },
    metricsAuthorized: requireApiKeyOrClusterSecret(config.apiKeys, 'viewer', config.cluster.secret),
  });
  const checkAwake = (): void => guard.check();
  server.addHook('onRequest', (_request, _reply, done) => {
    checkAwake();
    done();
  });
  serveNodeApi(server, {
    upgrade,
    identity,
    rebalance,
    requestStop: parts.requestStop ?? null,
    registry,
    local,
    remote,
    reports,
    metrics: ownMetrics,
    callMetrics: metrics,
    checkAwake,
    logger,
  });

  const addresses = { tcp: '', tls: '', api: '' };
  const presence = new Presence({
    identity,
    membership,
    directory,
    logger,
    describe: () => {
      const { api, tcp, tls } = addresses;
      const forClients = pushTls === null ? { tcp } : { tls };
      return { addresses: { api, ...forClients }, weight: settings.weight, version: longwireVersion };
    },
    sessions: () => registry.size,
    connections: () => gateway.connections,
    loopDelay,
    loadFactor: new LoadFactor({
      memoryLimitBytes: settings.memoryLimitBytes || machineMemoryBytes(),
      maxConnections: bounds.maxConnections,
    }),
    guard,
    onFenced: (reason) => {
      ownMetrics.fences.inc({ reason });
      gateway.closeAll('goElsewhere');
    },
    onForgotten: () => audit.hurry(),
  });
  const sweeper = new Sweeper({ identity, membership, directory, guard, logger });
  const holders = new RouteHolders(membership, directory, nodes, nodeClient);
  const { audited } = ownMetrics;
  const repair = new RouteRepair({
    identity,
    guard,
    registry,
    directory,
    holders,
    kicks,
    releases,
    audited,
    logger,
  });
  const audit = new RouteAudit(registry, repair, guard);
  return new Lifecycle({
    ...{ settings, identity, membership, addresses, server, listener, gateway, presence, guard, sweeper },
    ...{ audit, rebalance, flapGuard, releases, remote, reports, kicks, nodeClient, local, loopDelay },
    ...{ keys, certificates, logger },
    clientsUse: pushTls === null ? 'tcp' : 'tls',
    transport: acceptHandles === null ? 'socket' : 'handle',
    drain: new Drain(departing),
  });
}

/** What the container may use, or else what the machine has. */
function machineMemoryBytes(): number {
  const limit = process.constrainedMemory();
  // Without a limit it is 0, or some number that no machine has.
  return limit > 0 && limit < totalmem() ? limit : totalmem();
}
