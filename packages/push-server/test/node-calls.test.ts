import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeliveryOutcome, EmbeddedMembership, NodeClient, type Route } from '@longwire/cluster';
import { closeCodes, SendStatus } from '@longwire/protocol';
import { freePort, waitFor } from '../../../test-support/backends.ts';
import { callApi, CLUSTER_SECRET, metric, TestCluster, type TestServer } from './harness.ts';
import type { TestClient } from './test-client.ts';

let cluster: TestCluster;
let nodes: NodeClient;
let one: TestServer;
let two: TestServer;
beforeEach(async () => {
  cluster = await TestCluster.create();
  nodes = new NodeClient(new EmbeddedMembership(cluster.embedded), CLUSTER_SECRET);
  // A test's client sends as fast as it can.
  const unlimited = { messagesPerSecond: 1_000_000, framesPerSecond: 1_000_000 };
  one = await cluster.start('push-1', unlimited);
  two = await cluster.start('push-2', unlimited);
});
afterEach(async () => {
  await nodes.close();
  await cluster.stop();
});

const message = { messageId: 'news-1', payload: Buffer.from('news') };

async function logins(server: TestServer, prefix: string, count: number): Promise<TestClient[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => cluster.login(server, `${prefix}-${i}`)));
}

it('keeps the order per sender and recipient over 5,000 messages', async () => {
  const [alice, bob, carol] = [
    await cluster.login(one, 'alice'),
    await cluster.login(two, 'bob'),
    await cluster.login(one, 'carol'),
  ];
  const count = 5000;
  const converse = async (from: TestClient, to: TestClient, toId: string) => {
    for (let sent = 0, answered = 0; answered < count; answered++) {
      for (; sent < count && sent - answered < 100; sent++)
        from.send('send', { messageId: `m${sent}`, to: toId, payload: Buffer.alloc(100) });
      expect((await from.next('sent')).status).toBe(SendStatus.SEND_STATUS_DELIVERED);
    }
    for (let i = 0; i < count; i++) expect((await to.next('deliver')).messageId).toBe(`m${i}`);
  };
  // Both ways between the nodes, and within one, at the same time.
  await Promise.all([
    converse(alice, bob, 'bob'),
    converse(bob, carol, 'carol'),
    converse(carol, alice, 'alice'),
  ]);
  expect(await metric(one, 'longwire_node_deliveries_waiting')).toBe(0);
});

describe('a route that is wrong', () => {
  const stale = (nodeId: string, boot: string): Route => ({
    nodeId,
    boot,
    conn: 4711,
    transport: 'tcp',
    sinceMs: 1,
  });

  it.each([
    ['names a connection that its node does not have', (boot: string) => stale('push-2', boot), null],
    ['names an earlier life of its node', () => stale('push-2', '0'.repeat(16)), null],
    ['names a node that is gone', () => stale('push-9', '0'.repeat(16)), expect.anything()],
  ])('and %s: the sender hears OFFLINE', async (_, routeOf, left) => {
    const [alice, boot] = [await cluster.login(one, 'alice'), two.membership.members('push-server')[1]!.boot];
    await cluster.directory.claim('ghost', routeOf(boot), Date.now());
    alice.send('send', { messageId: 'm', to: 'ghost', payload: null });
    expect((await alice.next('sent')).status).toBe(SendStatus.SEND_STATUS_OFFLINE);
    // Only what is proven wrong is released; the routes of a dead node are left to the sweep.
    expect(await cluster.directory.lookup(['ghost'])).toEqual([left]);
  });
});

it('a node that is listed and gone: the sender hears RETRY at once, and the failed call is counted', async () => {
  const api = `http://127.0.0.1:${await freePort()}`;
  const gone = { nodeId: 'push-9', boot: '9'.repeat(16), addresses: { api }, weight: 1, version: '0' };
  const membership = new EmbeddedMembership(cluster.embedded);
  await membership.register('push-server', { ...gone, state: 'active' }, () => undefined);
  const three = await cluster.start('push-3', { acknowledgeTimeoutMs: 60_000 });
  const alice = await cluster.login(three, 'alice');
  const route = { nodeId: gone.nodeId, boot: gone.boot, conn: 1, transport: 'tcp', sinceMs: 1 } as const;
  await cluster.directory.claim('ghost', route, Date.now());
  await waitFor(() => three.membership.members('push-server').some(({ nodeId }) => nodeId === gone.nodeId));
  for (const messageId of ['m1', 'm2']) {
    alice.send('send', { messageId, to: 'ghost', payload: null });
    expect((await alice.next('sent')).status).toBe(SendStatus.SEND_STATUS_RETRY);
  }
  expect(await metric(three, 'longwire_node_calls_failed_total', 'reason="unsent"')).toBe(2);
});

describe('a broadcast', () => {
  it('reaches every client, one that does not answer and one that does not read counted apart', async () => {
    const three = await cluster.start('push-3', { maxQueuedBytes: 65_536, acknowledgeTimeoutMs: 60_000 });
    const clients = await logins(three, 'client', 600);
    const [silent, stuck] = [await cluster.login(three, 'silent'), await cluster.login(three, 'stuck')];
    silent.acknowledges = false;
    stuck.socket.pause();
    const isFull = async (bytes: number) => {
      const filler = { messageId: 'f', payload: Buffer.alloc(bytes) };
      const request = {
        originNodeId: 'push-1',
        deliveries: [{ id: 1, message: filler, clientIds: ['stuck'] }],
      };
      const { outcomes } = await nodes.deliver(three.addresses.api, request, 10_000);
      return outcomes!.outcomes![0] === DeliveryOutcome.queueFull;
    };
    for (const bytes of [60_000, 4000, 200, 0]) while (!(await isFull(bytes)));
    const live = await nodes.broadcast(
      three.addresses.api,
      { message, acknowledge: false, deadlineMs: 0 },
      30_000,
    );
    expect(live.counts[DeliveryOutcome.delivered]).toBe(601);
    expect(live.counts[DeliveryOutcome.queueFull]).toBe(1);
    for (const client of clients) expect((await client.next('deliver')).deliveryId).toBe(0);

    const request = { message, acknowledge: true, deadlineMs: 1000 };
    const acknowledged = await nodes.broadcast(three.addresses.api, request, 30_000);
    expect(acknowledged.counts).toEqual([0, 600, 0, 0, 1, 1]);
    for (const client of clients) expect((await client.next('deliver')).messageId).toBe('news-1');
    expect(await metric(three, 'longwire_deliveries_total', 'outcome="delivered"')).toBeGreaterThan(1200);
  });

  it('to nobody is answered at once', async () => {
    const { counts } = await nodes.broadcast(
      one.addresses.api,
      { message, acknowledge: true, deadlineMs: 60_000 },
      10_000,
    );
    expect(counts).toEqual([]);
  });

  it('is for one life of the node: another one at its address refuses it', async () => {
    const request = { message, acknowledge: true, deadlineMs: 1000, boot: '0123456789abcdef' };
    await expect(nodes.broadcast(one.addresses.api, request, 10_000)).rejects.toThrow(/404|life/);
  });
});

describe('the node API', () => {
  const calls = ['broadcast', 'kick', 'holds', 'drain', 'rebalance'];
  it.each(calls)('refuses %s without the cluster secret', async (call) => {
    for (const authorization of ['', 'Bearer ', 'Bearer wrong', `Basic ${CLUSTER_SECRET}`]) {
      const headers = { authorization, 'content-type': 'application/x-protobuf' };
      const answer = await callApi(one, `/node/v1/${call}`, { method: 'POST', headers, body: '' });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(await answer.json()).toMatchObject({ status: 401, code: 'unauthorized' });
    }
  });

  it.each(calls)('refuses a body of %s that is not protobuf', async (call) => {
    const headers = { 'content-type': 'application/x-protobuf' };
    const init = { method: 'POST', headers, body: Uint8Array.of(0x0a, 50, 1) };
    const answer = await callApi(one, `/node/v1/${call}`, init);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'malformed-body' });
    const json = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
    expect((await callApi(one, `/node/v1/${call}`, json)).status).toBeGreaterThanOrEqual(400);
  });

  it('answers each delivery in order, and each of its clients by position', async () => {
    await Promise.all([cluster.login(one, 'alice'), cluster.login(one, 'bob')]);
    const deliveries = [
      { id: 7, message, clientIds: ['nobody', 'alice', 'bob'] },
      { id: 3, message, clientIds: [] },
      { id: 5, message, clientIds: ['bob'] },
    ];
    const request = { originNodeId: 'push-2', deliveries };
    const { outcomes } = await nodes.deliver(one.addresses.api, request, 10_000);
    const { notHere, delivered } = DeliveryOutcome;
    expect(outcomes!.ids).toEqual([7, 7, 7, 5]);
    expect(outcomes!.positions).toEqual([0, 1, 2, 0]);
    expect([...outcomes!.outcomes!]).toEqual([notHere, delivered, delivered, delivered]);
  });

  it('closes the connection that a kick names, with its code, and no other', async () => {
    const alice = await cluster.connect(one, 'alice');
    const [, boot, conn] = (await alice.next('connected')).connection.split('/');
    const kick = (named: { boot: string; conn: number }, closeCode: number) =>
      nodes.kick(one.addresses.api, { clientId: 'alice', closeCode, ...named }, 10_000);
    expect(await kick({ boot: boot!, conn: Number(conn) + 1 }, 3002)).toBe(false);
    expect(await kick({ boot: '0'.repeat(16), conn: Number(conn) }, 3002)).toBe(false);
    await alice.pong();
    expect(await kick({ boot: boot!, conn: Number(conn) }, closeCodes.goElsewhere.code)).toBe(true);
    expect((await alice.closed()).name).toBe('goElsewhere');
    const again = await cluster.login(one, 'alice');
    expect(await kick({ boot: '', conn: 0 }, 0)).toBe(true);
    expect((await again.closed()).name).toBe('kicked');
    expect(await cluster.directory.count()).toBe(0);
  });

  it('gives the place of a connection back that is closed with the code of those who are refused', async () => {
    const small = await cluster.start('push-small', { maxConnections: 1 });
    for (let i = 0; i < 3; i++) {
      const client = await cluster.login(small, 'alice');
      const closeCode = closeCodes.overloaded.code;
      await nodes.kick(small.addresses.api, { clientId: 'alice', closeCode, boot: '', conn: 0 }, 10_000);
      expect((await client.closed()).name).toBe('overloaded');
      await waitFor(async () => (await metric(small, 'longwire_connections')) === 0);
    }
    expect(await metric(small, 'longwire_connections_accepted_total')).toBe(3);
    expect(await metric(small, 'longwire_connections_closed_total', 'reason="overloaded"')).toBe(3);
  });
});

it('counts outcomes that come after the node that asked has left', async () => {
  const [alice, bob] = [await cluster.login(one, 'alice'), await cluster.login(two, 'bob')];
  bob.acknowledges = false;
  alice.send('send', { messageId: 'm', to: 'bob', payload: null });
  const { deliveryId } = await bob.next('deliver');
  await one.stop();
  bob.send('acknowledge', { deliveryIds: [deliveryId] });
  await waitFor(async () => (await metric(two, 'longwire_outcome_reports_lost_total')) === 1);
  expect(await metric(two, 'longwire_deliveries_total', 'outcome="delivered"')).toBe(1);
  expect(cluster.log.join('')).toContain('the asker has left the cluster');
});
