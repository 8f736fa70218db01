import { databaseSettings, kafkaSettings } from '@longwire/cluster';
import {
  apiKeysSettings,
  clusterSettings,
  httpSection,
  loadConfig,
  logSettings,
  tlsProblems,
  type ConfigProblem,
} from '@longwire/service-kit';
import { Type, type Static } from 'typebox';

export const consumerSettings = Type.Object({
  group: Type.String({
    default: 'longwire-upstream-consumer',
    pattern: '^[A-Za-z0-9._-]{1,200}$',
    description: 'consumer group; all upstream-consumers of a cluster share one, and with it the work',
  }),
  http: httpSection({ port: 7440 }),
});

export const upstreamConsumerConfigSchema = Type.Object({
  log: logSettings,
  cluster: clusterSettings,
  apiKeys: apiKeysSettings,
  kafka: kafkaSettings,
  database: databaseSettings,
  consumer: consumerSettings,
});

export type UpstreamConsumerConfig = Static<typeof upstreamConsumerConfigSchema>;

/** @throws ConfigError */
export function loadUpstreamConsumerConfig(env: NodeJS.ProcessEnv): UpstreamConsumerConfig {
  return loadConfig(upstreamConsumerConfigSchema, { env, check: checkUpstreamConsumerConfig });
}

/** What no single setting can tell. In a process of its own the consumer can share a log with the push-servers only through Kafka. */
export function checkUpstreamConsumerConfig(
  config: UpstreamConsumerConfig,
): Pick<ConfigProblem, 'key' | 'allowed'>[] {
  const problems = tlsProblems(config);
  if (config.kafka.brokers === '')
    problems.push({ key: 'kafka.brokers', allowed: 'the addresses of the shared Kafka' });
  return problems;
}
