import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  openDirectory,
  openMembership,
  openUpstreamLog,
  type Membership,
  type UpstreamRecord,
} from '@longwire/cluster';
import { loadConfig } from '@longwire/service-kit';
import { realBackend, uniqueName, waitFor } from '../../../test-support/backends.ts';
import { pushServerConfigSchema, type PushServer } from '../src/index.ts';
import { removeTree } from '../../cluster/test/zookeeper-tools.ts';
import { CLUSTER_SECRET, metric, TestCluster } from './harness.ts';
import type { TestClient } from './test-client.ts';

const redis = realBackend('redis');
const zookeeper = realBackend('zookeeper');
const kafka = realBackend('kafka');
const name = uniqueName('push-server-test-');
const env = {
  LONGWIRE_CLUSTER_SECRET: CLUSTER_SECRET,
  LONGWIRE_REDIS_URL: redis ?? '',
  LONGWIRE_REDIS_KEY_PREFIX: name,
  LONGWIRE_REDIS_BUCKETS: '64',
  LONGWIRE_ZOOKEEPER_SERVERS: zookeeper ?? '',
  LONGWIRE_ZOOKEEPER_ROOT_PATH: `/${name}`,
  LONGWIRE_KAFKA_BROKERS: kafka ?? '',
  LONGWIRE_KAFKA_TOPIC: name,
  LONGWIRE_KAFKA_DEAD_LETTER_TOPIC: `${name}.dead`,
  LONGWIRE_KAFKA_PARTITIONS: '3',
};

describe.skipIf(redis === null || zookeeper === null || kafka === null)(
  'on Redis, ZooKeeper and Kafka',
  () => {
    const config = loadConfig(pushServerConfigSchema, { env });
    const logger = pino({ level: 'silent' });
    let cluster: TestCluster;
    let watcher: Membership;
    const children: ChildProcess[] = [];

    beforeAll(async () => {
      cluster = await TestCluster.create({
        directory: openDirectory({ settings: config.redis, logger }),
        upstream: await openUpstreamLog({ settings: config.kafka, logger, clientId: name }),
      });
      watcher = await openMembership({ settings: config.zookeeper, logger });
    });
    afterEach(() => {
      for (const child of children.splice(0)) child.kill('SIGKILL');
    });
    afterAll(async () => {
      await cluster.stop();
      await watcher.close();
      await removeTree(zookeeper!, `/${name}`);
      const admin = new Kafka({ brokers: [kafka!], logLevel: logLevel.NOTHING }).admin();
      await admin.connect();
      await admin.deleteTopics({ topics: [name, `${name}.dead`] });
      await admin.disconnect();
    });

    /** `src/main.ts` in a process of its own, as it is deployed. */
    async function startProcess(
      nodeId: string,
    ): Promise<{ server: PushServer; child: ChildProcess; log: string[] }> {
      const main = join(import.meta.dirname, '../src/main.ts');
      const log: string[] = [];
      const child = spawn(process.execPath, ['--conditions=longwire-source', main], {
        env: {
          ...process.env,
          ...env,
          LONGWIRE_TOKENS_KEYS_FILE: cluster.keysFile,
          LONGWIRE_PUSH_NODE_ID: nodeId,
          LONGWIRE_PUSH_PORT: '0',
          LONGWIRE_PUSH_HTTP_PORT: '0',
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      children.push(child);
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk) => log.push(String(chunk)));
      const isListed = () => watcher.members('push-server').find((member) => member.nodeId === nodeId);
      const member = await waitFor(() => {
        if (child.exitCode !== null) throw new Error(log.join(''));
        return isListed();
      });
      const addresses = { tcp: member.addresses.tcp!, api: member.addresses.api };
      return { server: { addresses, start: async () => {}, stop: async () => {} }, child, log };
    }

    it(
      'carries messages between nodes and upstream, leaves one connection of racing logins, and ends on SIGTERM',
      { timeout: 120_000 },
      async () => {
        const [one, two] = await Promise.all([startProcess('push-1'), startProcess('push-2')]);
        await waitFor(() => watcher.members('push-server').length === 2);
        const [alice, bob] = [
          await cluster.login(one.server, 'alice'),
          await cluster.login(two.server, 'bob'),
        ];
        await converse(alice, bob);

        const clientIds = Array.from({ length: 50 }, (_, i) => `racer-${i}`);
        const nodes = [one.server, two.server];
        const pairs = await Promise.all(
          clientIds.map((clientId) => Promise.all(nodes.map((server) => cluster.connect(server, clientId)))),
        );
        const sum = async (metricName: string) =>
          (await metric(one.server, metricName)) + (await metric(two.server, metricName));
        await waitFor(async () => (await sum('longwire_connections_accepted_total')) === 102);
        await waitFor(
          async () => (await sum('longwire_sessions')) === 52 && (await sum('longwire_connections')) === 52,
        );
        const routes = await cluster.directory.lookup(clientIds);
        for (const [index, pair] of pairs.entries()) {
          const [left, ...others] = pair.filter((client) => !client.isClosed);
          expect(others).toEqual([]);
          const { nodeId, boot, conn } = routes[index]!;
          expect((await left!.next('connected')).connection).toBe(`${nodeId}/${boot}/${conn}`);
        }
        expect(await cluster.directory.count()).toBe(52);

        one.child.kill('SIGTERM');
        expect((await alice.closed()).name).toBe('goElsewhere');
        expect(await waitFor(() => one.child.exitCode ?? one.child.signalCode)).toBe(0);
        expect(one.log.join('')).toContain('"msg":"stopped"');
        await waitFor(() => watcher.members('push-server').length === 1);
        expect((await cluster.directory.leases()).map(({ nodeId }) => nodeId)).toEqual(['push-2']);
        expect((await cluster.directory.knownBoots()).map(({ nodeId }) => nodeId)).toEqual(['push-2']);
        expect(await cluster.directory.count()).toBe(await metric(two.server, 'longwire_sessions'));

        two.child.kill('SIGKILL');
        await waitFor(() => bob.isClosed);
        // Its routes stay until somebody is sure: the lease ends first, then a later node sweeps.
        const three = await startProcess('push-3');
        const again = await cluster.login(three.server, 'alice');
        await waitFor(async () => (await cluster.directory.count()) === 1, 50_000);
        await again.pong();
      },
    );

    async function converse(alice: TestClient, bob: TestClient): Promise<void> {
      for (let i = 0; i < 200; i++)
        alice.send('send', { messageId: `m${i}`, to: 'bob', payload: Buffer.alloc(100) });
      for (let i = 0; i < 200; i++) expect((await bob.next('deliver')).messageId).toBe(`m${i}`);
      for (let i = 0; i < 200; i++) expect((await alice.next('sent')).status).toBe(0);
      const found: UpstreamRecord[] = [];
      const consumer = await cluster.upstream.consume(name, async (batch) => void found.push(...batch));
      bob.send('publish', { messageId: 'up', kind: 'chat', payload: Buffer.from('data') });
      expect((await bob.next('published')).status).toBe(0);
      await waitFor(() => found.length === 1);
      expect(found[0]).toMatchObject({ clientId: 'bob', messageId: 'up', kind: 'chat', nodeId: 'push-2' });
      await consumer.stop();
    }
  },
);
