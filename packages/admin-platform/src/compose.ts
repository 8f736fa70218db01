import {
  NodeAddresses,
  NodeClient,
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
  requireApiKey,
  requireApiKeyOrClusterSecret,
  type Service,
} from '@longwire/service-kit';
import type { Logger } from 'pino';
import type { AdminPlatformConfig } from './config.ts';
import { serveClients } from './http/client-routes.ts';
import { serveMessages } from './http/message-routes.ts';
import { serveNodes } from './http/node-routes.ts';
import { servePushes } from './http/push-routes.ts';
import { serveSteering } from './http/steering-routes.ts';
import { PushForwarder } from './pushes/push-forwarder.ts';

export interface AdminPlatformParts {
  readonly config: Pick<AdminPlatformConfig, 'cluster' | 'apiKeys' | 'admin'>;
  readonly directory: Directory;
  readonly membership: Membership;
  readonly store: Store;
  readonly logger: Logger;
  /** Also measure the process itself: for the one service of a process that does. */
  readonly processMetrics?: boolean;
}

export interface AdminPlatform extends Service {
  /** Base URL of its API; known once started. */
  readonly url: string;
}

/** Puts an admin-platform together. It does not own the adapters that it is given: whoever opened them closes them, after `stop`. */
export async function composeAdminPlatform(parts: AdminPlatformParts): Promise<AdminPlatform> {
  const { config, directory, membership, store, logger } = parts;
  const { cluster, apiKeys, admin } = config;
  const metrics = createMetrics('admin-platform', { processMetrics: parts.processMetrics ?? false });
  const certificates = new Certificates(metrics, logger);
  const nodeTls = await certificates.openCluster(cluster.tls);
  const client = new NodeClient(membership, cluster.secret, nodeTls, failedNodeCalls(metrics));
  const leases = new NodeLeases(directory, logger);
  const nodes = new NodeAddresses(membership, leases);
  const forwarder = new PushForwarder(membership, nodeTls, logger);

  const server = await createHttpServer({
    ...{ logger, metrics },
    tls: await certificates.openServer('admin.http.tls', admin.http.tls),
    connectionLimits: admin.http,
    readiness: readinessOf({ directory, membership, store }),
    openapi: {
      title: 'Longwire admin-platform',
      description: 'Through which people watch and steer the cluster.',
      version: longwireVersion,
    },
    metricsAuthorized: requireApiKeyOrClusterSecret(apiKeys, 'viewer', cluster.secret),
  });
  const guards = { viewer: requireApiKey(apiKeys, 'viewer'), operator: requireApiKey(apiKeys, 'operator') };
  serveNodes(server, { guards, directory, membership });
  serveSteering(server, { guards, directory, membership, client });
  serveClients(server, { guards, directory, nodes, store, client });
  serveMessages(server, { guards, store });
  await servePushes(server, { guards, forwarder });
  let url = '';

  return {
    get url() {
      return url;
    },

    async start() {
      const { host, port } = admin.http;
      url = await server.listen({ host, port });
      logger.info({ url }, 'admin-platform ready');
    },

    async stop() {
      await server.close();
      await forwarder.close();
      await client.close();
      certificates.close();
    },
  };
}
