export { composeAuthService, type AuthService, type AuthServiceParts } from './compose.ts';
export { authConfigSchema, authSettings, loadAuthConfig, type AuthConfig } from './config.ts';
export { openAuthService } from './open.ts';
