import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeliveryOutcome, EmbeddedMembership, NodeClient } from '@longwire/cluster';
import { FrameType } from '@longwire/protocol';
import { waitFor } from '../../../test-support/backends.ts';
import { callApi, CLUSTER_SECRET, metric } from './harness.ts';
import { hasRealBackends, RealCluster, type ServerProcess } from './real-cluster.ts';

const SESSION_TIMEOUT_MS = 6000;

describe.skipIf(!hasRealBackends)('a push-server process that does not run for a while', () => {
  let real: RealCluster;
  let node: ServerProcess;
  let other: ServerProcess;
  const nodes = new NodeClient(new EmbeddedMembership(), CLUSTER_SECRET);

  beforeAll(async () => {
    real = await RealCluster.create({ LONGWIRE_ZOOKEEPER_SESSION_TIMEOUT_MS: String(SESSION_TIMEOUT_MS) });
    // Clients may be silent for no longer than it is stopped below.
    const settings = {
      LONGWIRE_PUSH_HEARTBEAT_INTERVAL_MS: '1000',
      LONGWIRE_PUSH_IDLE_TIMEOUT_MS: '1500',
    };
    [node, other] = await Promise.all([real.start('push-1', settings), real.start('push-2', settings)]);
  }, 60_000);
  afterAll(async () => {
    await nodes.close();
    await real.stop();
  });

  const boots = (): string[] => real.watcher.members('push-server').map(({ boot }) => boot);

  /** What a node answers to a message that another node has for bob. */
  async function deliver({ server }: ServerProcess, messageId: string): Promise<DeliveryOutcome> {
    const delivery = { id: 1, message: { messageId, payload: Buffer.from('x') }, clientIds: ['bob'] };
    const request = { originNodeId: 'x', deliveries: [delivery] };
    const { outcomes } = await nodes.deliver(server.addresses.api, request, 60_000);
    return outcomes!.outcomes![0] as DeliveryOutcome;
  }

  it(
    'serves what has piled up and closes nobody, when its session outlasted that',
    { timeout: 60_000 },
    async () => {
      const alice = await real.own.login(node.server, 'alice');
      const bob = await real.own.login(node.server, 'bob');
      const before = boots();
      node.child.kill('SIGSTOP');
      for (let i = 0; i < 50; i++) alice.send('send', { messageId: `m${i}`, to: 'bob', payload: null });
      await delay(3500);
      node.child.kill('SIGCONT');
      for (let i = 0; i < 50; i++) expect((await bob.next('deliver')).messageId).toBe(`m${i}`);
      await alice.pong();
      await bob.pong();
      expect([alice.isClosed, bob.isClosed]).toEqual([false, false]);
      expect(boots()).toEqual(before);
      expect(await metric(node.server, 'longwire_fences_total')).toBe(0);
      for (const client of [alice, bob]) client.socket.destroy();
      await waitFor(async () => (await metric(node.server, 'longwire_sessions')) === 0);
    },
  );

  it('fences itself before it answers a client or a node, when it did not', { timeout: 90_000 }, async () => {
    const alice = await real.own.login(node.server, 'alice');
    const bob = await real.own.login(other.server, 'bob');
    const before = boots();
    for (const { child } of [node, other]) child.kill('SIGSTOP');
    await delay(200);
    alice.frames.length = 0;
    // One is woken by a client that asks, the other by a node.
    for (let i = 0; i < 100; i++) alice.sendBytes([FrameType.ping, 0]);
    alice.send('publish', { messageId: 'p', kind: 'chat', payload: null });
    const asked = deliver(other, 'while-stopped');
    await waitFor(() => boots().length === 0);
    await delay(SESSION_TIMEOUT_MS);
    for (const { child } of [node, other]) child.kill('SIGCONT');

    expect((await alice.closed()).name).toBe('goElsewhere');
    expect((await bob.closed()).name).toBe('goElsewhere');
    // Nothing came before it: no PONG, no PUBLISHED, no DELIVER.
    expect([...alice.frames, ...bob.frames]).toEqual([]);
    expect(await asked).toBe(DeliveryOutcome.notHere);
    await waitFor(async () => (await real.own.directory.count()) === 0);

    await waitFor(() => boots().length === 2);
    expect(boots().filter((boot) => before.includes(boot))).toEqual([]);
    for (const { server, log } of [node, other]) {
      await waitFor(async () => (await callApi(server, '/readyz')).status === 200);
      expect(await metric(server, 'longwire_fences_total', 'reason="paused"')).toBe(1);
      expect(log.join('')).not.toContain('unhandled');
    }
    const again = await real.own.login(other.server, 'bob');
    // Written to its socket, as no acknowledgement was asked for.
    expect(await deliver(other, 'after')).toBe(DeliveryOutcome.delivered);
    expect((await again.next('deliver')).messageId).toBe('after');
  });
});
