export { composeAuthService, type AuthService, type AuthServiceParts } from './compose.ts';
export {
  authConfigSchema,
  checkAuthConfig,
  authSettings,
  loadAuthConfig,
  type AuthConfig,
} from './config.ts';
export { openAuthService } from './open.ts';
