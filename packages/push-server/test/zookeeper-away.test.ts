import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EmbeddedDirectory, openMembership, type Membership, type NodeLease } from '@longwire/cluster';
import { realBackend, uniqueName, waitFor } from '../../../test-support/backends.ts';
import { removeTree } from '../../cluster/test/zookeeper-tools.ts';
import { ZooKeeperProxy } from '../../cluster/test/zookeeper-proxy.ts';
import { callApi, metric, TestCluster, type TestServer } from './harness.ts';

const zookeeper = realBackend('zookeeper');
const SESSION_TIMEOUT_MS = 4000;

describe.skipIf(zookeeper === null)('push-servers that ZooKeeper does not answer', () => {
  const rootPath = `/${uniqueName('zookeeper-away-')}`;
  const directory = new EmbeddedDirectory();
  let cluster: TestCluster;
  let proxy: ZooKeeperProxy;
  let watcher: Membership;
  const memberships: Membership[] = [];

  async function join(servers: string): Promise<Membership> {
    const settings = { servers, sessionTimeoutMs: SESSION_TIMEOUT_MS, rootPath };
    const membership = await openMembership({ settings, logger: pino({ level: 'silent' }) });
    memberships.push(membership);
    return membership;
  }

  beforeEach(async () => {
    cluster = await TestCluster.create({ directory });
    proxy = await ZooKeeperProxy.start(zookeeper!);
    watcher = await join(zookeeper!);
  });
  afterEach(async () => {
    proxy.heal();
    await cluster.stop();
    for (const membership of memberships.splice(0)) await membership.close();
    await proxy.stop();
    await removeTree(zookeeper!, rootPath);
  });

  const boots = (): string[] => watcher.members('push-server').map(({ nodeId, boot }) => `${nodeId}/${boot}`);

  async function failingChecks(server: TestServer): Promise<string> {
    const { checks } = (await (await callApi(server, '/readyz')).json()) as {
      checks: Record<string, string>;
    };
    return Object.keys(checks)
      .filter((name) => checks[name] === 'failed')
      .join();
  }

  it(
    'keep their clients, sign in others, sweep nobody, and come back as who they were',
    { timeout: 120_000 },
    async () => {
      const one = await cluster.start('push-1', {}, { membership: await join(proxy.address) });
      const two = await cluster.start('push-2', {}, { membership: await join(proxy.address) });
      await waitFor(() => boots().length === 2 && one.membership.members('push-server').length === 2);
      const before = boots();
      const alice = await cluster.login(one, 'alice');
      const bob = await cluster.login(two, 'bob');

      const awayAtMs = performance.now();
      proxy.goSilent();
      // A node dies while nobody can look: its boot is known, and neither a member nor leased.
      const ghost = { nodeId: 'push-9', boot: '00000000000000dd' };
      await directory.rememberBoot(ghost.nodeId, ghost.boot);
      await directory.claim(
        'carol',
        { ...ghost, conn: 1, transport: 'tcp', sinceMs: Date.now() },
        Date.now(),
      );
      await waitFor(
        async () =>
          (await failingChecks(one)) === 'membership' && (await failingChecks(two)) === 'membership',
      );
      expect(performance.now() - awayAtMs).toBeLessThan(10_000);
      await waitFor(() => boots().length === 0);

      // Long enough for their sessions to be over and for three looks of a sweeper.
      await waitFor(() => performance.now() - awayAtMs > SESSION_TIMEOUT_MS + 16_000);
      expect([alice.isClosed, bob.isClosed]).toEqual([false, false]);
      const dave = await cluster.login(one, 'dave');
      for (const [from, to, toId] of [
        [alice, bob, 'bob'],
        [bob, dave, 'dave'],
      ] as const) {
        from.send('send', { messageId: 'm', to: toId, payload: null });
        expect((await to.next('deliver')).messageId).toBe('m');
        expect((await from.next('sent')).status).toBe(0);
      }
      expect(await directory.count()).toBe(4);

      const healedAtMs = performance.now();
      proxy.heal();
      await waitFor(async () => (await failingChecks(one)) === '' && (await failingChecks(two)) === '');
      expect(performance.now() - healedAtMs).toBeLessThan(10_000);
      await waitFor(() => boots().join() === before.join());
      expect([
        await metric(one, 'longwire_fences_total'),
        await metric(two, 'longwire_fences_total'),
      ]).toEqual([0, 0]);
      await alice.pong();

      // Now somebody may judge, and the dead stay dead.
      await waitFor(async () => (await directory.count()) === 3);
      expect(await directory.lookup(['carol', 'alice'])).toEqual([
        null,
        expect.objectContaining({ nodeId: 'push-1' }),
      ]);
      const lease: NodeLease = { ...(await directory.leases())[0]!, ...ghost };
      expect(await directory.refreshLease(lease, 1000)).toBe('fenced');
    },
  );
});
