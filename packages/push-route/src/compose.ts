import { randomBytes } from 'node:crypto';
import {
  callsUpgrade,
  DeliveryRouter,
  NodeAddresses,
  NodeClient,
  NodeDeliveries,
  NodeLeases,
  readinessOf,
  type Directory,
  type Membership,
  type Store,
} from '@longwire/cluster';
import {
  Certificates,
  createHttpServer,
  createMetrics,
  failedNodeCalls,
  longwireVersion,
  requireApiKeyOrClusterSecret,
  upgradesFor,
  type Metrics,
  type Service,
} from '@longwire/service-kit';
import type { Logger } from 'pino';
import type { PushRouteConfig } from './config.ts';
import { PushDesk, routerName } from './desk/push-desk.ts';
import { serveOutcomes } from './http/outcome-route.ts';
import { servePushes } from './http/push-routes.ts';
import { RouteRegistration } from './registration.ts';
import { carryToEveryone } from './runner/carry-to-everyone.ts';
import { carryToTargets, chunksOfList, chunksRegisteredSince } from './runner/carry-to-targets.ts';
import type { Carry } from './runner/push-job.ts';
import { createPushMetrics, watchRunner } from './runner/push-metrics.ts';
import { PushRunner } from './runner/push-runner.ts';

export interface PushRouteParts {
  readonly config: Pick<PushRouteConfig, 'cluster' | 'apiKeys' | 'route'>;
  readonly directory: Directory;
  readonly membership: Membership;
  readonly store: Store;
  readonly logger: Logger;
  /** Also measure the process itself: for the one service of a process that does. */
  readonly processMetrics?: boolean;
}

export interface PushRoute extends Service {
  /** Base URL of its API; known once started. */
  readonly url: string;
}

/** Puts a push-route together. It does not own the adapters that it is given: whoever opened them closes them, after `stop`. */
export async function composePushRoute(parts: PushRouteParts): Promise<PushRoute> {
  const { config, directory, membership, store, logger } = parts;
  const { cluster, apiKeys, route } = config;
  const identity = { nodeId: route.nodeId, boot: randomBytes(8).toString('hex') };
  const metrics = createMetrics('push-route', { processMetrics: parts.processMetrics ?? false });
  const certificates = new Certificates(metrics, logger);
  const nodeTls = await certificates.openCluster(cluster.tls);
  const client = new NodeClient(membership, cluster.secret, nodeTls, failedNodeCalls(metrics));
  const { deliveries, runner } = composeDelivery(parts, client, metrics);
  const desk = new PushDesk({
    ...{ store, runner, membership },
    router: routerName(identity),
    acknowledgeTimeoutMs: route.acknowledgeTimeoutMs,
  });

  const upgrade = { ...callsUpgrade, clusterSecret: cluster.secret };
  const server = await createHttpServer({
    ...{ logger, metrics },
    upgrades: upgradesFor(upgrade),
    tls: await certificates.openServer('route.http.tls', route.http.tls),
    connectionLimits: route.http,
    readiness: readinessOf({ directory, membership, store }),
    openapi: {
      title: 'Longwire push-route',
      description: 'Pushes a message to a list of clients, to everyone, or to newly registered clients.',
      version: longwireVersion,
    },
    metricsAuthorized: requireApiKeyOrClusterSecret(apiKeys, 'viewer', cluster.secret),
  });
  servePushes(server, { desk, store, apiKeys });
  serveOutcomes(server, { deliveries, upgrade, metrics });
  let url = '';
  let registration: RouteRegistration | null = null;

  return {
    get url() {
      return url;
    },

    async start() {
      const listening = await server.listen({ host: route.http.host, port: route.http.port });
      url = route.http.publicUrl ?? listening;
      const member = { ...identity, addresses: { api: url }, weight: 1, version: longwireVersion };
      registration = new RouteRegistration(membership, { ...member, state: 'active' }, logger);
      await registration.start();
      logger.info({ url, ...identity }, 'push-route ready');
    },

    // New pushes go elsewhere first; the server stays until late outcomes are in; the links to nodes go last.
    async stop() {
      const warn = (error: unknown): void => logger.warn({ err: error }, 'could not leave the membership');
      await registration?.drain().catch(warn);
      await runner.stop(route.stopDeadlineMs);
      await registration?.remove().catch(warn);
      await server.close();
      deliveries.close();
      await client.close();
      certificates.close();
    },
  };
}

/** What carries pushes to push-servers and their results to the store. */
function composeDelivery(parts: PushRouteParts, client: NodeClient, metrics: Metrics) {
  const { config, directory, membership, store, logger } = parts;
  const { nodeId, maxRunningPushes, maxWaitingPushes, storeOutageMs } = config.route;
  const pushMetrics = createPushMetrics(metrics);
  const deliveries = new NodeDeliveries(client, membership, { role: 'push-route', nodeId }, logger);
  const leases = new NodeLeases(directory, logger);
  const nodes = new NodeAddresses(membership, leases);
  const router = new DeliveryRouter(directory, nodes, deliveries, logger);
  const deps = {
    ...{ client, leases, nodes, router, store, storeOutageMs, logger },
    metrics: pushMetrics,
  };
  const carry: Carry = (job, signal) => {
    const { audience } = job;
    switch (audience.type) {
      case 'everyone':
        return carryToEveryone(deps, job, signal);
      case 'clients':
        return carryToTargets(deps, job, chunksOfList(audience.clientIds), signal);
      case 'registered-since':
        return carryToTargets(deps, job, chunksRegisteredSince(deps, audience.sinceMs, signal), signal);
    }
  };
  const runner = new PushRunner({
    ...{ carry, store, logger },
    metrics: pushMetrics,
    maxRunning: maxRunningPushes,
    maxWaiting: maxWaitingPushes,
  });
  watchRunner(metrics, runner);
  return { deliveries, runner };
}
