import { databaseSettings, redisSettings, backendProblems, zookeeperSettings } from '@longwire/cluster';
import {
  apiKeysSettings,
  clusterSettings,
  httpSection,
  loadConfig,
  logSettings,
  tlsProblems,
} from '@longwire/service-kit';
import { Type, type Static } from 'typebox';

export const adminPlatformSettings = Type.Object({ http: httpSection({ port: 7430 }) });

export const adminPlatformConfigSchema = Type.Object({
  log: logSettings,
  cluster: clusterSettings,
  apiKeys: apiKeysSettings,
  redis: redisSettings,
  zookeeper: zookeeperSettings,
  database: databaseSettings,
  admin: adminPlatformSettings,
});

export type AdminPlatformConfig = Static<typeof adminPlatformConfigSchema>;

/** For an admin-platform in a process of its own. @throws ConfigError */
export function loadAdminPlatformConfig(env: NodeJS.ProcessEnv): AdminPlatformConfig {
  const check = (config: AdminPlatformConfig) => [...backendProblems(config), ...tlsProblems(config)];
  return loadConfig(adminPlatformConfigSchema, { env, check });
}
