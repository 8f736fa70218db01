import { runMain } from '@longwire/service-kit';
import { loadPushServerConfig } from './config.ts';
import { openPushServer } from './open.ts';

await runMain('push-server', () => openPushServer(loadPushServerConfig(process.env)));
