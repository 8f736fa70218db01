import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { UpstreamRecord } from '@longwire/cluster';
import { waitFor } from '../../../test-support/backends.ts';
import { metric, type TestCluster } from './harness.ts';
import { hasRealBackends, RealCluster } from './real-cluster.ts';
import type { TestClient } from './test-client.ts';

describe.skipIf(!hasRealBackends)('on Redis, ZooKeeper and Kafka', () => {
  let real: RealCluster;
  let cluster: TestCluster;

  beforeAll(async () => {
    real = await RealCluster.create();
    cluster = real.own;
  });
  afterEach(() => real.kill());
  afterAll(() => real.stop());

  it(
    'carries messages between nodes and upstream, leaves one connection of racing logins, and ends on SIGTERM',
    { timeout: 120_000 },
    async () => {
      const [one, two] = await Promise.all([real.start('push-1'), real.start('push-2')]);
      await waitFor(() => real.watcher.members('push-server').length === 2);
      const [alice, bob] = [await cluster.login(one.server, 'alice'), await cluster.login(two.server, 'bob')];
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
      await waitFor(() => real.watcher.members('push-server').length === 1);
      expect((await cluster.directory.leases()).map(({ nodeId }) => nodeId)).toEqual(['push-2']);
      expect((await cluster.directory.knownBoots()).map(({ nodeId }) => nodeId)).toEqual(['push-2']);
      expect(await cluster.directory.count()).toBe(await metric(two.server, 'longwire_sessions'));

      two.child.kill('SIGKILL');
      await waitFor(() => bob.isClosed);
      // Its routes stay until somebody is sure: the lease ends first, then a later node sweeps.
      const three = await real.start('push-3');
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
    const consumer = await cluster.upstream.consume(real.name, async (batch) => void found.push(...batch));
    bob.send('publish', { messageId: 'up', kind: 'chat', payload: Buffer.from('data') });
    expect((await bob.next('published')).status).toBe(0);
    await waitFor(() => found.length === 1);
    expect(found[0]).toMatchObject({ clientId: 'bob', messageId: 'up', kind: 'chat', nodeId: 'push-2' });
    await consumer.stop();
  }
});
