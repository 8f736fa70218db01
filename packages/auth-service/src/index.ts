export { composeAuthService, openAuthService, type AuthService, type AuthServiceParts } from './compose.ts';
export { authConfigSchema, authSettings, loadAuthConfig, type AuthConfig } from './config.ts';
