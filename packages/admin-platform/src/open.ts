import { openBackends } from '@longwire/cluster';
import { createLogger, type Service } from '@longwire/service-kit';
import { composeAdminPlatform } from './compose.ts';
import type { AdminPlatformConfig } from './config.ts';

/** An admin-platform in a process of its own, on the backends that its configuration names. */
export async function openAdminPlatform(config: AdminPlatformConfig): Promise<Service> {
  const logger = createLogger({ service: 'admin-platform', level: config.log.level });
  const backends = await openBackends(config, logger);
  const admin = await composeAdminPlatform({ config, ...backends, logger, processMetrics: true });
  return {
    start: () => admin.start(),
    async stop() {
      await admin.stop();
      await backends.close();
    },
  };
}
