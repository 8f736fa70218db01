import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { pino } from 'pino';
import { Value } from 'typebox/value';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { RedisProcess } from '../../../deploy/local/redis/redis-process.ts';
import { hasProgram } from '../../../test-support/programs.ts';
import { uniqueName, waitFor } from '../../../test-support/helpers.ts';
import { redisSettings } from '../src/config.ts';
import { DirectoryUnavailable, RedisDirectory, type NodeLease } from '../src/directory/index.ts';
import { route } from './directory.conformance.ts';
import { Relay } from './redis-relay.ts';

const logger = pino({ level: 'silent' });
const nowMs = Date.now();
const { boot } = route(1);
const clientIds = Array.from({ length: 500 }, (_, i) => `client-${i}`);
const lease: NodeLease = {
  ...{ nodeId: 'node-1', boot, sessions: 1, memoryBytes: 1, eventLoopDelayMs: 0 },
  ...{ updatedAtMs: nowMs, apiUrl: 'http://127.0.0.1:1', loadFactor: 1 },
};

/** A Redis of its own, which these tests may harm, behind a relay. */
describe.skipIf(!hasProgram('redis-server'))(
  'RedisDirectory on a Redis in trouble',
  { timeout: 60_000 },
  () => {
    let folder: string;
    let redis: RedisProcess;
    const cleanUps: (() => unknown)[] = [];
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'longwire-redis-'));
      redis = await RedisProcess.start({ folder, args: [] });
    }, 60_000);
    afterAll(async () => {
      await redis.stop();
      await rm(folder, { recursive: true, force: true });
    });
    afterEach(async () => {
      for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
    });

    async function opens(
      commandTimeoutMs = 1000,
      buckets = 64,
    ): Promise<{ relay: Relay; directory: RedisDirectory }> {
      const relay = await Relay.open({ host: '127.0.0.1', port: redis.port });
      cleanUps.push(() => relay.close());
      const change = { url: `redis://127.0.0.1:${relay.port}`, keyPrefix: uniqueName('f'), buckets };
      const directory = new RedisDirectory({
        settings: { ...Value.Create(redisSettings), ...change, commandTimeoutMs },
        logger,
      });
      cleanUps.push(() => directory.close());
      await directory.ping();
      return { relay, directory };
    }

    test('a slow one costs time and nothing else', async () => {
      const { relay, directory } = await opens(10_000);
      relay.slowDown(500);
      const startedAt = performance.now();
      const claims = await Promise.all(clientIds.map((id, i) => directory.claim(id, route(i + 1), nowMs)));
      expect(performance.now() - startedAt).toBeGreaterThanOrEqual(450);
      expect(claims.every(({ status }) => status === 'claimed')).toBe(true);
      expect(await directory.count()).toBe(clientIds.length);
    });

    test('a slow one is swept in few turns, not bucket after bucket', async () => {
      const { relay, directory } = await opens(10_000, 2048);
      await Promise.all(clientIds.map((id, i) => directory.claim(id, route(i + 1), nowMs)));
      relay.slowDown(200);
      const startedAt = performance.now();
      expect(await directory.sweep('node-1', boot)).toBe(clientIds.length);
      // 128 calls, one after the other, take 26 s.
      expect(performance.now() - startedAt).toBeLessThan(10_000);
    });

    test('a reply that is lost after the call was done does no harm: what is asked again finds it done', async () => {
      const { relay, directory } = await opens(300);
      await directory.claim('held', route(1), nowMs);
      await directory.claim('leaving', route(2), nowMs);
      relay.loseReplies();
      const calls = [
        directory.claim('client', route(3), nowMs),
        directory.confirm('lost', route(4), nowMs),
        directory.release('leaving', route(2)),
        directory.revoke('held', nowMs),
        directory.fence('node-1', boot),
      ];
      for (const outcome of await Promise.allSettled(calls))
        expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'DirectoryUnavailable' } });
      relay.speakAgain();
      await waitFor(() => directory.ping().then(() => true));
      expect(await directory.lookup(['client', 'lost', 'leaving'])).toEqual([route(3), route(4), null]);
      expect(await directory.claim('client', route(3), nowMs)).toEqual({
        status: 'claimed',
        replaced: route(3),
      });
      expect(await directory.confirm('lost', route(4), nowMs)).toBe('standing');
      expect(await directory.release('leaving', route(2))).toBe(false);
      expect(await directory.revoke('held', nowMs)).toEqual(route(1));
      expect(await directory.refreshLease(lease, 60_000)).toBe('fenced');
    });

    test.each([1, 7, 100, 4000])(
      'a reply cut after %i bytes is refused, and the next is read from its start',
      async (bytes) => {
        const { relay, directory } = await opens();
        await Promise.all(clientIds.map((id, i) => directory.claim(id, route(i + 1), nowMs)));
        relay.cutReplyAfter(bytes);
        await expect(directory.lookup(clientIds)).rejects.toBeInstanceOf(DirectoryUnavailable);
        relay.speakAgain();
        const found = await waitFor(() => directory.lookup(clientIds));
        expect(found).toEqual(clientIds.map((_, i) => route(i + 1)));
      },
    );

    test('a reset refuses what is under way at once, and is healed by a new connection', async () => {
      const { relay, directory } = await opens(20_000);
      relay.slowDown(5000);
      const call = directory.claim('client', route(1), nowMs);
      await new Promise(setImmediate);
      const startedAt = performance.now();
      relay.resetConnections();
      await expect(call).rejects.toBeInstanceOf(DirectoryUnavailable);
      expect(performance.now() - startedAt).toBeLessThan(10_000);
      relay.speakAgain();
      await waitFor(() => directory.ping().then(() => true));
    });

    test('a primary that becomes a replica is left, and used again once it is a primary', async () => {
      const { directory } = await opens();
      await directory.claim('client', route(1), nowMs);
      await redis.command('CONFIG', 'SET', 'replica-serve-stale-data', 'yes');
      await redis.command('REPLICAOF', '127.0.0.1', 1);
      const connections = async () =>
        Number(/total_connections_received:(\d+)/.exec(String(await redis.command('INFO', 'stats')))?.[1]);
      const before = await connections();
      await expect(directory.claim('client', route(2), nowMs)).rejects.toThrow('READONLY');
      // One is this look's own.
      await waitFor(async () => (await connections()) > before + 1);
      await redis.command('REPLICAOF', 'NO', 'ONE');
      await waitFor(() => directory.claim('client', route(2), nowMs));
      expect(await directory.lookup(['client'])).toEqual([route(2)]);
    });

    test('one that was emptied says so to each node, and takes back what the nodes have', async () => {
      const { directory } = await opens();
      await directory.rememberBoot('node-1', boot);
      await Promise.all(clientIds.map((id, i) => directory.claim(id, route(i + 1), nowMs)));
      expect(await directory.refreshLease(lease, 60_000)).toBe('kept');
      await redis.command('FLUSHALL');
      expect(await directory.count()).toBe(0);
      expect(await directory.refreshLease(lease, 60_000)).toBe('forgotten');
      const answers = await Promise.all(clientIds.map((id, i) => directory.confirm(id, route(i + 1), nowMs)));
      expect(new Set(answers)).toEqual(new Set(['restored']));
      expect(await directory.count()).toBe(clientIds.length);
      expect(await directory.knownBoots()).toEqual([{ nodeId: 'node-1', boot }]);
      expect(await directory.leases()).toEqual([lease]);
      expect(await directory.refreshLease(lease, 60_000)).toBe('kept');
    });

    test('one that goes silent again and again costs no memory, and none of the calls stays open', async () => {
      const { relay, directory } = await opens(50);
      const nameOf = (error: Error) => error.name;
      const round = async () => {
        relay.speakAgain();
        await waitFor(() => directory.ping().then(() => true));
        relay.goSilent();
        // More calls than may wait, and claims, of which a hundred share a call.
        const pings = Array.from({ length: 3000 }, () => directory.ping().catch(nameOf));
        const claims = clientIds.map((id, i) => directory.claim(id, route(i + 1), nowMs).catch(nameOf));
        for (const outcome of await Promise.all([...pings, ...claims]))
          expect(outcome).toBe('DirectoryUnavailable');
      };
      for (let i = 0; i < 3; i += 1) await round();
      const before = heapAfterCollection();
      for (let i = 0; i < 20; i += 1) await round();
      // What 70,000 calls would hold on to is several times as much.
      expect(heapAfterCollection() - before).toBeLessThan(10e6);
    });
  },
);

function heapAfterCollection(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}
