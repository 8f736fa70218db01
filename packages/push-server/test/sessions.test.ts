import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EmbeddedMembership, NodeClient } from '@longwire/cluster';
import { closeCodes } from '@longwire/protocol';
import { waitFor } from '../../../test-support/backends.ts';
import { CLUSTER_SECRET, metric, TestCluster, type TestServer } from './harness.ts';
import { DirectoryLink } from './links.ts';
import type { TestClient } from './test-client.ts';

let cluster: TestCluster;
/** The way of push-1 to the directory. */
let link: DirectoryLink;
let one: TestServer;
let two: TestServer;
beforeEach(async () => {
  cluster = await TestCluster.create();
  link = new DirectoryLink(cluster.directory);
  one = await cluster.start('push-1', {}, { directory: link.directory });
  two = await cluster.start('push-2');
});
afterEach(() => {
  link.claimAnswers.open();
  link.state = 'up';
  return cluster.stop();
});

async function routeOf(clientId: string): Promise<string | null> {
  const [route] = await cluster.directory.lookup([clientId]);
  return !route ? null : `${route.nodeId}/${route.boot}/${route.conn}`;
}

/** Signs in and answers the client with the name of its connection. */
async function signIn(server: TestServer, clientId: string): Promise<[TestClient, string]> {
  const client = await cluster.connect(server, clientId);
  return [client, (await client.next('connected')).connection];
}

async function expectReached(client: TestClient, clientId: string): Promise<void> {
  const sender = await cluster.login(two, 'a-sender');
  sender.send('send', { messageId: 'm', to: clientId, payload: Buffer.from('hello') });
  expect((await client.next('deliver')).from).toBe('a-sender');
  sender.socket.destroy();
}

describe('a second login of a client', () => {
  it.each([
    ['on the same node', () => one],
    ['on another node', () => two],
  ])('%s closes the first, whose end leaves the newer route', async (_, newer) => {
    const [first] = await signIn(one, 'alice');
    const [second, name] = await signIn(newer(), 'alice');
    expect(await first.closed()).toEqual({
      name: 'replaced',
      reason: 'the same client signed in on a newer connection',
      retryAfterMs: 0,
    });
    await waitFor(async () => (await metric(one, 'longwire_connections')) === (newer() === one ? 1 : 0));
    expect(await routeOf('alice')).toBe(name);
    await expectReached(second, 'alice');
  });

  it('closes a first one whose claim is still on its way back', async () => {
    link.claimAnswers.close();
    const first = await cluster.connect(one, 'alice');
    await waitFor(() => link.claimAnswers.held === 1);
    const [second, name] = await signIn(two, 'alice');
    expect((await first.closed()).name).toBe('replaced');
    link.claimAnswers.open();
    await expectReached(second, 'alice');
    expect(await routeOf('alice')).toBe(name);
    expect(await metric(one, 'longwire_sessions')).toBe(0);
  });

  it('closes the one before the first, too, when the first ends before it hears of its claim', async () => {
    const [zeroth] = await signIn(one, 'alice');
    // The audit would close it as well.
    link.confirmAnswers.close();
    link.claimAnswers.close();
    const first = await cluster.connect(one, 'alice');
    await waitFor(() => link.claimAnswers.held === 1);
    const [second, name] = await signIn(two, 'alice');
    expect((await first.closed()).name).toBe('replaced');
    await zeroth.pong();
    link.claimAnswers.open();
    expect((await zeroth.closed()).name).toBe('replaced');
    await expectReached(second, 'alice');
    expect(await routeOf('alice')).toBe(name);
  });

  it('finds the first also behind a third whose claim is on its way', async () => {
    link.claimAnswers.close();
    const first = await cluster.connect(one, 'alice');
    await waitFor(() => link.claimAnswers.held === 1);
    const [route] = await cluster.directory.lookup(['alice']);
    const third = await cluster.connect(one, 'alice');
    await waitFor(() => link.claimAnswers.held === 2);
    const nodes = new NodeClient(two.membership, CLUSTER_SECRET);
    const { boot, conn } = route!;
    const kick = { clientId: 'alice', boot, conn, closeCode: closeCodes.replaced.code };
    expect(await nodes.kick(one.addresses.api, kick, 10_000)).toBe(true);
    expect((await first.closed()).name).toBe('replaced');
    expect(await nodes.kick(one.addresses.api, kick, 10_000)).toBe(false);
    link.claimAnswers.open();
    expect((await third.next('connected')).connection).toBe(await routeOf('alice'));
    await nodes.close();
  });

  it('leaves exactly one connection and its route, however 200 pairs of logins race on two nodes', async () => {
    const clientIds = Array.from({ length: 200 }, (_, i) => `racer-${i}`);
    const pairs = await Promise.all(
      clientIds.map((clientId) =>
        Promise.all([cluster.connect(one, clientId), cluster.connect(two, clientId)]),
      ),
    );
    const sum = async (name: string) => (await metric(one, name)) + (await metric(two, name));
    await waitFor(async () => (await sum('longwire_connections_accepted_total')) === 400);
    await waitFor(async () => (await sum('longwire_connections')) === 200);
    await waitFor(async () => (await sum('longwire_sessions')) === 200);
    for (const [index, pair] of pairs.entries()) {
      const [left, ...others] = pair.filter((client) => !client.isClosed);
      expect(others).toEqual([]);
      expect((await left!.next('connected')).connection).toBe(await routeOf(clientIds[index]!));
    }
    expect(await cluster.directory.count()).toBe(200);
  });
});

it('leaves no route of a socket that closes while its claim is on the way', async () => {
  link.claimAnswers.close();
  const client = await cluster.connect(one, 'alice');
  await waitFor(() => link.claimAnswers.held === 1);
  client.socket.destroy();
  await waitFor(async () => (await metric(one, 'longwire_connections')) === 0);
  expect(await routeOf('alice')).not.toBeNull();
  link.claimAnswers.open();
  await waitFor(async () => (await routeOf('alice')) === null);
  expect(await metric(one, 'longwire_sessions')).toBe(0);
});

describe('while the directory is away', () => {
  it.each(['cut', 'answers-lost'] as const)('a login is refused and leaves no route: %s', async (state) => {
    link.state = state;
    const client = await cluster.connect(one, 'alice');
    expect(await client.closed()).toEqual({
      name: 'backendUnavailable',
      reason: 'the node could not record the login',
      retryAfterMs: 2000,
    });
    expect(await metric(one, 'longwire_logins_total', 'result="backendUnavailable"')).toBe(1);
    link.state = 'up';
    await waitFor(async () => (await metric(one, 'longwire_route_releases_waiting')) === 0);
    expect(await routeOf('alice')).toBeNull();
    await expectReached(await cluster.login(one, 'alice'), 'alice');
  });

  it('a claim that takes effect after it was given up and released is released again', async () => {
    link.lateClaims = [];
    const client = await cluster.connect(one, 'alice');
    expect((await client.closed()).name).toBe('backendUnavailable');
    await waitFor(() => link.releases === 1);
    await link.lateClaims[0]!();
    link.lateClaims = null;
    expect(await routeOf('alice')).not.toBeNull();
    await waitFor(async () => (await routeOf('alice')) === null);
    expect(await metric(one, 'longwire_route_releases_waiting')).toBe(0);
  });

  it('the release of an ended session is kept, and done afterwards', async () => {
    const client = await cluster.login(one, 'alice');
    link.state = 'cut';
    client.socket.destroy();
    await waitFor(() => link.lostReleases > 1);
    expect(await metric(one, 'longwire_route_releases_waiting')).toBe(1);
    expect(await routeOf('alice')).not.toBeNull();
    link.state = 'up';
    await waitFor(async () => (await routeOf('alice')) === null);
    await waitFor(async () => (await metric(one, 'longwire_route_releases_waiting')) === 0);
  });

  it('a release that is kept spares the newer login', async () => {
    const client = await cluster.login(one, 'alice');
    link.state = 'cut';
    client.socket.destroy();
    await waitFor(() => link.lostReleases > 0);
    const [, name] = await signIn(two, 'alice');
    link.state = 'up';
    await waitFor(async () => (await metric(one, 'longwire_route_releases_waiting')) === 0);
    expect(await routeOf('alice')).toBe(name);
  });
});

describe('a node that the cluster took for dead', () => {
  /** Another life of the node appears, and leaves again at once. */
  async function takeForDead(server: TestServer): Promise<string> {
    const [member] = server.membership.members('push-server').filter(({ nodeId }) => nodeId === 'push-1');
    const other = new EmbeddedMembership(cluster.embedded);
    await other.register('push-server', { ...member!, boot: 'f'.repeat(16) }, () => undefined);
    await other.close();
    return member!.boot;
  }
  const bootOf = (server: TestServer) =>
    server.membership.members('push-server').find(({ nodeId }) => nodeId === 'push-1')?.boot;

  it('sends its clients elsewhere and joins anew', async () => {
    const [alice] = await signIn(one, 'alice');
    const oldBoot = await takeForDead(one);
    expect((await alice.closed()).name).toBe('goElsewhere');
    const newBoot = await waitFor(() => bootOf(two));
    expect(newBoot).not.toBe(oldBoot);
    expect(await routeOf('alice')).toBeNull();
    const [again, name] = await signIn(one, 'alice');
    expect(name.split('/').slice(0, 2)).toEqual(['push-1', newBoot]);
    await expectReached(again, 'alice');
    expect(await cluster.directory.knownBoots()).toContainEqual({ nodeId: 'push-1', boot: newBoot });
  });

  it('signs nobody in until it is in the list again', async () => {
    link.state = 'cut';
    await takeForDead(one);
    const alice = await cluster.connect(one, 'alice');
    expect((await alice.closed()).name).toBe('goElsewhere');
    expect(bootOf(two)).toBeUndefined();
    link.state = 'up';
    await waitFor(() => bootOf(two));
    await expectReached(await cluster.login(one, 'alice'), 'alice');
  });
});
