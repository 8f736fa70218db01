import { runMain } from '@longwire/service-kit';
import { loadPushRouteConfig } from './config.ts';
import { openPushRoute } from './open.ts';

await runMain('push-route', () => openPushRoute(loadPushRouteConfig(process.env)));
