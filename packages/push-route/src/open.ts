import { openDirectory, openMembership, openStore } from '@longwire/cluster';
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
  const directory = openDirectory({ settings: config.redis, logger });
  const membership = await openMembership({ settings: config.zookeeper, logger });
  const store = await openStore({ settings: config.database, logger });
  const route = await composePushRoute({
    config,
    directory,
    membership,
    store,
    logger,
    processMetrics: true,
  });
  return {
    start: () => route.start(),
    async stop() {
      await route.stop();
      await membership.close();
      await directory.close();
      await store.close();
    },
  };
}
