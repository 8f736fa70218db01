import { databaseSettings, redisSettings, backendProblems, zookeeperSettings } from '@longwire/cluster';
import {
  apiKeysSettings,
  clusterSettings,
  httpSection,
  loadConfig,
  logSettings,
  tokenSettings,
  tlsProblems,
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

/** For an auth-service in a process of its own. @throws ConfigError */
export function loadAuthConfig(env: NodeJS.ProcessEnv): AuthConfig {
  const check = (config: AuthConfig) => [...backendProblems(config), ...tlsProblems(config)];
  return loadConfig(authConfigSchema, { env, check });
}
