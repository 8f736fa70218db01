import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Value } from 'typebox/value';
import {
  EmbeddedDirectory,
  EmbeddedMembership,
  RedisDirectory,
  redisSettings,
  type Directory,
  type Route,
} from '@longwire/cluster';
import { RedisProcess } from '../../../deploy/local/redis/redis-process.ts';
import { hasProgram } from '../../../test-support/programs.ts';
import { waitFor } from '../../../test-support/helpers.ts';
import { metric, TestCluster, type TestServer } from './harness.ts';
import { DirectoryLink, MembershipLink } from './links.ts';
import type { TestClient } from './test-client.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function clusterOn(directory: Directory): Promise<TestCluster> {
  const cluster = await TestCluster.create({ directory });
  cleanUps.push(() => cluster.stop());
  return cluster;
}

async function nameOf(directory: Directory, clientId: string): Promise<string | null> {
  const [route] = await directory.lookup([clientId]);
  return route ? `${route.nodeId}/${route.boot}/${route.conn}` : null;
}

const audited = (server: TestServer, result: string) =>
  metric(server, 'longwire_routes_audited_total', `result="${result}"`);

async function expectDelivered(from: TestClient, to: TestClient, toId: string): Promise<void> {
  from.send('send', { messageId: 'm', to: toId, payload: null });
  expect((await to.next('deliver')).messageId).toBe('m');
  expect((await from.next('sent')).status).toBe(0);
}

describe('the audit of routes', () => {
  it('puts back what the directory has lost, and closes what was replaced or revoked behind its back', async () => {
    const directory = new EmbeddedDirectory();
    const cluster = await clusterOn(directory);
    const server = await cluster.start('push-1');
    const link = new MembershipLink(cluster.embedded);
    const other = await cluster.start('push-2', {}, { membership: link.membership });
    const [alice, bob, carol] = [
      await cluster.login(server, 'alice'),
      await cluster.login(server, 'bob'),
      await cluster.login(server, 'carol'),
    ];
    const standing = await nameOf(directory, 'carol');
    const [route] = await directory.lookup(['alice']);
    const { nodeId, boot } = route!;
    // The routes of this boot and its name are lost, and neither a kick nor a revocation has arrived.
    await directory.sweep(nodeId, boot);
    await directory.forgetBoot(nodeId, boot);
    link.sendsNowhere = true;
    await cluster.login(other, 'alice');
    await directory.revoke('bob', Date.now() + 60_000);

    expect((await alice.closed()).name).toBe('replaced');
    expect((await bob.closed()).name).toBe('tokenRevoked');
    await waitFor(async () => (await nameOf(directory, 'carol')) === standing);
    await carol.pong();
    expect(await nameOf(directory, 'alice')).toContain('push-2/');
    expect(await nameOf(directory, 'bob')).toBeNull();
    await waitFor(async () => (await directory.knownBoots()).some((known) => known.boot === boot));
    expect([
      await audited(server, 'replaced'),
      await audited(server, 'revoked'),
      await audited(server, 'stale'),
    ]).toEqual([1, 1, 0]);
  });

  it('believes no route whose connection is no more: a fail-over has lost the login that replaced it', async () => {
    const directory = new EmbeddedDirectory();
    const cluster = await clusterOn(directory);
    const [one, two] = [await cluster.start('push-1'), await cluster.start('push-2')];
    const ids = ['elsewhere', 'here', 'dead'];
    const old = await Promise.all(ids.map((id) => cluster.login(id === 'here' ? two : one, id)));
    const routes = (await directory.lookup(ids)) as Route[];
    const clients = await Promise.all(ids.map((id) => cluster.login(two, id)));
    for (const client of old) expect((await client.closed()).name).toBe('replaced');
    const newest = await Promise.all(ids.map((id) => nameOf(directory, id)));

    routes[2] = { ...routes[2]!, boot: 'dead'.repeat(4) };
    await Promise.all(ids.map((id, i) => directory.claim(id, routes[i]!, Date.now())));
    for (const [i, id] of ids.entries())
      await waitFor(async () => (await nameOf(directory, id)) === newest[i]);
    for (const client of clients) await client.pong();
    expect([await audited(two, 'stale'), await audited(two, 'replaced')]).toEqual([3, 0]);
  });

  it('keeps the newer of two that live, also where the directory was told of the older one first', async () => {
    const directory = new EmbeddedDirectory();
    const cluster = await clusterOn(directory);
    const [slow, link] = [new DirectoryLink(directory), new MembershipLink(cluster.embedded)];
    const one = await cluster.start('push-1', {}, { directory: slow.directory });
    const two = await cluster.start('push-2', {}, { membership: link.membership });
    // Nobody tells the first: neither the second's node nor the directory.
    slow.isOutOfReach = () => true;
    link.sendsNowhere = true;
    const agoMs = Date.now() - 90_000;
    const clock = vi.spyOn(Date, 'now').mockReturnValue(agoMs);
    const older = await cluster.login(one, 'alice');
    clock.mockRestore();
    const [olderRoute] = await directory.lookup(['alice']);
    const newer = await cluster.login(two, 'alice');
    const standing = await nameOf(directory, 'alice');
    await waitFor(async () => (await metric(two, 'longwire_replaced_connections_unreached_total')) === 1);

    await directory.claim('alice', olderRoute!, Date.now());
    link.sendsNowhere = false;
    expect((await older.closed()).name).toBe('replaced');
    expect(await nameOf(directory, 'alice')).toBe(standing);
    await newer.pong();
    expect([await audited(two, 'older'), await audited(two, 'replaced')]).toEqual([1, 0]);
  });

  it('does nothing about a route whose node can be neither asked nor taken for gone', async () => {
    const directory = new EmbeddedDirectory();
    const cluster = await clusterOn(directory);
    const link = new MembershipLink(cluster.embedded);
    const server = await cluster.start('push-1', {}, { membership: link.membership });
    const ghost = { nodeId: 'push-9', boot: 'dead'.repeat(4) };
    const api = 'http://127.0.0.1:1';
    const registration = await new EmbeddedMembership(cluster.embedded).register(
      'push-server',
      { ...ghost, addresses: { api }, weight: 1, state: 'active', version: '0' },
      () => undefined,
    );
    const alice = await cluster.login(server, 'alice');
    const [own] = await directory.lookup(['alice']);
    const name = await nameOf(directory, 'alice');
    const wrong: Route = { ...own!, ...ghost };
    await directory.claim('alice', wrong, Date.now());
    const stays = async () => {
      const before = await audited(server, 'unclear');
      await waitFor(async () => (await audited(server, 'unclear')) >= before + 2);
      expect(await directory.lookup(['alice'])).toEqual([wrong]);
      await alice.pong();
    };
    // A member that does not answer; then nobody's member, but the list may be old; then one that left and still has its lease.
    await stays();
    link.isConnected = false;
    await registration.remove();
    await stays();
    const lease = { ...(await directory.leases())[0]!, ...ghost, apiUrl: api };
    await directory.refreshLease(lease, 60_000);
    link.isConnected = true;
    await stays();
    await directory.dropLease(ghost.nodeId, ghost.boot);
    await waitFor(async () => (await nameOf(directory, 'alice')) === name);
    await alice.pong();
  });

  it('leaves no route of a session that ends while it is asked about', async () => {
    const link = new DirectoryLink();
    const cluster = await clusterOn(link.directory);
    const server = await cluster.start('push-1');
    const alice = await cluster.login(server, 'alice');
    const [route] = await link.directory.lookup(['alice']);
    link.confirmAnswers.close();
    await link.directory.sweep(route!.nodeId, route!.boot);
    await link.directory.forgetBoot(route!.nodeId, route!.boot);
    await waitFor(() => link.confirmAnswers.held > 0);
    // Its route is deleted now; the audit has not heard yet that it was the one who wrote it.
    alice.socket.destroy();
    await waitFor(async () => (await metric(server, 'longwire_sessions')) === 0);
    await link.directory.claim('alice', route!, Date.now());
    link.confirmAnswers.open();
    await waitFor(async () => (await link.directory.count()) === 0);
  });

  it(
    'asks about everyone within a round, evenly, and goes on while the directory is away',
    { timeout: 90_000 },
    async () => {
      const link = new DirectoryLink();
      const cluster = await clusterOn(link.directory);
      const server = await cluster.start('push-1');
      await Promise.all(Array.from({ length: 400 }, (_, i) => cluster.login(server, `client-${i}`)));
      // Ten a second: forty seconds for all.
      const startedAtMs = performance.now();
      const [before] = [await audited(server, 'standing')];
      await waitFor(async () => (await audited(server, 'standing')) >= before + 50);
      const tookMs = performance.now() - startedAtMs;
      expect(tookMs).toBeGreaterThan(3000);
      expect(tookMs).toBeLessThan(20_000);

      link.state = 'cut';
      await waitFor(async () => (await audited(server, 'failed')) >= 5);
      link.state = 'up';
      const healed = await audited(server, 'standing');
      await waitFor(async () => (await audited(server, 'standing')) > healed);
      expect(await metric(server, 'longwire_sessions')).toBe(400);
    },
  );
});

it('puts back at once what a part of a directory has lost while another part is away, and the rest when it is back', async () => {
  const link = new DirectoryLink();
  const cluster = await clusterOn(link.directory);
  const server = await cluster.start('push-1');
  const clientIds = Array.from({ length: 1200 }, (_, i) => `client-${i}`);
  for (let start = 0; start < clientIds.length; start += 200)
    await Promise.all(clientIds.slice(start, start + 200).map((id) => cluster.login(server, id)));
  const [route] = await link.directory.lookup(['client-0']);
  const within = async (count: number) => {
    const startedAtMs = performance.now();
    await waitFor(async () => (await link.directory.count()) === count);
    // An even round takes 40 s.
    expect(performance.now() - startedAtMs).toBeLessThan(20_000);
  };
  link.isOutOfReach = (clientId) => clientId < 'client-2';
  const away = clientIds.filter(link.isOutOfReach).length;
  await link.directory.sweep(route!.nodeId, route!.boot);
  await link.directory.forgetBoot(route!.nodeId, route!.boot);
  await within(clientIds.length - away);
  await waitFor(async () => (await audited(server, 'failed')) > 3 * away);
  // Meanwhile the others are looked after as always.
  const before = await audited(server, 'standing');
  await waitFor(async () => (await audited(server, 'standing')) >= before + 20);
  link.isOutOfReach = () => false;
  await within(clientIds.length);
}, 90_000);

describe.skipIf(!hasProgram('redis-server'))('a Redis that is emptied', () => {
  it(
    'has every route back at a bounded rate, while clients of one node reach each other',
    { timeout: 120_000 },
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'longwire-emptied-'));
      cleanUps.push(() => rm(folder, { recursive: true, force: true }));
      const redis = await RedisProcess.start({ folder, args: ['--appendonly', 'no'] });
      cleanUps.push(() => redis.stop());
      const settings = { ...Value.Create(redisSettings), url: `redis://127.0.0.1:${redis.port}` };
      const directory = new RedisDirectory({ settings, logger: pino({ level: 'silent' }) });
      const cluster = await clusterOn(directory);
      const link = new DirectoryLink(directory);
      const one = await cluster.start('push-1', { acceptsPerSecond: 100_000 }, { directory: link.directory });
      const two = await cluster.start('push-2');
      const names = new Map<string, string>();
      const clientIds = Array.from({ length: 3000 }, (_, i) => `client-${i}`);
      for (let start = 0; start < clientIds.length; start += 250) {
        const batch = clientIds.slice(start, start + 250).map(async (clientId) => {
          const client = await cluster.connect(one, clientId);
          names.set(clientId, (await client.next('connected')).connection);
        });
        await Promise.all(batch);
      }
      const [alice, bob] = [await cluster.login(one, 'alice'), await cluster.login(one, 'bob')];
      const carol = await cluster.login(two, 'carol');
      await expectDelivered(carol, bob, 'bob');

      await redis.command('FLUSHALL');
      const emptiedAtMs = performance.now();
      await expectDelivered(alice, bob, 'bob');
      await waitFor(async () => (await directory.count()) === clientIds.length + 3, 60_000);
      expect(performance.now() - emptiedAtMs).toBeLessThan(60_000);
      // 500 in a tenth of a second are 5,000 a second, and each call of the audit waits for the one before.
      expect(Math.max(...link.confirmsByTenth.values())).toBeLessThanOrEqual(1000);
      expect(await metric(one, 'longwire_sessions')).toBe(clientIds.length + 2);

      const routes = await directory.lookup(clientIds);
      for (const [index, route] of routes.entries()) {
        const { nodeId, boot, conn } = route!;
        expect(`${nodeId}/${boot}/${conn}`).toBe(names.get(clientIds[index]!));
      }
      await expectDelivered(carol, alice, 'alice');
      // What a sweep goes by is there again as well.
      const members = one.membership.members('push-server').map(({ nodeId, boot }) => ({ nodeId, boot }));
      const known = await directory.knownBoots();
      expect(known.toSorted((a, b) => a.nodeId.localeCompare(b.nodeId))).toEqual(members);
    },
  );
});
