import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { Value } from 'typebox/value';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { realBackend } from '../../../test-support/backends.ts';
import { redisSettings, type RedisSettings } from '../src/config.ts';
import { DirectoryUnavailable, RedisDirectory, type Route } from '../src/directory/index.ts';
import { directoryConformance, route } from './directory.conformance.ts';
import { directoryBehavesAsModel } from './directory.property.ts';
import { Relay } from './redis-relay.ts';

const url = realBackend('redis');
const logger = pino({ level: 'silent' });
const runPrefix = `t${randomBytes(4).toString('hex')}`;
const nowMs = Date.now();
let opened = 0;

function settings(change: Partial<RedisSettings> = {}): RedisSettings {
  opened += 1;
  return {
    ...Value.Create(redisSettings),
    url: url as string,
    commandTimeoutMs: 10_000,
    keyPrefix: `${runPrefix}-${opened}`,
    buckets: 64,
    ...change,
  };
}

async function open(): Promise<RedisDirectory> {
  return new RedisDirectory({ settings: settings(), logger });
}

describe.skipIf(url === null)('RedisDirectory', () => {
  const cleanUps: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  });

  afterAll(async () => {
    const redis = new Redis(url as string);
    for await (const keys of redis.scanStream({ match: `${runPrefix}-*`, count: 1000 })) {
      if ((keys as string[]).length > 0) await redis.unlink(keys as string[]);
    }
    redis.disconnect();
  });

  function opens(change: Partial<RedisSettings> = {}): RedisDirectory {
    const directory = new RedisDirectory({ settings: settings(change), logger });
    cleanUps.push(() => directory.close());
    return directory;
  }

  async function relayed(
    change: Partial<RedisSettings>,
  ): Promise<{ relay: Relay; directory: RedisDirectory }> {
    const { hostname, port } = new URL(url as string);
    const relay = await Relay.open({ host: hostname, port: Number(port) });
    cleanUps.push(() => relay.close());
    return { relay, directory: opens({ ...change, url: `redis://127.0.0.1:${relay.port}` }) };
  }

  directoryConformance('conformance', open);

  test('behaves as the model', async () => {
    await directoryBehavesAsModel(open);
  });

  test('1000 racing claims leave one winner, and every other was replaced once', async () => {
    const directories = [1, 2, 3, 4].map(() => opens({ keyPrefix: `${runPrefix}-race` }));
    const answers = await Promise.all(
      Array.from({ length: 1000 }, (_, i) =>
        (directories[i % 4] as RedisDirectory).claim('client', route(i + 1), nowMs),
      ),
    );
    const replaced = answers.map((answer) => (answer as { replaced: Route | null }).replaced?.conn ?? null);
    const [winner] = await (directories[0] as RedisDirectory).lookup(['client']);
    expect(replaced.filter((conn) => conn === null)).toHaveLength(1);
    expect(new Set([...replaced, winner?.conn])).toEqual(
      new Set([null, ...Array.from({ length: 1000 }, (_, i) => i + 1)]),
    );
  });

  test('lays keys out as documented', async () => {
    const redis = new Redis(url as string);
    cleanUps.push(() => redis.disconnect());
    const keyPrefix = `${runPrefix}-layout`;
    const directory = opens({ keyPrefix, buckets: 16_384 });
    await directory.claim('client-1', route(36), nowMs);
    await directory.revoke('client-1', nowMs - 1);
    // CRC-32 of "client-1" is 0xf08ce266, taken from Python's zlib.crc32.
    const bucket = 0xf08ce266 % 16_384;
    expect(await redis.hget(`${keyPrefix}:route:{${bucket}}`, 'client-1')).toBe(
      `node-1|aaaaaaaaaaaaaaaa|10|t|${route(36).sinceMs.toString(36)}`,
    );
    expect(await redis.hget(`${keyPrefix}:floor:{${bucket}}`, 'client-1')).toBe(String(nowMs - 1));
    expect(await redis.object('ENCODING', `${keyPrefix}:route:{${bucket}}`)).toBe('listpack');
  });

  test('goes on after Redis has forgotten the scripts', async () => {
    const redis = new Redis(url as string);
    cleanUps.push(() => redis.disconnect());
    const directory = opens();
    await directory.claim('client', route(1), nowMs);
    await redis.script('FLUSH');
    const answers = await Promise.all([2, 3].map((conn) => directory.claim('client', route(conn), nowMs)));
    expect(answers[1]).toEqual({ status: 'claimed', replaced: route(2) });
  });

  test('a server that never answers is refused by the deadline, whatever is asked', async () => {
    const { relay, directory } = await relayed({ commandTimeoutMs: 300 });
    await directory.ping();
    relay.goSilent();
    const startedAt = performance.now();
    const calls = [
      directory.claim('client', route(1), nowMs),
      directory.release('client', route(1)),
      directory.lookup(['client', 'other']),
      directory.count(),
      directory.sweep('node-1', route(1).boot),
      directory.isRevoked('client', nowMs),
      directory.leases(),
      directory.ping(),
    ];
    for (const outcome of await Promise.allSettled(calls)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'DirectoryUnavailable' } });
    }
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });

  test('a server that was silent from the start is refused by the deadline too', async () => {
    const { relay, directory } = await relayed({ commandTimeoutMs: 300 });
    relay.goSilent();
    await expect(directory.ping()).rejects.toBeInstanceOf(DirectoryUnavailable);
  });

  test('heals after silence and after a broken connection', async () => {
    const { relay, directory } = await relayed({ commandTimeoutMs: 300 });
    await directory.claim('client', route(1), nowMs);
    relay.goSilent();
    await expect(directory.ping()).rejects.toBeInstanceOf(DirectoryUnavailable);
    relay.speakAgain();
    const find = () => directory.lookup(['client']).catch(() => 'unavailable');
    await expect.poll(find, { timeout: 30_000 }).toEqual([route(1)]);
    relay.breakConnections();
    await expect(directory.ping()).rejects.toBeInstanceOf(DirectoryUnavailable);
    await expect.poll(find, { timeout: 30_000 }).toEqual([route(1)]);
  });

  test('nobody listening is refused at once, and too many calls are too', async () => {
    const { relay, directory } = await relayed({ commandTimeoutMs: 5000 });
    await directory.ping();
    relay.goSilent();
    const calls = Array.from({ length: 2001 }, () => directory.ping().catch((error: unknown) => error));
    expect((await Promise.race(calls)) as Error).toMatchObject({ name: 'DirectoryUnavailable' });
    await relay.close();
    const outcomes = await Promise.all(calls);
    expect(outcomes.every((outcome) => outcome instanceof DirectoryUnavailable)).toBe(true);
    await expect(directory.ping()).rejects.toMatchObject({ cause: expect.any(Error) });
  });

  test('a burst of claims before the first answer is refused at once where it is too large', async () => {
    const { relay, directory } = await relayed({ commandTimeoutMs: 60_000 });
    await directory.ping();
    relay.goSilent();
    const [mostCalls, entriesPerCall, tooMany] = [2000, 100, 300];
    let refused = 0;
    const claims = Array.from({ length: mostCalls * entriesPerCall + tooMany }, (_, i) =>
      directory.claim(`client-${i}`, route(i + 1), nowMs).catch((error: unknown) => {
        refused += 1;
        return error;
      }),
    );
    await expect.poll(() => refused, { timeout: 30_000 }).toBe(tooMany);
    await relay.close();
    const outcomes = await Promise.all(claims);
    expect(outcomes.every((outcome) => outcome instanceof DirectoryUnavailable)).toBe(true);
  });

  test('a password appears in no error', async () => {
    const { hostname, port } = new URL(url as string);
    const directory = opens({ url: `redis://someone:not-the-password@${hostname}:${port}` });
    const error = await directory.ping().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DirectoryUnavailable);
    const { cause } = error as Error;
    expect(JSON.stringify([error, cause, String(error), { ...(cause as object) }])).not.toContain(
      'not-the-password',
    );
  });
});
