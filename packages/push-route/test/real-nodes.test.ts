import {
  EmbeddedMembership,
  RedisDirectory,
  ZooKeeperMembership,
  redisSettings,
  zookeeperSettings,
} from '@longwire/cluster';
import { createLogger } from '@longwire/service-kit';
import { createConnection } from 'mysql2/promise';
import { Value } from 'typebox/value';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { realBackend, uniqueName } from '../../../test-support/backends.ts';
import { CLUSTER_SECRET, TestCluster, type TestClient } from '../../push-server/test/harness.ts';
import { Harness } from './harness.ts';

const logger = createLogger({ service: 'test', level: 'silent' });
const redisUrl = realBackend('redis');
const zookeeperServers = realBackend('zookeeper');
const databaseUrl = realBackend('database');

let cluster: TestCluster;
let harness: Harness;
let cleanUp: () => Promise<void>;

/** What a client has been pushed, by message id, as text. */
async function nextPush(client: TestClient): Promise<{ messageId: string; from: string; text: string }> {
  const { messageId, from, payload } = await client.next('deliver');
  return { messageId, from, text: Buffer.from(payload).toString() };
}

/** Two push-servers with three clients. */
async function signIn(parts: Parameters<TestCluster['start']>[2] = {}): Promise<TestClient[]> {
  const one = await cluster.start('push-1', {}, parts);
  const two = await cluster.start('push-2', {}, parts);
  return [await cluster.login(one, 'ann'), await cluster.login(one, 'bob'), await cluster.login(two, 'cem')];
}

async function carriesPushes(clients: TestClient[]): Promise<void> {
  const clientIds = ['ann', 'bob', 'cem', 'dan'];
  const list = await harness.pushed({ clientIds }, { payload: { text: 'to some – ✓' } });
  expect(list).toMatchObject({ state: 'done', totals: { delivered: 3, offline: 1, failed: 0 } });
  for (const client of clients)
    expect(await nextPush(client)).toEqual({ messageId: list.pushId, from: '', text: 'to some – ✓' });
  const results = await harness.allResults(list.pushId);
  expect(results.map(({ nodeId }) => nodeId)).toEqual(['push-1', 'push-1', 'push-2', null]);

  const everyone = await harness.pushed({ everyone: true }, { payload: { base64: 'AP8=' } });
  expect(everyone).toMatchObject({
    state: 'done',
    targets: 3,
    totals: { delivered: 3, offline: 0, failed: 0 },
    nodes: [
      { nodeId: 'push-1', delivered: 2 },
      { nodeId: 'push-2', delivered: 1 },
    ],
  });
  for (const client of clients) expect((await client.next('deliver')).payload).toEqual(Uint8Array.of(0, 255));

  const fromMs = Date.now();
  await harness.register(['bob', 'dan'], fromMs);
  const since = await harness.pushed({ registeredSince: new Date(fromMs).toISOString() });
  expect(since.totals).toMatchObject({ delivered: 1, offline: 1 });
  expect((await nextPush(clients[1]!)).messageId).toBe(since.pushId);
}

beforeEach(async () => {
  cluster = await TestCluster.create();
  cleanUp = async () => undefined;
});
afterEach(async () => {
  await cluster.stop();
  await harness.stop();
  await cleanUp();
});

describe('with real push-servers', () => {
  it('reaches their clients on embedded backends', async () => {
    harness = await Harness.start({
      clusterSecret: CLUSTER_SECRET,
      directory: cluster.directory,
      membership: async () => new EmbeddedMembership(cluster.embedded),
    });
    await carriesPushes(await signIn());
  });

  it('waits for the acknowledgement of each client', async () => {
    harness = await Harness.start({
      clusterSecret: CLUSTER_SECRET,
      directory: cluster.directory,
      membership: async () => new EmbeddedMembership(cluster.embedded),
      settings: { acknowledgeTimeoutMs: 500 },
    });
    const [ann] = await signIn();
    ann!.acknowledges = false;
    const clientIds = ['ann', 'bob', 'cem'];
    const acknowledged = await harness.pushed({ clientIds });
    expect(acknowledged.totals).toEqual({ delivered: 2, offline: 0, failed: 1, reasons: { timeout: 1 } });
    const live = await harness.pushed({ clientIds }, { delivery: 'live' });
    expect(live.totals).toEqual({ delivered: 3, offline: 0, failed: 0, reasons: {} });
  });

  const isReal = redisUrl !== null && zookeeperServers !== null && databaseUrl !== null;
  it.skipIf(!isReal)('reaches their clients on Redis, ZooKeeper and MySQL', async () => {
    const redis = { ...Value.Create(redisSettings), url: redisUrl!, keyPrefix: uniqueName('route-') };
    const zookeeper = {
      ...Value.Create(zookeeperSettings),
      servers: zookeeperServers!,
      rootPath: `/${uniqueName('route-')}`,
    };
    const database = uniqueName('route_');
    const connection = await createConnection(databaseUrl!);
    await connection.query(`create database ${connection.escapeId(database)}`);
    const url = new URL(databaseUrl!);
    url.pathname = database;
    const directory = new RedisDirectory({ settings: redis, logger });
    const membership = await ZooKeeperMembership.connect({ settings: zookeeper, logger });
    cleanUp = async () => {
      await membership.close();
      await connection.query(`drop database ${connection.escapeId(database)}`);
      await connection.end();
    };
    harness = await Harness.start({
      clusterSecret: CLUSTER_SECRET,
      directory,
      membership: () => ZooKeeperMembership.connect({ settings: zookeeper, logger }),
      databaseUrl: url.href,
    });
    await carriesPushes(await signIn({ directory, membership }));
  });
});
