import { runMain } from '@longwire/service-kit';
import { loadUpstreamConsumerConfig } from './config.ts';
import { openUpstreamConsumer } from './open.ts';

await runMain('upstream-consumer', () => openUpstreamConsumer(loadUpstreamConsumerConfig(process.env)));
