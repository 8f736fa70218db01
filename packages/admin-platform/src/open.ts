import { openDirectory, openMembership, openStore } from '@longwire/cluster';
import { createLogger, type Service } from '@longwire/service-kit';
import { composeAdminPlatform } from './compose.ts';
import type { AdminPlatformConfig } from './config.ts';

/** An admin-platform in a process of its own, on the backends that its configuration names. */
export async function openAdminPlatform(config: AdminPlatformConfig): Promise<Service> {
  const logger = createLogger({ service: 'admin-platform', level: config.log.level });
  const directory = openDirectory({ settings: config.redis, logger });
  const membership = await openMembership({ settings: config.zookeeper, logger });
  const store = await openStore({ settings: config.database, logger });
  const admin = await composeAdminPlatform({
    config,
    directory,
    membership,
    store,
    logger,
    processMetrics: true,
  });
  return {
    start: () => admin.start(),
    async stop() {
      await admin.stop();
      await membership.close();
      await directory.close();
      await store.close();
    },
  };
}
