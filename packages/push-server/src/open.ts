import { openDirectory, openMembership, openUpstreamLog } from '@longwire/cluster';
import { createLogger, type Service } from '@longwire/service-kit';
import { composePushServer } from './compose.ts';
import type { PushServerConfig } from './config.ts';

/** A push-server in a process of its own, on the backends that its configuration names. */
export async function openPushServer(config: PushServerConfig, requestStop: () => void): Promise<Service> {
  const logger = createLogger({
    service: 'push-server',
    level: config.log.level,
    nodeId: config.push.nodeId,
  });
  const directory = openDirectory({ settings: config.redis, logger });
  const membership = await openMembership({ settings: config.zookeeper, logger });
  const upstream = await openUpstreamLog({ settings: config.kafka, logger, clientId: config.push.nodeId });
  const server = await composePushServer({
    config,
    directory,
    membership,
    upstream,
    logger,
    requestStop,
    processMetrics: true,
  });
  return {
    stopDeadlineMs: server.stopDeadlineMs!,
    start: () => server.start(),
    async stop() {
      await server.stop();
      await upstream.close();
      await membership.close();
      await directory.close();
    },
  };
}
