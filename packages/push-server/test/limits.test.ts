import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FrameType } from '@longwire/protocol';
import { waitFor } from '../../../test-support/backends.ts';
import { metric, TestCluster } from './harness.ts';
import { UpstreamLink } from './links.ts';
import { expectGoodClientServed, expectStillServed } from './served.ts';

let cluster: TestCluster;
let link: UpstreamLink;
beforeEach(async () => {
  link = new UpstreamLink();
  cluster = await TestCluster.create({ upstream: link.log });
});
afterEach(() => {
  link.publishes.open();
  return cluster.stop();
});

it('gives a client until the login deadline for its whole CONNECT, however steadily the bytes come', async () => {
  const server = await cluster.start('push-1', { loginTimeoutMs: 2000 });
  const signedIn = await cluster.login(server, 'alice');
  const startedAtMs = performance.now();
  const [mute, stuck, dripping] = await Promise.all([1, 2, 3].map(() => cluster.open(server)));
  stuck!.sendBytes([FrameType.connect, 100, 0x0a]);
  // The length says 129, so that the whole frame would take more than six seconds.
  dripping!.sendBytes([FrameType.connect, 0x81, 0x01]);
  const drip = setInterval(() => dripping!.sendBytes([1]), 50);
  await expectGoodClientServed(cluster, server);
  const reason = 'no complete CONNECT before the login deadline';
  for (const client of [mute!, stuck!, dripping!])
    expect(await client.closed()).toEqual({ name: 'loginTimeout', reason, retryAfterMs: 0 });
  clearInterval(drip);
  expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(2000);
  expect(await metric(server, 'longwire_connections_closed_total', 'reason="loginTimeout"')).toBe(3);
  await expectStillServed(signedIn, 'alice');
});

it('closes a client that is silent for the idle timeout, even one with a later login deadline, and keeps one with heartbeats', async () => {
  const settings = { heartbeatIntervalMs: 1000, idleTimeoutMs: 1500, loginTimeoutMs: 60_000 };
  const server = await cluster.start('push-1', settings);
  const silent = await cluster.login(server, 'silent');
  const stuck = await cluster.login(server, 'stuck');
  const alive = await cluster.login(server, 'alive');
  const startedAtMs = performance.now();
  stuck.sendBytes([FrameType.publish, 100, 1, 2]);
  const heartbeat = setInterval(() => alive.sendBytes([FrameType.ping, 0]), 200);
  await expectGoodClientServed(cluster, server);
  for (const client of [silent, stuck]) expect((await client.closed()).name).toBe('idleTimeout');
  const elapsedMs = performance.now() - startedAtMs;
  expect(elapsedMs).toBeGreaterThanOrEqual(1400);
  expect(elapsedMs).toBeLessThan(30_000);
  await waitFor(() => performance.now() - startedAtMs > 4500);
  clearInterval(heartbeat);
  expect(alive.isClosed).toBe(false);
  expect(await metric(server, 'longwire_connections_closed_total', 'reason="idleTimeout"')).toBe(2);
  expect(await cluster.directory.lookup(['silent', 'alive'])).toEqual([null, expect.anything()]);
});

describe('frames in flight', () => {
  it('are bounded; those of other clients go on', async () => {
    const server = await cluster.start('push-1', { maxInFlight: 4 });
    const [greedy, modest] = [await cluster.login(server, 'greedy'), await cluster.login(server, 'modest')];
    link.publishes.close();
    modest.send('publish', { messageId: 'modest', kind: 'k' });
    for (let i = 1; i <= 5; i++) greedy.send('publish', { messageId: `m${i}`, kind: 'k' });
    expect(await greedy.closed()).toMatchObject({
      name: 'tooManyInFlight',
      reason: 'at most 4 frames may wait for their answers',
    });
    await expectGoodClientServed(cluster, server);
    link.publishes.open();
    expect((await modest.next('published')).messageId).toBe('modest');
    expect(await metric(server, 'longwire_connections_closed_total', 'reason="tooManyInFlight"')).toBe(1);
  });

  it('are free again once they are answered', async () => {
    const server = await cluster.start('push-1', { maxInFlight: 4 });
    const client = await cluster.login(server, 'alice');
    for (let round = 0; round < 5; round++) {
      for (let i = 0; i < 4; i++) client.send('publish', { messageId: `m${round}-${i}`, kind: 'k' });
      for (let i = 0; i < 4; i++) await client.next('published');
    }
  });
});

describe('the number of connections', () => {
  it('is bounded, and a place that is left is free', async () => {
    const server = await cluster.start('push-1', { maxConnections: 2 });
    const [alice, bob] = [await cluster.login(server, 'alice'), await cluster.login(server, 'bob')];
    const carol = await cluster.connect(server, 'carol');
    expect(await carol.closed()).toMatchObject({
      name: 'overloaded',
      reason: 'the node takes no more connections now',
    });
    expect(await metric(server, 'longwire_connections_accepted_total')).toBe(2);
    expect(await metric(server, 'longwire_connections_closed_total')).toBe(0);
    expect(await metric(server, 'longwire_connections_refused_total', 'reason="connections"')).toBe(1);
    await expectStillServed(bob, 'bob');
    alice.socket.destroy();
    await waitFor(async () => (await metric(server, 'longwire_connections')) === 1);
    await expectGoodClientServed(cluster, server);
  });

  it('does not grow with clients that will not go', async () => {
    const server = await cluster.start('push-1', { maxConnections: 3 });
    const alice = await cluster.login(server, 'alice');
    const { hostname, port } = new URL(`tcp://${server.addresses.tcp}`);
    const sockets: Socket[] = [];
    for (let i = 0; i < 1200; i++) {
      const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
      sockets.push(socket.on('error', () => undefined));
    }
    let mostOpen = 0;
    await waitFor(async () => {
      mostOpen = Math.max(mostOpen, await metric(server, 'longwire_connections'));
      return (await metric(server, 'longwire_connections_refused_total')) === 1198;
    });
    expect(mostOpen).toBeLessThan(3 + 1024 + 50);
    await expectStillServed(alice, 'alice');
    // Those that were told so and stay are cut off after a while.
    await waitFor(async () => (await metric(server, 'longwire_connections')) === 3);
    for (const socket of sockets) socket.destroy();
    await waitFor(async () => (await metric(server, 'longwire_connections')) === 1);
    await expectGoodClientServed(cluster, server);
  });
});

it.each(['handle', 'socket'])(
  'does not let a client that reads nothing pile up answers, on transport %s',
  async (transport) => {
    const server = await cluster.start('push-1', { transport, framesPerSecond: 100_000_000 });
    const accepted: { writableBuffer: unknown[] }[] = [];
    const onSocket = (message: unknown): void =>
      void accepted.push((message as { socket: (typeof accepted)[0] }).socket);
    subscribe('net.server.socket', onSocket);
    const flooder = await cluster.login(server, 'flooder');
    unsubscribe('net.server.socket', onSocket);
    expect(accepted.length).toBe(transport === 'socket' ? 1 : 0);
    const neighbour = await cluster.login(server, 'neighbour');
    flooder.socket.pause();
    const pings = Buffer.alloc(65_536, Uint8Array.of(FrameType.ping, 0));
    let mostBuffers = 0;
    const flood = setInterval(() => {
      mostBuffers = Math.max(mostBuffers, accepted[0]?.writableBuffer.length ?? 0, pendingWrites());
      if (flooder.socket.writableLength < 1_000_000) for (let i = 0; i < 8; i++) flooder.socket.write(pings);
    }, 5);
    await expectGoodClientServed(cluster, server);
    await waitFor(
      async () => (await metric(server, 'longwire_connections_closed_total', 'reason="slowConsumer"')) === 1,
    );
    clearInterval(flood);
    await expectStillServed(neighbour, 'neighbour');
    // 2 MiB may wait, in a few large buffers: a buffer for each answer of two bytes would be a million of them.
    expect(mostBuffers).toBeGreaterThan(0);
    expect(mostBuffers).toBeLessThan(1000);
  },
);

/** Writes that the system has not done, of all connections in this process. */
function pendingWrites(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'SimpleWriteWrap').length;
}
