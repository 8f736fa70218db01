import { pino } from 'pino';
import { Value } from 'typebox/value';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startRedisSentinel, type RedisSentinelSet } from '../../../deploy/local/redis/redis-sentinel.ts';
import { hasProgram } from '../../../test-support/programs.ts';
import { uniqueName, waitFor } from '../../../test-support/helpers.ts';
import { redisSettings, type RedisSettings } from '../src/config.ts';
import { RedisDirectory } from '../src/directory/index.ts';
import { route } from './directory.conformance.ts';

const logger = pino({ level: 'silent' });
const nowMs = Date.now();
const clientIds = Array.from({ length: 200 }, (_, i) => `client-${i}`);

describe.skipIf(!hasProgram('redis-server'))(
  'RedisDirectory behind Redis Sentinel',
  { timeout: 120_000 },
  () => {
    let servers: RedisSentinelSet;
    const opened: RedisDirectory[] = [];
    beforeAll(async () => {
      servers = await startRedisSentinel();
    }, 90_000);
    afterAll(() => servers.stop());
    afterEach(async () => {
      for (const directory of opened.splice(0)) await directory.close();
    });

    function opens(change: Partial<RedisSettings> = {}): RedisDirectory {
      const settings = { ...Value.Create(redisSettings), ...servers.settings, keyPrefix: uniqueName('s') };
      const directory = new RedisDirectory({
        settings: { ...settings, commandTimeoutMs: 1000, ...change },
        logger,
      });
      opened.push(directory);
      return directory;
    }

    async function loseSomeRoutes(directory: RedisDirectory): Promise<void> {
      const odd = clientIds.map((id, i) => ({ id, conn: i + 1 })).filter((_, i) => i % 2 === 1);
      await Promise.all(odd.map(({ id, conn }) => directory.release(id, route(conn))));
    }

    test('a wrong word, for the sentinels or for Redis, is refused and stands in no error', async () => {
      const secret = 'not-the-word';
      const url = servers.settings.url.replace(/:[^@/]+@/, `:${secret}@`);
      for (const change of [{ sentinelPassword: secret }, { url }]) {
        const error = (await opens(change)
          .ping()
          .catch((reason: unknown) => reason)) as Error;
        expect(error.name).toBe('DirectoryUnavailable');
        expect(JSON.stringify([String(error), error, String(error.cause), error.cause])).not.toContain(
          secret,
        );
      }
    });

    test('the primary is killed: writes go on within 15 s, and what was acknowledged stands or is put back', async () => {
      const directory = opens();
      await Promise.all(clientIds.map((id, i) => directory.claim(id, route(i + 1), nowMs)));
      // Of many, some ask for the primary at the moment in which a sentinel tells them of the new one.
      const others = Array.from({ length: 40 }, () => opens());
      await Promise.all(others.map((other) => other.ping()));
      await servers.primary.kill();
      const killedAt = performance.now();
      await waitFor(async () => (await directory.claim('probe', route(1000), nowMs)).status === 'claimed');
      expect(performance.now() - killedAt).toBeLessThan(15_000);
      for (const other of others) await waitFor(() => other.ping().then(() => true));
      // What an asynchronous replica had not yet heard is lost. Here it had heard all, so that some is taken away on purpose.
      await loseSomeRoutes(directory);
      const answers = await Promise.all(clientIds.map((id, i) => directory.confirm(id, route(i + 1), nowMs)));
      expect(answers).toEqual(clientIds.map((_, i) => (i % 2 ? 'restored' : 'standing')));
      expect(await directory.lookup(clientIds)).toEqual(clientIds.map((_, i) => route(i + 1)));
    });

    test('the old primary comes back as a replica, and takes over again when it is told to', async () => {
      const directory = opens();
      await directory.claim('client', route(1), nowMs);
      await servers.primary.restart();
      await waitFor(async () => String(await servers.primary.command('ROLE')).startsWith('slave'));
      await waitFor(async () =>
        String(await servers.replica.command('INFO', 'replication')).includes('state=online'),
      );
      const [sentinel] = servers.sentinels;
      await waitFor(
        async () => (await sentinel!.command('SENTINEL', 'FAILOVER', servers.settings.primaryName)) === 'OK',
      );
      await waitFor(async () => String(await servers.primary.command('ROLE')).startsWith('master'));
      await waitFor(async () => (await directory.claim('client', route(2), nowMs)).status === 'claimed');
      expect(await directory.lookup(['client'])).toEqual([route(2)]);
    });

    test('sentinels that are away do no harm while the primary is there', async () => {
      const directory = opens();
      await directory.claim('client', route(1), nowMs);
      for (const sentinel of servers.sentinels) sentinel.pause();
      try {
        expect(await directory.lookup(['client'])).toEqual([route(1)]);
        await expect(opens().ping()).rejects.toMatchObject({ name: 'DirectoryUnavailable' });
      } finally {
        for (const sentinel of servers.sentinels) sentinel.resume();
      }
      const late = opens();
      await waitFor(() => late.ping().then(() => true));
    });
  },
);
