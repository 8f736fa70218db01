import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDirectory, redisSettings } from '@longwire/cluster';
import { FrameType } from '@longwire/protocol';
import { pino } from 'pino';
import { Value } from 'typebox/value';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RedisProcess } from '../../../deploy/local/redis/redis-process.ts';
import { waitFor } from '../../../test-support/helpers.ts';
import { hasProgram } from '../../../test-support/programs.ts';
import { Relay } from '../../cluster/test/redis-relay.ts';
import { ClaimWindow } from '../src/listener/claim-window.ts';
import { loadPushServerConfig } from '../src/index.ts';
import { CLUSTER_SECRET, metric, TestCluster, type TestServer } from './harness.ts';
import { DirectoryLink } from './links.ts';
import { expectGoodClientServed } from './served.ts';
import type { TestClient } from './test-client.ts';

describe('the claim window', () => {
  const settings = { maxClaimWaitMs: 1000, maxUnauthenticated: 64 };
  /** Lets claims begin until it is full. */
  const fill = (window: ClaimWindow): number => {
    let begun = 0;
    for (; !window.isFull; begun++) window.began();
    return begun;
  };
  const end = (
    window: ClaimWindow,
    count: number,
    beganAtMs: number,
    waitMs: number,
    isAnswered: boolean,
  ) => {
    for (let i = 0; i < count; i++) window.ended(beganAtMs, beganAtMs + waitMs, isAnswered);
  };

  it.each([
    ['late answers', true],
    ['none', false],
  ])('is halved by each claim that waited too long for %s, and lets one in always', (_, isAnswered) => {
    const window = new ClaimWindow(settings);
    expect(fill(window)).toBe(64);
    end(window, 2, 0, 1001, isAnswered);
    expect(window.isFull).toBe(true);
    end(window, 62, 0, 1001, isAnswered);
    expect(window.waiting).toBe(0);
    expect(fill(window)).toBe(1);
  });

  it('grows by one with each answer in time, up to where nobody notices it', () => {
    const window = new ClaimWindow(settings);
    end(window, fill(window), 0, 2000, false);
    const sizes = Array.from({ length: 8 }, (_, round) => {
      const size = fill(window);
      end(window, size, 3000 + round, 1000, true);
      return size;
    });
    expect(sizes).toEqual([1, 2, 4, 8, 16, 32, 64, 64]);
  });

  it('learns nothing from claims that fail at once', () => {
    const window = new ClaimWindow(settings);
    end(window, fill(window), 0, 2000, false);
    for (let i = 0; i < 20; i++) {
      expect(fill(window)).toBe(1);
      end(window, 1, 3000 + i, 0, false);
    }
  });

  it('is not halved for those who waited while others that came later were answered in time', () => {
    const window = new ClaimWindow(settings);
    for (let i = 0; i < 20; i++) window.began();
    end(window, 10, 100, 5, true);
    end(window, 10, 99, 2000, false);
    expect(fill(window)).toBe(64);
  });
});

it('cannot be told to wait for what is given up before', () => {
  const env = {
    LONGWIRE_CLUSTER_SECRET: CLUSTER_SECRET,
    LONGWIRE_REDIS_URL: 'redis://127.0.0.1',
    LONGWIRE_ZOOKEEPER_SERVERS: '127.0.0.1:2181',
    LONGWIRE_KAFKA_BROKERS: '127.0.0.1:9092',
    LONGWIRE_REDIS_COMMAND_TIMEOUT_MS: '500',
  };
  expect(() => loadPushServerConfig(env)).toThrow(/push\.maxClaimWaitMs.*redis\.commandTimeoutMs: 500/);
  expect(loadPushServerConfig({ ...env, LONGWIRE_PUSH_MAX_CLAIM_WAIT_MS: '499' }).push.maxClaimWaitMs).toBe(
    499,
  );
});

const refused = (server: TestServer) =>
  metric(server, 'longwire_connections_refused_total', 'reason="claimWait"');
const clientIds = Array.from({ length: 40 }, (_, i) => `client-${i}`);

async function isIn(client: TestClient): Promise<boolean> {
  await waitFor(() => client.isClosed || client.frames.length > 0);
  return client.frames[0]?.type === FrameType.connected;
}

describe('a node whose directory answers late', () => {
  let cluster: TestCluster;
  let link: DirectoryLink;
  let server: TestServer;
  beforeEach(async () => {
    link = new DirectoryLink();
    cluster = await TestCluster.create({ directory: link.directory });
    server = await cluster.start('push-1', { maxClaimWaitMs: 1000 });
  });
  afterEach(() => cluster.stop());

  const claiming = (count: number) => waitFor(() => link.claimAnswers.held === count);

  /** All of them are answered when they have waited too long. */
  async function answerLate(): Promise<TestClient[]> {
    link.claimAnswers.close();
    const clients = await Promise.all(clientIds.map((clientId) => cluster.connect(server, clientId)));
    await claiming(clientIds.length);
    expect(await metric(server, 'longwire_claims_waiting')).toBe(clientIds.length);
    const askedAtMs = performance.now();
    await waitFor(() => performance.now() - askedAtMs > 1100);
    link.claimAnswers.open();
    return clients;
  }

  it('lets those in who wait, refuses the next while one waits, and takes all again when it is quick', async () => {
    for (const client of await answerLate()) await client.next('connected');
    expect(await refused(server)).toBe(0);
    link.claimAnswers.close();
    const one = await cluster.connect(server, 'one');
    await claiming(1);
    for (let i = 1; i <= 5; i++) {
      const { name, reason, retryAfterMs } = await (await cluster.open(server)).closed();
      expect([name, reason]).toEqual(['overloaded', 'logins wait too long at present']);
      expect(retryAfterMs).toBeGreaterThanOrEqual(1000);
      expect(retryAfterMs).toBeLessThanOrEqual(10_000);
      expect(await refused(server)).toBe(i);
    }
    link.claimAnswers.open();
    await one.next('connected');
    for (const clientId of clientIds) await cluster.login(server, clientId);
    await expectGoodClientServed(cluster, server);
    // Now many may wait at once.
    link.claimAnswers.close();
    const many = await Promise.all(
      clientIds.slice(0, 10).map((clientId) => cluster.connect(server, clientId)),
    );
    await claiming(10);
    link.claimAnswers.open();
    for (const client of many) await client.next('connected');
    expect(await refused(server)).toBe(5);
  });

  it('says that the directory is away when it is', async () => {
    for (const client of await answerLate()) await client.next('connected');
    link.state = 'cut';
    for (const clientId of clientIds)
      expect((await (await cluster.connect(server, clientId)).closed()).name).toBe('backendUnavailable');
    expect(await refused(server)).toBe(0);
    link.state = 'up';
  });
});

describe.skipIf(!hasProgram('redis-server'))('a node whose Redis is late', { timeout: 60_000 }, () => {
  it('refuses while it is, stays open to a few while nothing comes, and takes all again', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'longwire-redis-'));
    const redis = await RedisProcess.start({ folder, args: [] });
    const relay = await Relay.open({ host: '127.0.0.1', port: redis.port });
    const url = `redis://127.0.0.1:${relay.port}`;
    const directory = openDirectory({
      settings: { ...Value.Create(redisSettings), url, buckets: 64, commandTimeoutMs: 3000 },
      logger: pino({ level: 'silent' }),
    });
    await directory.ping();
    const cluster = await TestCluster.create({ directory });
    const server = await cluster.start('push-1', { maxClaimWaitMs: 300 });
    const comeAll = async () => {
      const clients = await Promise.all(clientIds.map((clientId) => cluster.connect(server, clientId)));
      return Promise.all(clients.map(isIn));
    };
    expect(await comeAll()).not.toContain(false);
    relay.slowDown(600);
    await waitFor(async () => (await comeAll()).includes(false) && (await refused(server)) > 0);
    // One always gets in.
    await waitFor(async () => isIn(await cluster.connect(server, 'one')));
    relay.speakAgain();
    await waitFor(async () => !(await comeAll()).includes(false));

    relay.goSilent();
    const names = new Set<string | null>();
    await waitFor(async () => {
      names.add((await (await cluster.connect(server, 'one')).closed()).name);
      return names.has('backendUnavailable');
    });
    relay.speakAgain();
    await waitFor(async () => !(await comeAll()).includes(false));
    await cluster.stop();
    await relay.close();
    await redis.stop();
    await rm(folder, { recursive: true, force: true });
  });
});
