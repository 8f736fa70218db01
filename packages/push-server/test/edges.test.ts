import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FrameType } from '@longwire/protocol';
import { waitFor } from '../../../test-support/backends.ts';
import { metric, TestCluster, type TestServer } from './harness.ts';
import { DirectoryLink } from './links.ts';
import { expectGoodClientServed } from './served.ts';
import { TestClient } from './test-client.ts';

/** Who comes to a push-server and how often, before anything is known of them but an address. */
let cluster: TestCluster;
let link: DirectoryLink;
beforeEach(async () => {
  link = new DirectoryLink();
  cluster = await TestCluster.create({ directory: link.directory });
});
afterEach(() => cluster.stop());

const refused = (server: TestServer, reason: string) =>
  metric(server, 'longwire_connections_refused_total', `reason="${reason}"`);

async function idle(server: TestServer, from: string, count: number): Promise<TestClient[]> {
  const before = await metric(server, 'longwire_connections_unauthenticated');
  const clients = await Promise.all(Array.from({ length: count }, () => cluster.open(server, from)));
  await waitFor(
    async () => (await metric(server, 'longwire_connections_unauthenticated')) === before + count,
  );
  return clients;
}

describe('connections that do not sign in', () => {
  it('are bounded per address; others are served, and so are those of that address that are signed in', async () => {
    const server = await cluster.start('push-1', { maxUnauthenticatedPerAddress: 5 });
    await idle(server, '127.0.0.9', 5);
    const oneMore = await (await cluster.open(server, '127.0.0.9')).closed();
    expect(oneMore).toMatchObject({
      name: 'overloaded',
      reason: 'too many connections from this address have not signed in',
    });
    expect(oneMore.retryAfterMs).toBeGreaterThanOrEqual(1000);
    expect(await refused(server, 'unauthenticatedPerAddress')).toBe(1);
    await expectGoodClientServed(cluster, server);
    // Signed in they do not count.
    for (let i = 0; i < 20; i++) await cluster.login(server, `client-${i}`);
    expect(await metric(server, 'longwire_connections_unauthenticated')).toBe(5);
  });

  it('are bounded per node, and make room at the login deadline', async () => {
    const settings = { maxUnauthenticated: 8, maxUnauthenticatedPerAddress: 4, loginTimeoutMs: 2000 };
    const server = await cluster.start('push-1', settings);
    const alice = await cluster.login(server, 'alice');
    const idlers = await idle(server, '127.0.0.2', 4);
    for (let i = 3; i < 7; i++) idlers.push(...(await idle(server, `127.0.0.${i}`, 1)));
    expect(await (await cluster.open(server)).closed()).toMatchObject({
      name: 'overloaded',
      reason: 'too many connections have not signed in',
    });
    expect(await refused(server, 'unauthenticated')).toBe(1);
    await alice.pong();
    for (const client of idlers) expect((await client.closed()).name).toBe('loginTimeout');
    // A place is free when the socket is gone, which is later than the client knows.
    await waitFor(async () => (await metric(server, 'longwire_connections_unauthenticated')) === 0);
    await expectGoodClientServed(cluster, server);
  });
});

it('takes a storm at its rate, tells the others when to come, and has all of them back in time', async () => {
  const [clients, perSecond] = [300, 50];
  const server = await cluster.start('push-1', { acceptsPerSecond: perSecond });
  const early = await cluster.login(server, 'early');
  const startedAtMs = performance.now();
  const waitsMs: number[] = [];
  const comeIn = async (clientId: string): Promise<void> => {
    for (;;) {
      const client = await cluster.connect(server, clientId);
      await waitFor(() => client.isClosed || client.frames.length > 0);
      if (client.frames[0]?.type === FrameType.connected) return;
      const closed = await client.closed();
      expect(closed).toMatchObject({ name: 'overloaded', reason: 'too many connections come at once' });
      waitsMs.push(closed.retryAfterMs);
      await delay(closed.retryAfterMs);
    }
  };
  const all = Promise.all(Array.from({ length: clients }, (_, i) => comeIn(`client-${i}`)));
  await early.pong();
  await all;
  const elapsedSeconds = (performance.now() - startedAtMs) / 1000;
  expect(elapsedSeconds).toBeLessThan(clients / perSecond + 30);
  // It began with a second's worth, less the one of `early`.
  expect(elapsedSeconds).toBeGreaterThan((clients - perSecond - 1) / perSecond - 1);
  expect(await refused(server, 'acceptRate')).toBe(waitsMs.length);
  expect(waitsMs.length).toBeGreaterThanOrEqual(clients - 2 * perSecond);
  expect(new Set(waitsMs).size).toBeGreaterThan(waitsMs.length / 4);
  await expectGoodClientServed(cluster, server);
}, 60_000);

it('serves who comes from elsewhere while one address floods it, and while a few hold all the places that they get', async () => {
  const settings = { acceptsPerSecond: 200, maxUnauthenticated: 100, maxUnauthenticatedPerAddress: 20 };
  const server = await cluster.start('push-1', settings);
  for (let i = 2; i < 12; i++)
    await Promise.all(Array.from({ length: 12 }, () => cluster.open(server, `127.0.0.${i}`)));
  await waitFor(async () => (await refused(server, 'unauthenticatedPerAddress')) > 0);
  const over = new AbortController();
  const flood = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const { socket } = await TestClient.open(server.addresses.tcp, '127.0.0.66');
      socket.resetAndDestroy();
    }
  };
  const flooding = Promise.all(Array.from({ length: 8 }, flood));
  await waitFor(async () => (await refused(server, 'acceptRate')) > 200);
  for (let i = 0; i < 20; i++) {
    await cluster.login(server, `good-${i}`);
    await delay(20);
  }
  over.abort();
  await flooding;
}, 60_000);

it('refuses new clients while its event loop is late, and takes them again; those that are here stay', async () => {
  const server = await cluster.start('push-1', { maxEventLoopDelayMs: 200 });
  const early = await waitFor<TestClient | null>(async () => {
    const client = await cluster.connect(server, 'early');
    return client.next('connected').then(
      () => client,
      () => null,
    );
  });
  const late = await cluster.open(server);
  // Between the handshake, which the system does alone, and the moment when the node hears of it.
  const next = cluster.open(server);
  const busyUntilMs = performance.now() + 1000;
  while (performance.now() < busyUntilMs);
  expect(await (await next).closed()).toMatchObject({
    name: 'overloaded',
    reason: 'the node is late with what it has to do',
  });
  expect(await refused(server, 'eventLoop')).toBeGreaterThanOrEqual(1);
  await early.pong();
  // It was admitted in time.
  late.send('connect', { versionMin: 1, versionMax: 1, token: await cluster.token('late') });
  await late.next('connected');
  await waitFor(() => expectGoodClientServed(cluster, server).then(() => true));
});

describe('a client that logs in again and again', () => {
  const settings = { maxLoginsPerMinute: 5, loginBanMs: 2000 };

  it('is refused for a while, and only that client', async () => {
    const server = await cluster.start('push-1', settings);
    for (let i = 0; i < 5; i++) (await cluster.login(server, 'flapping')).socket.destroy();
    const startedAtMs = performance.now();
    for (let i = 0; i < 3; i++) {
      const { name, reason, retryAfterMs } = await (await cluster.connect(server, 'flapping')).closed();
      expect([name, reason]).toEqual(['reconnectingTooOften', 'the client has logged in too often lately']);
      expect(retryAfterMs).toBeGreaterThan(0);
      expect(retryAfterMs).toBeLessThanOrEqual(2000);
    }
    expect(await metric(server, 'longwire_logins_total', 'result="reconnectingTooOften"')).toBe(3);
    await expectGoodClientServed(cluster, server);
    await waitFor(() => performance.now() - startedAtMs > 2000);
    await (await cluster.login(server, 'flapping')).pong();
  });

  it('is not refused when the directory was what failed', async () => {
    const server = await cluster.start('push-1', settings);
    link.state = 'cut';
    for (let i = 0; i < 20; i++)
      expect((await (await cluster.connect(server, 'alice')).closed()).name).toBe('backendUnavailable');
    link.state = 'up';
    await cluster.login(server, 'alice');
  });

  it('cannot be locked out by others, who have no token of it', async () => {
    const server = await cluster.start('push-1', settings);
    for (let i = 0; i < 20; i++)
      expect((await (await cluster.connect(server, 'alice', 'a.forged.token')).closed()).name).toBe(
        'tokenInvalid',
      );
    await cluster.login(server, 'alice');
  });

  it('cannot be locked out with a token of it that was stolen and revoked, even many at once', async () => {
    const server = await cluster.start('push-1', settings);
    const issuedAtMs = Date.now() - 1000;
    const stolen = await cluster.token('alice', { issuedAtMs });
    await cluster.directory.revoke('alice', issuedAtMs);
    const thieves = await Promise.all(
      Array.from({ length: 20 }, () => cluster.connect(server, 'alice', stolen)),
    );
    for (const thief of thieves) expect((await thief.closed()).name).toBe('tokenRevoked');
    await cluster.login(server, 'alice');
  });
});
