export { composePushRoute, type PushRoute, type PushRouteParts } from './compose.ts';
export {
  checkPushRouteConfig,
  loadPushRouteConfig,
  pushRouteConfigSchema,
  pushRouteSettings,
  type PushRouteConfig,
  type PushRouteSettings,
} from './config.ts';
export { openPushRoute } from './open.ts';
export { pushFailures, type PushFailure } from './runner/push-job.ts';
