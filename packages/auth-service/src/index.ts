export { composeAuthService, openAuthService, type AuthService, type AuthServiceParts } from './compose.ts';
export {
  authConfigSchema,
  authSettings,
  checkAuthConfig,
  loadAuthConfig,
  type AuthConfig,
} from './config.ts';
