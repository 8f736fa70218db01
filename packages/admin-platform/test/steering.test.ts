import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestClient, TestServer } from '../../push-server/test/harness.ts';
import { waitFor } from '../../../test-support/helpers.ts';
import { Harness, operator, viewer } from './harness.ts';

interface NodesAnswer {
  readonly nodes: readonly {
    readonly nodeId: string;
    readonly weight: number | null;
    readonly loadFactor: number | null;
    readonly share: number;
  }[];
}

let harness: Harness;
let one: TestServer;
beforeAll(async () => {
  harness = await Harness.start();
  one = await harness.startNode('push-1');
});
afterAll(() => harness.stop());

const steer = <Body>(method: string, path: string, body?: unknown) =>
  harness.call<Body>(method, path, { key: operator.key, body });
/** What `nodeId` has of all: the machine may be so busy that a node has lowered its factor. */
async function hasShareOf(nodeId: string, weight: number): Promise<boolean> {
  const found = await nodes();
  const effective = found.map((node) => (node.nodeId === nodeId ? weight : 1) * (node.loadFactor ?? 1));
  const own = found.findIndex((node) => node.nodeId === nodeId);
  const share = effective[own]! / effective.reduce((sum, each) => sum + each, 0);
  return found[own]!.weight === weight && Math.abs(found[own]!.share - share) < 1e-9;
}
const nodes = async () => (await harness.call<NodesAnswer>('GET', '/v1/nodes')).body.nodes;

describe('steering', () => {
  it.each([
    ['PUT', '/v1/nodes/push-1/weight', { weight: 2 }],
    ['DELETE', '/v1/nodes/push-1/weight', undefined],
    ['POST', '/v1/nodes/push-1/drain', undefined],
    ['POST', '/v1/rebalances', {}],
  ])('%s %s is for operators', async (method, path, body) => {
    const refused = await harness.call(method, path, { key: viewer.key, body });
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
    expect((await harness.call(method, path, { key: '', body })).status).toBe(401);
  });

  it('refuses to drain the only node, and a node that there is not', async () => {
    const only = await harness.call('POST', '/v1/nodes/push-1/drain', { key: operator.key });
    expect([only.status, only.body.code]).toEqual([409, 'only-node']);
    expect(only.body.detail).toContain('nowhere to go');
    const none = await harness.call('POST', '/v1/nodes/push-9/drain', { key: operator.key });
    expect([none.status, none.body.code]).toEqual([404, 'node-not-found']);
  });

  it('refuses to end a process that has other roles', async () => {
    const two = await harness.startNode('push-2');
    const { status, body } = await harness.call('POST', '/v1/nodes/push-1/drain', { key: operator.key });
    expect([status, body.code]).toEqual([409, 'drain-refused']);
    await two.stop();
  });

  it('sets a weight and takes it back, and shows what follows', async () => {
    const two = await harness.startNode('push-2');
    expect(await steer('PUT', '/v1/nodes/push-2/weight', { weight: 3 })).toMatchObject({
      status: 200,
      body: { nodeId: 'push-2', operatorWeight: 3 },
    });
    await waitFor(() => hasShareOf('push-2', 3));
    // It stands while the node is away, and can be changed and taken back then.
    await two.stop();
    expect((await steer('PUT', '/v1/nodes/push-2/weight', { weight: 4 })).status).toBe(200);
    const again = await harness.startNode('push-2');
    await waitFor(() => hasShareOf('push-2', 4));
    await steer('DELETE', '/v1/nodes/push-2/weight');
    await waitFor(() => hasShareOf('push-2', 1));
    expect((await steer('DELETE', '/v1/nodes/push-2/weight')).status).toBe(200);
    await again.stop();
  });

  it.each([
    { weight: 0 },
    { weight: 5e-324 },
    { weight: 0.0009 },
    { weight: -1 },
    { weight: 1001 },
    { weight: '2' },
    {},
    { weight: 1, more: 1 },
  ])('refuses %o as a weight', async (body) => {
    const { status } = await steer('PUT', '/v1/nodes/push-1/weight', body);
    expect(status).toBe(400);
  });

  it('refuses a weight for a node that nobody knows', async () => {
    const { status, body } = await steer<{ code: string }>('PUT', '/v1/nodes/push-9/weight', { weight: 1 });
    expect([status, body.code]).toEqual([404, 'node-not-found']);
  });

  it('drains a node, whose process then ends, and its clients are told where to go', async () => {
    const stopped = Promise.withResolvers<void>();
    const two: TestServer = await harness.cluster.start(
      'push-2',
      {},
      {
        directory: harness.directory,
        membership: harness.membership,
        requestStop: () => stopped.resolve(two.stop()),
      },
    );
    const client: TestClient = await harness.cluster.login(two, 'ann');
    expect(await steer('POST', '/v1/nodes/push-2/drain')).toMatchObject({
      status: 202,
      body: { nodeId: 'push-2' },
    });
    expect((await client.next('redirect')).addresses).toEqual([one.addresses.tcp]);
    // Out of the list, still reporting: an operator sees that it is on its way.
    expect((await nodes()).find(({ nodeId }) => nodeId === 'push-2')).toMatchObject({
      presence: 'lease-only',
      share: 0,
    });
    const again = await steer<{ code: string }>('POST', '/v1/nodes/push-2/drain');
    expect([again.status, again.body.code]).toEqual([404, 'node-not-found']);
    client.socket.end();
    await stopped.promise;
    expect((await nodes()).map(({ nodeId }) => nodeId)).toEqual(['push-1']);
  });

  it('rebalances: says how many will move, which node will send them, and that a node did not answer', async () => {
    const ids = Array.from({ length: 40 }, (_, index) => `mover-${index}`);
    await Promise.all(ids.map((clientId) => harness.cluster.login(one, clientId)));
    const two = await harness.startNode('push-2');
    const answer = await steer<{ clients: number }>('POST', '/v1/rebalances', { clientsPerSecond: 1000 });
    expect(answer.status).toBe(202);
    expect(answer.body.clients).toBeGreaterThan(5);
    expect(answer.body.clients).toBeLessThan(35);
    expect(answer.body).toEqual({
      clients: answer.body.clients,
      clientsPerSecond: 1000,
      nodes: [
        { nodeId: 'push-1', clients: answer.body.clients },
        { nodeId: 'push-2', clients: 0 },
      ],
    });
    const silent = { boot: '0'.repeat(16), addresses: { api: 'http://127.0.0.1:1' }, weight: 0.001 } as const;
    const registration = await harness.membership.register(
      'push-server',
      { nodeId: 'push-9', state: 'active', version: '0', ...silent },
      () => undefined,
    );
    expect((await steer('POST', '/v1/rebalances', {})).body).toMatchObject({
      clientsPerSecond: 200,
      nodes: [{ nodeId: 'push-1' }, { nodeId: 'push-2' }, { nodeId: 'push-9', clients: null }],
    });
    expect((await steer('POST', '/v1/rebalances', { clientsPerSecond: 10_001 })).status).toBe(400);
    await registration.remove();
    await two.stop();
  });
});
