export * from './directory.ts';
export { EmbeddedDirectory } from './embedded-directory.ts';
export { RedisDirectory } from './redis-directory.ts';
export { connectRedis } from './redis-connection.ts';
