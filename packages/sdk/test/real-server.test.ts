import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { freePort, waitFor } from '../../../test-support/helpers.ts';
import { LongwireClient, type LongwireOptions } from '../src/index.ts';
import { CuttingProxy } from './cutting-proxy.ts';
import { RealCluster } from './real-cluster.ts';

let cluster: RealCluster;
const proxy = new CuttingProxy();
const clients: LongwireClient[] = [];

beforeAll(async () => {
  cluster = await RealCluster.start();
  await proxy.listen();
  const port = await freePort();
  proxy.target = `127.0.0.1:${port}`;
  await cluster.addPushServer('node-1', { port, advertisedAddress: proxy.address });
});

afterEach(async () => {
  proxy.nextCut = () => null;
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

afterAll(async () => {
  await cluster.close();
  await proxy.close();
});

async function connected(options: LongwireOptions): Promise<LongwireClient> {
  const client = new LongwireClient(options);
  clients.push(client);
  await client.connect();
  return client;
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

test('signs in, publishes upstream and sends to another client', async () => {
  const [alice, bob] = await Promise.all([
    connected(await cluster.register('alice')),
    connected(await cluster.register('bob')),
  ]);
  const message = once(bob, 'message');
  expect(await alice.send('bob', 'hällo')).toEqual({ status: 'delivered' });
  expect((await message)[0]).toMatchObject({ from: 'alice' });
  expect(String((await message)[0].payload)).toBe('hällo');
  expect(await alice.send('nobody', 'x')).toEqual({ status: 'offline' });
  expect(await alice.publish('metrics', '{"cpu":1}', { messageId: 'first' })).toEqual({ status: 'accepted' });
  const record = await waitFor(() => cluster.upstream.find(({ messageId }) => messageId === 'first'));
  expect(record).toMatchObject({ clientId: 'alice', kind: 'metrics', nodeId: 'node-1' });
});

test('a line that is cut again and again loses nothing, doubles nothing and keeps the order', async () => {
  const random = randomFrom(20_261_120);
  const sender = await connected({ ...(await cluster.register('sender')), maxOutboxMessages: 400 });
  const receiver = await connected(await cluster.register('receiver'));
  const got: string[] = [];
  receiver.on('message', ({ payload }) => got.push(payload.toString()));

  // From now on each new connection ends after a few answers, or in the middle of what the client has to say.
  proxy.nextCut = (direction) =>
    direction === 'to-client' ? 100 + Math.floor(random() * 500) : 4000 + Math.floor(random() * 16_000);
  const count = 150;
  const ids = Array.from({ length: count }, (_, index) => `${index}`);
  const sent = ids.map((id) => sender.send('receiver', id));
  const published = ids.map((id) => sender.publish('numbers', id, { messageId: id }));
  proxy.cutAll();

  expect(await Promise.all(published)).toEqual(ids.map(() => ({ status: 'accepted' })));
  const statuses = (await Promise.all(sent)).map(({ status }) => status);
  expect(proxy.cuts).toBeGreaterThan(5);
  const delivered = ids.filter((_, index) => statuses[index] === 'delivered');
  // "offline" is an honest answer while the receiver's line is down; what was delivered was delivered once.
  expect(new Set(got).size).toBe(got.length);
  expect(got).toEqual(expect.arrayContaining(delivered));
  const upstream = await waitFor(() => {
    const records = cluster.upstream.filter(({ clientId }) => clientId === 'sender');
    return new Set(records.map(({ messageId }) => messageId)).size === count ? records : null;
  });
  const firsts = [...new Set(upstream.map(({ messageId }) => messageId))];
  expect(firsts).toEqual(ids);
});

test('a newer login of the same client replaces the older, which stays away', async () => {
  const options = await cluster.register('twice');
  const older = await connected(options);
  const disconnected = once(older, 'disconnected');
  await connected(options);
  expect((await disconnected)[0]).toMatchObject({ name: 'replaced', willReconnect: false });
  await expect(older.publish('k', 'x')).rejects.toMatchObject({ closeName: 'replaced' });
});

test('a client whose token was revoked signs in again by itself', async () => {
  const client = await connected(await cluster.register('revoked'));
  const closed = once(client, 'disconnected');
  const back = once(client, 'connected');
  await cluster.revokeTokens('revoked');
  expect((await closed)[0]).toMatchObject({ name: 'tokenRevoked', willReconnect: true });
  await back;
});

test('a wrong secret is refused for good', async () => {
  const options = { ...(await cluster.register('honest')), clientSecret: 'wrong' };
  await expect(new LongwireClient(options).connect()).rejects.toMatchObject({
    name: 'SignInFailed',
    code: 'invalid-credentials',
  });
});

test('clients of a node that stops go on at another', async () => {
  const stopping = await cluster.addPushServer('node-2');
  const moving: LongwireClient[] = [];
  const onNode2 = async (): Promise<LongwireClient[]> => {
    const routes = await cluster.directory.lookup(moving.map(({ clientId }) => clientId));
    return moving.filter((_, index) => routes[index]?.nodeId === 'node-2');
  };
  for (let index = 0; (await onNode2()).length < 3; index++)
    moving.push(await connected(await cluster.register(`moving-${index}`)));
  const left = await onNode2();
  const back = left.map((client) => once(client, 'connected'));
  await stopping.stop();
  await Promise.all(back);
  const routes = await cluster.directory.lookup(left.map(({ clientId }) => clientId));
  expect(routes.map((route) => route?.nodeId)).toEqual(left.map(() => 'node-1'));
  left[1]!.on('message', () => {});
  expect(await left[0]!.send(left[1]!.clientId, 'x')).toEqual({ status: 'delivered' });
});

test('publishes at full speed without being closed for it, at the pace that the server tells', async () => {
  const perSecond = 500;
  const other = await RealCluster.start();
  try {
    await other.addPushServer('node-1', {}, { LONGWIRE_PUSH_MESSAGES_PER_SECOND: `${perSecond}` });
    const alice = await connected(await other.register('alice'));
    const ends: unknown[] = [];
    alice.on('disconnected', (end) => ends.push(end));
    const startedAtMs = performance.now();
    let answered = 0;
    const publishing: Promise<unknown>[] = [];
    for (let i = 0; i < 5000; i++) {
      if (alice.outbox.messages >= 900) await waitFor(() => alice.outbox.messages < 500);
      publishing.push(alice.publish('metrics', `${i}`).then(() => answered++));
    }
    await Promise.all(publishing);
    const elapsedSeconds = (performance.now() - startedAtMs) / 1000;
    expect([answered, ends]).toEqual([5000, []]);
    expect(other.upstream.map(({ payload }) => Number(Buffer.from(payload).toString()))).toEqual(
      Array.from({ length: 5000 }, (_, i) => i),
    );
    // It is not far below what it may, either.
    expect(elapsedSeconds).toBeGreaterThan((5000 - 2 * perSecond) / perSecond);
    expect(elapsedSeconds).toBeLessThan(3 * (5000 / perSecond));
  } finally {
    await other.close();
  }
}, 60_000);
