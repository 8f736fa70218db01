import { expect, it } from 'vitest';
import { loadUpstreamConsumerConfig } from '../src/index.ts';
import { secret } from './consumer-fixture.ts';

it('has a default for everything that is not the cluster’s own', () => {
  const config = loadUpstreamConsumerConfig({
    LONGWIRE_CLUSTER_SECRET: secret,
    LONGWIRE_KAFKA_BROKERS: '127.0.0.1:9092',
  });
  expect(config.consumer).toMatchObject({
    group: 'longwire-upstream-consumer',
    http: { host: '127.0.0.1', port: 7440 },
  });
});
