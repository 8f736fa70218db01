export * from './upstream-log.ts';
export { EmbeddedUpstreamLog, type DeadLetter } from './embedded-upstream-log.ts';
export { KafkaUpstreamLog } from './kafka-upstream-log.ts';
