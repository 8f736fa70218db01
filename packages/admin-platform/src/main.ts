import { runMain } from '@longwire/service-kit';
import { loadAdminPlatformConfig } from './config.ts';
import { openAdminPlatform } from './open.ts';

await runMain('admin-platform', () => openAdminPlatform(loadAdminPlatformConfig(process.env)));
