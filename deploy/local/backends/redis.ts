import { Redis } from 'ioredis';
import type { Backend } from '../backend.ts';

/** Redis without persistence: the directory must be able to rebuild itself anyway. */
export const redis: Backend = {
  name: 'redis',
  variable: 'LONGWIRE_REDIS_URL',
  needs: [{ what: 'redis-server', debianPackage: 'redis-server' }],
  tuning: () => 'one, without persistence',
  prepare: async (place) => ({
    program: 'redis-server',
    args: [
      ['--port', String(place.port), '--bind', '127.0.0.1'],
      ['--dir', place.folder, '--save', '', '--appendonly', 'no'],
    ].flat(),
  }),
  address: (place) => `redis://127.0.0.1:${place.port}`,
  probe: async (place, timeoutMs) => {
    const client = new Redis({
      host: '127.0.0.1',
      port: place.port,
      lazyConnect: true,
      connectTimeout: timeoutMs,
      commandTimeout: timeoutMs,
      retryStrategy: () => null,
    });
    client.on('error', () => undefined); // connect() rejects with it as well
    try {
      await client.connect();
      await client.ping();
    } finally {
      client.disconnect();
    }
  },
};
