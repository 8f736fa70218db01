export { composeAdminPlatform, type AdminPlatform, type AdminPlatformParts } from './compose.ts';
export {
  adminPlatformConfigSchema,
  adminPlatformSettings,
  loadAdminPlatformConfig,
  type AdminPlatformConfig,
} from './config.ts';
export { openAdminPlatform } from './open.ts';
