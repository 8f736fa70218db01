import { databaseSettings, redisSettings, backendProblems, zookeeperSettings } from '@longwire/cluster';
import {
  apiKeysSettings,
  clusterSettings,
  httpSection,
  loadConfig,
  logSettings,
  tokenSettings,
  tlsProblems,
  type ConfigProblem,
} from '@longwire/service-kit';
import { isIP } from 'node:net';
import { Type, type Static } from 'typebox';

const count = (defaultCount: number, description: string) =>
  Type.Integer({ default: defaultCount, minimum: 1, maximum: 1_000_000, description });

export const authSettings = Type.Object({
  http: httpSection({ port: 7410 }),
  trustedProxies: Type.Array(Type.String({ pattern: '^[0-9A-Fa-f:.]+(/[0-9]{1,3})?$' }), {
    default: [],
    description: 'addresses or networks of proxies in front, whose X-Forwarded-For is believed',
  }),
  requestsPerSecond: Type.Number({
    default: 100,
    minimum: 0.001,
    maximum: 1_000_000,
    description: 'sign-ins, refreshes and revocations from one address, in the long run',
  }),
  requestBurst: count(2000, 'the same at once, after a time without any'),
  clientSignInsPerSecond: Type.Number({
    default: 1,
    minimum: 0.001,
    maximum: 1_000_000,
    description: 'sign-ins and refreshes of one client that are right, in the long run',
  }),
  clientSignInBurst: count(30, 'the same at once, after a time without any'),
  freeFailures: count(5, 'wrong secrets in a row for one client from one address before it must wait'),
  freeClientFailures: count(50, 'the same from all addresses together, of each no more than freeFailures'),
  longestWaitMs: Type.Integer({
    default: 60_000,
    minimum: 1000,
    maximum: 3_600_000,
    description: 'the wait after wrong secrets begins with 1 s and doubles up to this',
  }),
});

export const authConfigSchema = Type.Object({
  log: logSettings,
  cluster: clusterSettings,
  apiKeys: apiKeysSettings,
  tokens: tokenSettings,
  redis: redisSettings,
  zookeeper: zookeeperSettings,
  database: databaseSettings,
  auth: authSettings,
});

export type AuthConfig = Static<typeof authConfigSchema>;

/** What no single setting of an auth-service can tell. */
export function checkAuthConfig({
  auth,
}: Pick<AuthConfig, 'auth'>): Pick<ConfigProblem, 'key' | 'allowed'>[] {
  return auth.trustedProxies.every(isNetwork)
    ? []
    : [{ key: 'auth.trustedProxies', allowed: 'a list of IP addresses, or of networks as 10.0.0.0/8' }];
}

function isNetwork(text: string): boolean {
  const [address = '', bits] = text.split('/');
  const version = isIP(address);
  return (
    version > 0 && (bits === undefined || (Number(bits) > 0 && Number(bits) <= (version === 4 ? 32 : 128)))
  );
}

/** For an auth-service in a process of its own. @throws ConfigError */
export function loadAuthConfig(env: NodeJS.ProcessEnv): AuthConfig {
  const check = (config: AuthConfig) => [
    ...backendProblems(config),
    ...tlsProblems(config),
    ...checkAuthConfig(config),
  ];
  return loadConfig(authConfigSchema, { env, check });
}
