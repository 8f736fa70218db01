import { openBackends } from '@longwire/cluster';
import { createLogger, type Service } from '@longwire/service-kit';
import { composeAuthService } from './compose.ts';
import type { AuthConfig } from './config.ts';

/** An auth-service in a process of its own, on the backends that its configuration names. */
export async function openAuthService(config: AuthConfig): Promise<Service> {
  const logger = createLogger({ service: 'auth-service', level: config.log.level });
  const backends = await openBackends(config, logger);
  const service = await composeAuthService({ config, ...backends, logger, processMetrics: true });
  return {
    start: () => service.start(),
    async stop() {
      await service.stop();
      await backends.close();
    },
  };
}
