import { runMain } from '@longwire/service-kit';
import { openAuthService } from './compose.ts';
import { loadAuthConfig } from './config.ts';

await runMain('auth-service', () => openAuthService(loadAuthConfig(process.env)));
