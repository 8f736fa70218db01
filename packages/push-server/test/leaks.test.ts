import { queryObjects } from 'node:v8';
import { expect, it } from 'vitest';
import { waitFor } from '../../../test-support/backends.ts';
import { Connection } from '../src/connection/connection.ts';
import { AwaitedDelivery } from '../src/delivery/awaited-deliveries.ts';
import { Session } from '../src/session/session.ts';
import { metric, TestCluster, type TestServer } from './harness.ts';

const cycles = 2000;
const atOnce = 50;

/** What a client may be doing when it goes; each leaves something behind in the server for a while. */
const goings: readonly ((server: TestServer, cluster: TestCluster, clientId: string) => Promise<void>)[] = [
  async (server, cluster) => {
    (await cluster.open(server)).socket.destroy();
  },
  async (server, cluster, clientId) => {
    (await cluster.connect(server, clientId)).socket.destroy();
  },
  async (server, cluster) => {
    const client = await cluster.open(server);
    client.sendBytes([3, 0]);
    await client.closed();
  },
  async (server, cluster, clientId) => {
    const client = await cluster.login(server, clientId);
    client.acknowledges = false;
    client.send('send', { messageId: 'm', to: clientId, payload: Buffer.alloc(100) });
    await client.next('deliver');
    client.sendBytes([5, 100, 1]);
    client.socket.destroy();
  },
  async (server, cluster, clientId) => {
    const first = await cluster.login(server, clientId);
    const second = await cluster.login(server, clientId);
    await first.closed();
    second.send('close', { code: 3000 });
    await waitFor(() => second.isClosed);
  },
];

it(`keeps nothing of ${cycles} clients that came and went`, async () => {
  const cluster = await TestCluster.create();
  const server = await cluster.start('push-1');
  for (let done = 0; done < cycles; done += atOnce) {
    const batch = Array.from({ length: atOnce }, (_, i) =>
      goings[i % goings.length]!(server, cluster, `client-${done + i}`),
    );
    await Promise.all(batch);
    cluster.clients.length = 0;
  }
  for (const name of ['longwire_connections', 'longwire_sessions', 'longwire_node_deliveries_waiting'])
    await waitFor(async () => (await metric(server, name)) === 0);
  await waitFor(async () => (await cluster.directory.count()) === 0);
  expect(await metric(server, 'longwire_connections_accepted_total')).toBe((cycles / 5) * 6);
  expect(await metric(server, 'longwire_connections_closed_total')).toBe((cycles / 5) * 6);
  // Whatever still holds one (the wheel, a map, a timer) shows here: V8 counts what is left after a collection.
  for (const kind of [Connection, Session, AwaitedDelivery])
    await waitFor(() => queryObjects(kind) === 0).catch(() =>
      expect(`${String(queryObjects(kind))} ${kind.name}`).toBe('none'),
    );
  await cluster.stop();
});
