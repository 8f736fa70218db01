export { composePushServer, type PushServerParts } from './compose.ts';
export {
  checkPushServerConfig,
  loadPushServerConfig,
  pushServerConfigSchema,
  type PushServerConfig,
} from './config.ts';
export type { PushServer } from './lifecycle.ts';
export { openPushServer } from './open.ts';
export type { UpstreamAnswer, UpstreamHandler } from './upstream/upstream-handlers.ts';
