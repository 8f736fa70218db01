import { databaseSettings, redisSettings, zookeeperSettings } from '@longwire/cluster';
import {
  apiKeysSettings,
  clusterSettings,
  httpSection,
  loadConfig,
  logSettings,
  tokenSettings,
  type ConfigProblem,
} from '@longwire/service-kit';
import { Type, type Static } from 'typebox';

export const authSettings = Type.Object({ http: httpSection({ port: 7410 }) });

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

/** @throws ConfigError */
export function loadAuthConfig(env: NodeJS.ProcessEnv): AuthConfig {
  return loadConfig(authConfigSchema, { env, check: checkAuthConfig });
}

/** In a process of its own the auth-service can see push-servers only through what it shares with them. */
export function checkAuthConfig(config: AuthConfig): Pick<ConfigProblem, 'key' | 'allowed'>[] {
  const problems = [];
  if (config.redis.url === '')
    problems.push({ key: 'redis.url', allowed: 'the address of the shared Redis' });
  if (config.zookeeper.servers === '') {
    problems.push({ key: 'zookeeper.servers', allowed: 'the addresses of the shared ZooKeeper' });
  }
  return problems;
}
