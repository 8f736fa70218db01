import { KafkaUpstreamLog, openStore } from '@longwire/cluster';
import { createLogger, type Service } from '@longwire/service-kit';
import { composeUpstreamConsumer } from './compose.ts';
import type { UpstreamConsumerConfig } from './config.ts';

/** An upstream-consumer in a process of its own, on the backends that its configuration names. */
export async function openUpstreamConsumer(config: UpstreamConsumerConfig): Promise<Service> {
  const logger = createLogger({ service: 'upstream-consumer', level: config.log.level });
  const store = await openStore({ settings: config.database, logger });
  // Not started: that would fail here while Kafka is away, and a consumer rather waits for it.
  const upstream = new KafkaUpstreamLog({ settings: config.kafka, logger, clientId: 'upstream-consumer' });
  const service = await composeUpstreamConsumer({ config, upstream, store, logger, processMetrics: true });
  return {
    start: () => service.start(),
    async stop() {
      await service.stop();
      await upstream.close();
      await store.close();
    },
  };
}
