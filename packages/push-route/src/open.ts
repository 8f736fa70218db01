import { openBackends } from '@longwire/cluster';
import { createLogger, type Service } from '@longwire/service-kit';
import { composePushRoute } from './compose.ts';
import type { PushRouteConfig } from './config.ts';

/** A push-route in a process of its own, on the backends that its configuration names. */
export async function openPushRoute(config: PushRouteConfig): Promise<Service> {
  const logger = createLogger({
    service: 'push-route',
    level: config.log.level,
    nodeId: config.route.nodeId,
  });
  const backends = await openBackends(config, logger);
  const route = await composePushRoute({ config, ...backends, logger, processMetrics: true });
  return {
    start: () => route.start(),
    async stop() {
      await route.stop();
      await backends.close();
    },
  };
}
