import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EmbeddedMembership } from '@longwire/cluster';
import { FrameType } from '@longwire/protocol';
import { waitFor } from '../../../test-support/backends.ts';
import { callApi, metric, TestCluster, type TestServer } from './harness.ts';
import { MembershipLink } from './links.ts';
import type { TestClient } from './test-client.ts';

let cluster: TestCluster;
let one: TestServer;
let two: TestServer;
beforeEach(async () => {
  cluster = await TestCluster.create();
  one = await cluster.start('push-1');
  two = await cluster.start('push-2');
});
afterEach(() => cluster.stop());

const bootsOf = (nodeId: string): string[] =>
  two.membership
    .members('push-server')
    .filter((member) => member.nodeId === nodeId)
    .map(({ boot }) => boot);

async function failingChecks(server: TestServer): Promise<string[]> {
  const answer = await callApi(server, '/readyz');
  const { checks } = (await answer.json()) as { checks: Record<string, string> };
  const failing = Object.keys(checks).filter((name) => checks[name] === 'failed');
  expect(answer.status).toBe(failing.length > 0 ? 503 : 200);
  return failing;
}

async function expectReached(client: TestClient, clientId: string): Promise<void> {
  const sender = await cluster.login(two, 'a-sender');
  sender.send('send', { messageId: 'm', to: clientId, payload: Buffer.from('hello') });
  expect((await client.next('deliver')).from).toBe('a-sender');
  sender.socket.destroy();
}

describe('a node that was declared dead', () => {
  it('hears of it with its next lease, closes its clients and joins anew', async () => {
    const alice = await cluster.login(one, 'alice');
    const [dead] = bootsOf('push-1');
    await waitFor(async () => {
      await cluster.directory.dropLease('push-1', dead!);
      return cluster.directory.fence('push-1', dead!);
    });
    expect(await cluster.directory.sweep('push-1', dead!)).toBe(1);
    expect((await alice.closed()).name).toBe('goElsewhere');
    const alive = await waitFor(() => bootsOf('push-1').find((boot) => boot !== dead));
    expect(await metric(one, 'longwire_fences_total', 'reason="swept"')).toBe(1);
    expect(await cluster.directory.knownBoots()).toContainEqual({ nodeId: 'push-1', boot: alive });
    await expectReached(await waitFor(() => cluster.login(one, 'alice')), 'alice');
    expect(await failingChecks(one)).toEqual([]);
    expect(await cluster.directory.count()).toBe(1);
  });

  it(
    'is swept again for what it wrote afterwards, and only then forgotten',
    { timeout: 120_000 },
    async () => {
      const { directory } = cluster;
      const ghost = { nodeId: 'push-9', boot: '00000000000000dd' };
      const claims = (clientId: string) =>
        directory.claim(clientId, { ...ghost, conn: 1, transport: 'tcp', sinceMs: Date.now() }, Date.now());
      const isKnown = async () => (await directory.knownBoots()).some(({ boot }) => boot === ghost.boot);
      await directory.rememberBoot(ghost.nodeId, ghost.boot);
      await claims('early');
      await waitFor(async () => (await directory.count()) === 0);
      await claims('late');
      await waitFor(async () => (await directory.count()) === 0);
      expect(await isKnown()).toBe(true);
      await waitFor(async () => !(await isKnown()));
    },
  );

  it('is found although the directory lost its name, because the list has it', async () => {
    const [boot] = bootsOf('push-2');
    const ghost = { nodeId: 'push-9', boot: '00000000000000dd' };
    const other = new EmbeddedMembership(cluster.embedded);
    const [member] = two.membership.members('push-server').filter((each) => each.boot === boot);
    await other.register('push-server', { ...member!, ...ghost }, () => undefined);
    await waitFor(async () =>
      (await cluster.directory.knownBoots()).some((each) => each.boot === ghost.boot),
    );
    await other.close();
  });
});

describe('a node that something held up for longer than its session lasts', () => {
  class ShortSession extends EmbeddedMembership {
    override readonly sessionTimeoutMs = 2000;
  }

  it('fences itself before it reads what came meanwhile', async () => {
    const membership = new ShortSession(cluster.embedded);
    const freeze = async (): Promise<{ status: 'accepted' }> => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3000);
      return { status: 'accepted' };
    };
    const server = await cluster.start('push-3', {}, { membership, upstreamHandlers: { freeze } });
    const [alice, bob] = [await cluster.login(server, 'alice'), await cluster.login(server, 'bob')];
    const [dead] = bootsOf('push-3');
    // Both are read in one turn of the event loop, and no timer has its turn in between.
    alice.send('publish', { messageId: 'm', kind: 'freeze', payload: null });
    bob.sendBytes([FrameType.ping, 0]);
    for (const client of [alice, bob]) {
      expect((await client.closed()).name).toBe('goElsewhere');
      expect(client.frames).toEqual([]);
    }
    const alive = await waitFor(() => bootsOf('push-3')[0]);
    expect(alive).not.toBe(dead);
    expect(await metric(server, 'longwire_fences_total', 'reason="paused"')).toBe(1);
  });

  it('starts as its next life when that was while it started', async () => {
    const link = new MembershipLink(cluster.embedded);
    link.registrations.close();
    const membership = Object.assign(link.membership, { sessionTimeoutMs: 2000 });
    const server = await cluster.compose('push-3', {}, { membership });
    const starting = server.start();
    await waitFor(() => link.registrations.held === 1);
    const [paused] = (await cluster.directory.leases()).filter(({ nodeId }) => nodeId === 'push-3');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3000);
    await waitFor(async () => (await metric(server, 'longwire_fences_total', 'reason="paused"')) === 1);
    link.registrations.open();
    await starting;
    const [boot] = bootsOf('push-3');
    expect(boot).toMatch(/^[0-9a-f]{16}$/);
    expect(boot).not.toBe(paused!.boot);
    await expectReached(await cluster.login(server, 'alice'), 'alice');
    expect(await failingChecks(server)).toEqual([]);
  });
});

describe('a node whose name another process takes', () => {
  it('stands aside until that one has gone, and is not ready meanwhile', async () => {
    const alice = await cluster.login(one, 'alice');
    const [first] = bootsOf('push-1');
    const usurper = await cluster.start('push-1');
    expect((await alice.closed()).name).toBe('goElsewhere');
    await waitFor(async () => (await failingChecks(one)).join() === 'registration');
    expect((await (await cluster.connect(one, 'alice')).closed()).name).toBe('goElsewhere');
    await expectReached(await cluster.login(usurper, 'alice'), 'alice');

    // Long enough for it to have tried many times.
    const [second] = bootsOf('push-1');
    expect(second).not.toBe(first);
    const startedAtMs = performance.now();
    await waitFor(() => performance.now() - startedAtMs > 4000);
    expect(bootsOf('push-1')).toEqual([second]);
    // Who waits says nothing of itself that others could take for the one that serves.
    const leases = (await cluster.directory.leases()).filter(({ nodeId }) => nodeId === 'push-1');
    expect(leases.map(({ boot }) => boot).filter((boot) => boot !== first)).toEqual([second]);
    expect(await failingChecks(usurper)).toEqual([]);
    expect(await metric(usurper, 'longwire_fences_total')).toBe(0);
    expect(await metric(one, 'longwire_fences_total')).toBe(1);

    await usurper.stop();
    const third = await waitFor(() => bootsOf('push-1')[0]);
    expect([first, second]).not.toContain(third);
    await waitFor(async () => (await failingChecks(one)).length === 0);
    await expectReached(await cluster.login(one, 'alice'), 'alice');
  });

  it('does not come back when it is stopped while it waits', async () => {
    const other = new EmbeddedMembership(cluster.embedded);
    const [member] = two.membership.members('push-server');
    await other.register('push-server', { ...member!, boot: 'f'.repeat(16) }, () => undefined);
    await waitFor(async () => (await failingChecks(one)).join() === 'registration');
    await one.stop();
    await other.close();
    expect(bootsOf('push-1')).toEqual([]);
  });
});
