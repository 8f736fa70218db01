import { runMain } from '@longwire/service-kit';
import { openUpstreamConsumer } from './compose.ts';
import { loadUpstreamConsumerConfig } from './config.ts';

await runMain('upstream-consumer', () => openUpstreamConsumer(loadUpstreamConsumerConfig(process.env)));
