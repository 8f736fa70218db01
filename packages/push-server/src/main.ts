import { beginLean } from '@longwire/service-kit/lean-heap';

const working = beginLean();
// Not imported above: that would be loaded first.
const { runMain } = await import('@longwire/service-kit');
const { loadPushServerConfig } = await import('./config.ts');
const { openPushServer } = await import('./open.ts');

await runMain('push-server', (requestStop) => openPushServer(loadPushServerConfig(process.env), requestStop));
working();
