import { RedisDirectory, redisSettings, ZooKeeperMembership, zookeeperSettings } from '@longwire/cluster';
import { createLogger } from '@longwire/service-kit';
import { createConnection } from 'mysql2/promise';
import { Value } from 'typebox/value';
import { expect, it } from 'vitest';
import { realBackend, uniqueName, waitFor } from '../../../test-support/backends.ts';
import { Harness, operator } from './harness.ts';

const redisUrl = realBackend('redis');
const zookeeperServers = realBackend('zookeeper');
const databaseUrl = realBackend('database');
const isReal = redisUrl !== null && zookeeperServers !== null && databaseUrl !== null;

it.skipIf(!isReal)('watches and steers a cluster on Redis, ZooKeeper and MySQL', async () => {
  const logger = createLogger({ service: 'test', level: 'silent' });
  const redis = { ...Value.Create(redisSettings), url: redisUrl!, keyPrefix: uniqueName('admin-') };
  const zookeeper = {
    ...Value.Create(zookeeperSettings),
    servers: zookeeperServers!,
    rootPath: `/${uniqueName('admin-')}`,
  };
  const database = uniqueName('admin_');
  const connection = await createConnection(databaseUrl!);
  await connection.query(`create database ${connection.escapeId(database)}`);
  const url = new URL(databaseUrl!);
  url.pathname = database;
  const harness = await Harness.start({
    directory: new RedisDirectory({ settings: redis, logger }),
    membership: await ZooKeeperMembership.connect({ settings: zookeeper, logger }),
    databaseUrl: url.href,
  });
  try {
    const node = await harness.startNode('push-1');
    await harness.startRoute('route-1');
    const ann = await harness.cluster.login(node, 'ann');
    await waitFor(async () => {
      const online = await harness.call<{ byNodes: number }>('GET', '/v1/online');
      expect(online.body).toMatchObject({ byNodes: 1, byDirectory: 1, drift: 0 });
      return true;
    });
    expect((await harness.call('GET', '/v1/nodes')).body).toMatchObject({
      nodes: [{ nodeId: 'push-1', presence: 'full', sessions: 1 }],
    });
    const body = { audience: { everyone: true }, payload: { text: 'hello' } };
    const pushed = await waitFor(async () => {
      const answer = await harness.call<{ pushId: string }>('POST', '/v1/pushes', {
        key: operator.key,
        body,
      });
      return answer.status === 202 ? answer.body : null;
    });
    expect((await ann.next('deliver')).messageId).toBe(pushed.pushId);
    await waitFor(async () => {
      const { body: report } = await harness.call('GET', `/v1/pushes/${pushed.pushId}`);
      expect(report).toMatchObject({ state: 'done', targets: 1, totals: { delivered: 1 } });
      return true;
    });
    const kick = await harness.call('POST', '/v1/clients/ann/kick', { key: operator.key });
    expect(kick.body).toEqual({ closed: true });
    expect((await ann.next('close')).code).toBe(3002);
  } finally {
    await harness.stop();
    await connection.query(`drop database ${connection.escapeId(database)}`);
    await connection.end();
  }
});
