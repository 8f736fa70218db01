import {
  NodeAddresses,
  NodeChoice,
  NodeClient,
  NodeKicks,
  NodeLeases,
  readinessOf,
  type Directory,
  type Membership,
  type Store,
} from '@longwire/cluster';
import {
  ApiKeys,
  Certificates,
  createHttpServer,
  createMetrics,
  failedNodeCalls,
  longwireVersion,
  requireApiKeyOrClusterSecret,
  TokenKeys,
  TokenVerifier,
  type Metrics,
  type Service,
} from '@longwire/service-kit';
import type { Logger } from 'pino';
import { ClientAccounts } from './clients/client-accounts.ts';
import type { AuthConfig } from './config.ts';
import { addClientRoutes } from './http/client-routes.ts';
import { addTokenRoutes } from './http/token-routes.ts';
import { PushServers } from './placement/push-servers.ts';
import { FailedSignIns } from './limits/failed-sign-ins.ts';
import { RequestRates } from './limits/request-rates.ts';
import { forgottenCounter, limitedCounter, limitRequests } from './limits/too-many-requests.ts';
import { ClientTokens } from './sign-in/client-tokens.ts';
import { SignIn } from './sign-in/sign-in.ts';
import { TokenIssuer } from './sign-in/token-issuer.ts';

export interface AuthServiceParts {
  readonly config: Pick<AuthConfig, 'apiKeys' | 'cluster' | 'tokens' | 'auth'>;
  readonly directory: Directory;
  readonly membership: Membership;
  readonly store: Store;
  readonly logger: Logger;
  /** Also measure the process itself: for the one service of a process that does. */
  readonly processMetrics?: boolean;
}

export interface AuthService extends Service {
  /** Where it listens, for example `http://127.0.0.1:7410`; known once it has started. */
  readonly url: string;
}

/**
 * Puts an auth-service together over adapters that others own: stopping it does not close them.
 *
 * @throws ConfigError when the token keys file cannot be used.
 */
export async function composeAuthService(parts: AuthServiceParts): Promise<AuthService> {
  const { config, directory, membership, store, logger } = parts;
  const metrics = createMetrics('auth-service', { processMetrics: parts.processMetrics ?? false });
  const certificates = new Certificates(metrics, logger);
  const tls = await certificates.openServer('auth.http.tls', config.auth.http.tls);
  const keys = await TokenKeys.open(config.tokens.keysFile, logger);
  const leases = new NodeLeases(directory, logger);
  const nodes = new PushServers(new NodeChoice(membership, leases));
  const clusterTls = await certificates.openCluster(config.cluster.tls);
  const nodeClient = new NodeClient(membership, config.cluster.secret, clusterTls, failedNodeCalls(metrics));
  const kicks = new NodeKicks(new NodeAddresses(membership, leases), nodeClient, logger);
  const verifier = new TokenVerifier(keys, config.tokens);
  const tokens = new ClientTokens({ verifier, directory, kicks, metrics });
  const accounts = new ClientAccounts(store);
  const issuer = new TokenIssuer(keys, config.tokens);
  const { trustedProxies } = config.auth;
  const apiKeys = new ApiKeys(config.apiKeys);
  const limited = limitedCounter(metrics);
  const { failures, addresses, clients } = openLimits(config.auth, metrics);
  const signIn = new SignIn({ accounts, failures, rates: clients, limited, tokens, issuer, nodes, metrics });

  const app = await createHttpServer({
    logger,
    metrics,
    tls,
    connectionLimits: config.auth.http,
    readiness: readinessOf({ directory, membership, store }),
    openapi: {
      title: 'Longwire auth-service',
      description: 'Registers clients, signs them in, and names the push-server to connect to.',
      version: longwireVersion,
    },
    metricsAuthorized: requireApiKeyOrClusterSecret(config.apiKeys, 'viewer', config.cluster.secret),
    trustedProxies,
    bodyLimitBytes: 16_384,
  });
  addClientRoutes(app, accounts, config.apiKeys);
  addTokenRoutes(app, {
    signIn,
    tokens,
    apiKeys,
    limitRequests: limitRequests(addresses, limited, apiKeys),
  });

  let url = '';
  return {
    get url() {
      return url;
    },
    async start() {
      await leases.start();
      const { host, port } = config.auth.http;
      url = await app.listen({ host, port });
      logger.info({ url }, 'auth-service is ready');
    },
    async stop() {
      // Requests in hand are answered first; they still need the rest.
      await app.close();
      kicks.close();
      await nodeClient.close();
      leases.stop();
      keys.close();
      certificates.close();
    },
  };
}

function openLimits(settings: AuthConfig['auth'], metrics: Metrics) {
  const forgotten = forgottenCounter(metrics);
  const forget = (limit: string) => () => forgotten.inc({ limit });
  const { requestsPerSecond, requestBurst, clientSignInsPerSecond, clientSignInBurst } = settings;
  return {
    failures: new FailedSignIns(settings, forget('failures')),
    addresses: new RequestRates({ perSecond: requestsPerSecond, burst: requestBurst }, forget('address')),
    clients: new RequestRates(
      { perSecond: clientSignInsPerSecond, burst: clientSignInBurst },
      forget('client'),
    ),
  };
}
