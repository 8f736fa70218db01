import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EmbeddedMembership, NodeClient, Placement, type Membership } from '@longwire/cluster';
import { FrameType } from '@longwire/protocol';
import { waitFor } from '../../../test-support/helpers.ts';
import { callApi, CLUSTER_SECRET, metric, TestCluster, type TestClient, type TestServer } from './harness.ts';

let cluster: TestCluster;
let calls: NodeClient;
let watcher: Membership;
beforeEach(async () => {
  cluster = await TestCluster.create();
  watcher = new EmbeddedMembership(cluster.embedded);
  calls = new NodeClient(watcher, CLUSTER_SECRET);
});
afterEach(async () => {
  await calls.close();
  await cluster.stop();
});

const nodeIds = () => watcher.members('push-server').map(({ nodeId }) => nodeId);

function isTold(client: TestClient): boolean {
  return client.frames.some(({ type }) => type === FrameType.redirect);
}

async function logins(server: TestServer, count: number, prefix = 'client'): Promise<TestClient[]> {
  return Promise.all(
    Array.from({ length: count }, (_, index) => cluster.login(server, `${prefix}-${index}`)),
  );
}

describe('a drain', () => {
  it('leaves the list at once, is not ready, signs nobody in, and tells each client where to go', async () => {
    const one = await cluster.start('push-1');
    const others = [await cluster.start('push-2'), await cluster.start('push-3')];
    const clients = await logins(one, 20);
    const stopping = one.stop();
    await waitFor(() => nodeIds().join() === 'push-2,push-3');
    await waitFor(async () => (await callApi(one, '/readyz')).status === 503);
    const late = await cluster.connect(one, 'late');
    expect((await late.closed()).name).toBe('goElsewhere');
    const placement = new Placement([
      { nodeId: 'push-2', weight: 1 },
      { nodeId: 'push-3', weight: 1 },
    ]);
    const addressOf = new Map(others.map((server, index) => [`push-${index + 2}`, server.addresses.tcp]));
    for (const [index, client] of clients.entries()) {
      const { addresses, delayMs } = await client.next('redirect');
      expect(addresses).toEqual(
        placement.choose(`client-${index}`, 2).map((nodeId) => addressOf.get(nodeId)),
      );
      expect(delayMs).toBeLessThanOrEqual(1000);
      client.socket.end();
    }
    await stopping;
    expect((await cluster.directory.leases()).map(({ nodeId }) => nodeId)).toEqual(['push-2', 'push-3']);
    expect(await cluster.directory.count()).toBe(0);
    // Twice does no harm.
    await one.stop();
  });

  it('serves those who have not gone yet: messages reach them from other nodes and are answered', async () => {
    const [one, two] = [await cluster.start('push-1'), await cluster.start('push-2')];
    const [alice, bob] = [await cluster.login(one, 'alice'), await cluster.login(two, 'bob')];
    const stopping = one.stop();
    await alice.next('redirect');
    bob.send('send', { messageId: 'to-alice', to: 'alice', payload: Buffer.from('1') });
    expect((await alice.next('deliver')).messageId).toBe('to-alice');
    expect((await bob.next('sent')).status).toBe(0);
    // The acknowledgement comes back to a node that is in no list any more.
    alice.send('send', { messageId: 'to-bob', to: 'bob', payload: Buffer.from('2') });
    expect((await bob.next('deliver')).messageId).toBe('to-bob');
    expect((await alice.next('sent')).status).toBe(0);
    alice.send('publish', { messageId: 'up', kind: 'chat', payload: Buffer.from('3') });
    expect((await alice.next('published')).status).toBe(0);
    alice.socket.end();
    await stopping;
  });

  it('closes who stays, after the answers that are still awaited', async () => {
    const [one, two] = [await cluster.start('push-1'), await cluster.start('push-2')];
    const [alice, bob] = [await cluster.login(one, 'alice'), await cluster.login(two, 'bob')];
    bob.acknowledges = false;
    const stopping = one.stop();
    await alice.next('redirect');
    alice.send('send', { messageId: 'slow', to: 'bob', payload: Buffer.from('1') });
    const { deliveryId } = await bob.next('deliver');
    const sent = alice.next('sent');
    // Later than clients without an open answer are closed.
    setTimeout(() => bob.send('acknowledge', { deliveryIds: [deliveryId] }), 5000);
    expect((await sent).status).toBe(0);
    expect((await alice.closed()).name).toBe('goElsewhere');
    await stopping;
  });

  it('keeps to its rate', async () => {
    const one = await cluster.start('push-1', { drainClientsPerSecond: 20 });
    await cluster.start('push-2');
    const clients = await logins(one, 60);
    const startedAtMs = performance.now();
    const stopping = one.stop();
    await waitFor(() => clients.every(isTold));
    // 60 at 20 a second, the first of them at once.
    expect(performance.now() - startedAtMs).toBeGreaterThan(2500);
    expect(await metric(one, 'longwire_clients_redirected_total', 'why="drain"')).toBe(60);
    for (const client of clients) client.socket.end();
    await stopping;
  });

  it('goes faster than its rate where its deadline asks for that, and then closes who is left', async () => {
    const one = await cluster.start('push-1', { drainClientsPerSecond: 1, drainDeadlineMs: 4000 });
    await cluster.start('push-2');
    const clients = await logins(one, 40);
    await one.stop();
    const told = clients.filter(isTold).length;
    expect(told).toBeGreaterThan(4);
    for (const client of clients) expect((await client.closed()).name).toBe('goElsewhere');
    expect(cluster.log.join('')).toContain('faster than configured');
  });

  it('closes at once as serverStopping where there is no other node', async () => {
    const one = await cluster.start('push-1');
    const alice = await cluster.login(one, 'alice');
    await one.stop();
    expect((await alice.closed()).name).toBe('serverStopping');
    expect(isTold(alice)).toBe(false);
  });
});

describe('the drain call', () => {
  it('stops the life of the process that is meant, and no process that has other roles', async () => {
    let stops = 0;
    const one = await cluster.start('push-1', {}, { requestStop: () => stops++ });
    const shared = await cluster.start('push-2');
    const [bootOfOne, bootOfShared] = watcher.members('push-server').map(({ boot }) => boot);
    expect(await calls.drain(one.addresses.api, { boot: 'f'.repeat(16) }, 5000)).toBe(false);
    expect(await calls.drain(shared.addresses.api, { boot: bootOfShared! }, 5000)).toBe(false);
    expect(stops).toBe(0);
    expect(await calls.drain(one.addresses.api, { boot: bootOfOne! }, 5000)).toBe(true);
    await waitFor(() => stops === 1);
  });
});

describe('a rebalance', () => {
  it('sends those to a node that was added who belong there, at its rate, and nobody twice or elsewhere', async () => {
    const one = await cluster.start('push-1');
    const clients = await logins(one, 100);
    expect(await calls.rebalance(one.addresses.api, { clientsPerSecond: 1000 }, 5000)).toBe(0);
    const two = await cluster.start('push-2');
    const placement = new Placement(nodeIds().map((nodeId) => ({ nodeId, weight: 1 })));
    const belongThere = clients.filter((_, index) => placement.choose(`client-${index}`, 1)[0] === 'push-2');
    const startedAtMs = performance.now();
    expect(await calls.rebalance(one.addresses.api, { clientsPerSecond: 25 }, 5000)).toBe(belongThere.length);
    await waitFor(() => belongThere.every(isTold));
    expect(performance.now() - startedAtMs).toBeGreaterThan(((belongThere.length - 1) / 25) * 900);
    for (const client of belongThere) {
      const { addresses } = await client.next('redirect');
      expect(addresses).toEqual([two.addresses.tcp, one.addresses.tcp]);
      expect(isTold(client)).toBe(false);
    }
    expect(clients.filter(isTold)).toEqual([]);
    await waitFor(() => cluster.log.join('').includes('"msg":"rebalanced"'));
    expect(await metric(one, 'longwire_clients_redirected_total', 'why="rebalance"')).toBe(
      belongThere.length,
    );
    expect(clients.every((client) => !client.isClosed)).toBe(true);
  });

  it('follows weights, and takes the place of one that runs', async () => {
    const one = await cluster.start('push-1');
    const clients = await logins(one, 60);
    await cluster.start('push-2');
    const before = await calls.rebalance(one.addresses.api, { clientsPerSecond: 0.1 }, 5000);
    await watcher.setWeight('push-2', 9);
    const after = await calls.rebalance(one.addresses.api, { clientsPerSecond: 1000 }, 5000);
    expect(after).toBeGreaterThan(before);
    await waitFor(() => clients.filter(isTold).length === after);
    await waitFor(() => cluster.log.join('').includes('"msg":"rebalancing ended early"'));
  });

  it('sends nobody who belongs here once more by the time of its turn', async () => {
    const one = await cluster.start('push-1');
    await cluster.start('push-2');
    const placement = new Placement(nodeIds().map((nodeId) => ({ nodeId, weight: 1 })));
    const clientIds = Array.from({ length: 30 }, (_, index) => `client-${index}`)
      .filter((clientId) => placement.choose(clientId, 1)[0] === 'push-2')
      .slice(0, 3);
    const clients = await Promise.all(clientIds.map((clientId) => cluster.login(one, clientId)));
    expect(await calls.rebalance(one.addresses.api, { clientsPerSecond: 1 }, 5000)).toBe(3);
    await watcher.setWeight('push-2', 0.001);
    await waitFor(() => cluster.log.join('').includes('"msg":"rebalanced"'));
    expect(clients.filter(isTold)).toHaveLength(1);
    expect(await metric(one, 'longwire_clients_redirected_total', 'why="rebalance"')).toBe(1);
  });

  it('is refused without a rate, and by a node that is leaving', async () => {
    const one = await cluster.start('push-1');
    await cluster.start('push-2');
    await expect(calls.rebalance(one.addresses.api, {}, 5000)).rejects.toThrow('400');
    const alice = await cluster.login(one, 'alice');
    const stopping = one.stop();
    await alice.next('redirect');
    await expect(calls.rebalance(one.addresses.api, { clientsPerSecond: 1 }, 5000)).rejects.toThrow('503');
    alice.socket.end();
    await stopping;
  });
});
