import { createRequire } from 'node:module';
import type * as undici from 'undici';

const require = createRequire(import.meta.url);

/** From their own files: all of undici, with fetch, WebSockets and caches, takes 6 MB more of each process. */
export const PoolClass = require('undici/lib/dispatcher/pool.js') as typeof undici.Pool;
export const buildConnector = require('undici/lib/core/connect.js') as typeof undici.buildConnector;
