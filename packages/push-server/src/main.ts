import { runMain } from '@longwire/service-kit';
import { loadPushServerConfig } from './config.ts';
import { openPushServer } from './open.ts';

await runMain('push-server', (requestStop) => openPushServer(loadPushServerConfig(process.env), requestStop));
