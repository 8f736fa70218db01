import { databaseSettings, redisSettings, backendProblems, zookeeperSettings } from '@longwire/cluster';
import {
  advertisedHttpSection,
  apiKeysSettings,
  clusterSettings,
  loadConfig,
  logSettings,
  tlsProblems,
  type ConfigProblem,
} from '@longwire/service-kit';
import { hostname } from 'node:os';
import { Type, type Static } from 'typebox';

export const pushRouteSettings = Type.Object({
  nodeId: Type.String({
    default: `route-${hostname()}`.replace(/[^A-Za-z0-9._-]/g, '-').slice(0, 64),
    pattern: '^[A-Za-z0-9._-]{1,64}$',
    description: 'stable name of this push-route',
  }),
  http: advertisedHttpSection({ port: 7420 }),
  acknowledgeTimeoutMs: Type.Integer({
    default: 10_000,
    minimum: 100,
    maximum: 60_000,
    description: 'how long a client may take to acknowledge a push',
  }),
  maxRunningPushes: Type.Integer({
    default: 32,
    minimum: 1,
    maximum: 100,
    description: 'those to everyone that run together reach a client in one write',
  }),
  maxWaitingPushes: Type.Integer({ default: 100, minimum: 0, maximum: 10_000 }),
  storeOutageMs: Type.Integer({
    default: 60_000,
    minimum: 100,
    maximum: 3_600_000,
    description: 'how long a running push waits for a store that is away, before it fails',
  }),
  stopDeadlineMs: Type.Integer({
    default: 20_000,
    minimum: 0,
    maximum: 25_000,
    description: 'how long a stop waits for running pushes',
  }),
});

export const pushRouteConfigSchema = Type.Object({
  log: logSettings,
  cluster: clusterSettings,
  apiKeys: apiKeysSettings,
  redis: redisSettings,
  zookeeper: zookeeperSettings,
  database: databaseSettings,
  route: pushRouteSettings,
});

export type PushRouteSettings = Static<typeof pushRouteSettings>;
export type PushRouteConfig = Static<typeof pushRouteConfigSchema>;

/** What no single setting of a push-route can tell. */
export function checkPushRouteConfig({
  route,
}: Pick<PushRouteConfig, 'route'>): Pick<ConfigProblem, 'key' | 'allowed'>[] {
  const isAnyAddress = route.http.host === '0.0.0.0' || route.http.host === '::';
  if (!isAnyAddress || route.http.publicUrl !== undefined) return [];
  return [
    {
      key: 'route.http.publicUrl',
      allowed: `a URL that nodes can reach, because route.http.host is ${route.http.host}`,
    },
  ];
}

/** For a push-route in a process of its own. @throws ConfigError */
export function loadPushRouteConfig(env: NodeJS.ProcessEnv): PushRouteConfig {
  const check = (config: PushRouteConfig) => [
    ...backendProblems(config),
    ...checkPushRouteConfig(config),
    ...tlsProblems(config),
  ];
  return loadConfig(pushRouteConfigSchema, { env, check });
}
