import { readinessOf, type Store, type UpstreamConsumer, type UpstreamLog } from '@longwire/cluster';
import {
  Certificates,
  createHttpServer,
  createMetrics,
  longwireVersion,
  requireApiKeyOrClusterSecret,
  type Metrics,
  type Service,
} from '@longwire/service-kit';
import type { Logger } from 'pino';
import type { UpstreamConsumerConfig } from './config.ts';
import { RecordWriter } from './writing/record-writer.ts';
import { writerMetrics } from './writing/writer-metrics.ts';

export interface UpstreamConsumerParts {
  readonly config: Pick<UpstreamConsumerConfig, 'cluster' | 'apiKeys' | 'consumer'>;
  /** Neither the log nor the store is closed by the service. */
  readonly upstream: UpstreamLog;
  readonly store: Store;
  readonly logger: Logger;
  /** Also measure the process itself: for the one service of a process that does. */
  readonly processMetrics?: boolean;
}

export interface UpstreamConsumerService extends Service {
  /** Base URL of health and metrics; null until started. */
  url(): string | null;
}

/** Puts the service together on backends that are already open: for several services in one process, and for tests. */
export async function composeUpstreamConsumer(
  parts: UpstreamConsumerParts,
): Promise<UpstreamConsumerService> {
  const { config, upstream, store, logger } = parts;
  const metrics = createMetrics('upstream-consumer', { processMetrics: parts.processMetrics ?? false });
  const writer = new RecordWriter({ store, upstream, logger, metrics: writerMetrics(metrics) });
  const certificates = new Certificates(metrics, logger);
  const http = await openHttp(parts, metrics, certificates);
  let consumer: UpstreamConsumer | null = null;
  let url: string | null = null;
  return {
    url: () => url,
    async start() {
      const { host, port } = config.consumer.http;
      url = await http.listen({ host, port });
      consumer = await upstream.consume(config.consumer.group, (batch) => writer.write(batch));
      logger.info({ url, group: config.consumer.group }, 'upstream-consumer is ready');
    },
    /** The batch in hand first; health and metrics answer until the end. */
    async stop() {
      await consumer?.stop();
      await http.close();
      certificates.close();
    },
  };
}

async function openHttp(
  { config, upstream, store, logger }: UpstreamConsumerParts,
  metrics: Metrics,
  certificates: Certificates,
) {
  const { apiKeys, cluster, consumer } = config;
  return createHttpServer({
    logger,
    metrics,
    tls: await certificates.openServer('consumer.http.tls', consumer.http.tls),
    connectionLimits: consumer.http,
    readiness: readinessOf({ upstream, store }),
    openapi: {
      title: 'Longwire upstream-consumer',
      description: 'Health and metrics of the process that moves upstream messages into the store.',
      version: longwireVersion,
    },
    metricsAuthorized: requireApiKeyOrClusterSecret(apiKeys, 'viewer', cluster.secret),
  });
}
