export {
  composeUpstreamConsumer,
  type UpstreamConsumerParts,
  type UpstreamConsumerService,
} from './compose.ts';
export {
  checkUpstreamConsumerConfig,
  consumerSettings,
  loadUpstreamConsumerConfig,
  upstreamConsumerConfigSchema,
  type UpstreamConsumerConfig,
} from './config.ts';
export { openUpstreamConsumer } from './open.ts';
