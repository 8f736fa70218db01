import { runMain } from '@longwire/service-kit';
import { loadAuthConfig } from './config.ts';
import { openAuthService } from './open.ts';

await runMain('auth-service', () => openAuthService(loadAuthConfig(process.env)));
