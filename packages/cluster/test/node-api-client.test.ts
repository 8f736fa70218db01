import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from '../../../test-support/backends.ts';
import { EmbeddedMembership, nodeApi, NodeClient, NodeUnreachable } from '../src/index.ts';
import { encodeCallFrames, FAREWELL } from '../src/node-api/call-frames.ts';
import { CallsNode, type ReceivedCall } from './calls-node.ts';

let node: CallsNode;
let api: string;
let client: NodeClient;
let membership: EmbeddedMembership;
let failures: string[];
/** Requests over HTTP, by path, and the answers to broadcasts, which are held back. */
let requests: string[];
let held: ServerResponse[];

beforeEach(async () => {
  [requests, held, failures] = [[], [], []];
  node = new CallsNode();
  node.onRequest = (request, response) => {
    requests.push(request.url!);
    request.resume();
    if (request.url!.endsWith('broadcast')) held.push(response);
    else response.end();
  };
  api = await node.start();
  membership = new EmbeddedMembership();
  client = new NodeClient(membership, 'the-secret', null, (reason) => failures.push(reason));
});
afterEach(async () => {
  await client.close();
  node.stop();
});

const deliver = (run: string, deadlineMs = 30_000) =>
  client.deliver(api, { originRun: run, deliveries: [] }, deadlineMs);
const runOf = ({ body }: ReceivedCall): string => nodeApi.deliver.request.decode(body).originRun;

describe('NodeClient', () => {
  it('delivers while many broadcasts wait for their slowest clients', async () => {
    const broadcasts = Array.from({ length: 20 }, () =>
      client.broadcast(api, { deadlineMs: 30_000 }, 30_000),
    );
    await waitFor(() => held.length === 20);
    node.onCall = (call) => call.answer(200);
    await client.deliver(api, { deliveries: [] }, 10_000);
    for (const response of held) response.end();
    await Promise.all(broadcasts);
  });

  it('keeps few connections for many short calls', async () => {
    await Promise.all(Array.from({ length: 200 }, () => client.kick(api, { clientId: 'a' }, 30_000)));
    expect(requests).toHaveLength(200);
    expect(node.connections).toBeLessThanOrEqual(4);
  });

  it('gives a call up at its deadline, and says which', async () => {
    const startedAtMs = performance.now();
    const call = client.broadcast(api, {}, 200);
    await expect(call).rejects.toThrow(NodeUnreachable);
    await expect(call).rejects.toThrow(`broadcast at ${api}`);
    expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(190);
  });

  it('takes no answer for one about each connection that is not', async () => {
    await expect(
      client.holds(api, { boot: '0'.repeat(16), connections: [{ clientId: 'a', conn: 1 }] }, 30_000),
    ).rejects.toThrow(NodeUnreachable);
  });

  it('tells why each call failed', async () => {
    node.onRequest = (_, response) => void response.writeHead(503).end();
    await expect(client.kick(api, { clientId: 'a' }, 30_000)).rejects.toThrow('status 503');
    node.onRequest = (_, response) => void response.destroy();
    await expect(client.kick(api, { clientId: 'a' }, 30_000)).rejects.toThrow(NodeUnreachable);
    node.onRequest = (_, response) => void response.end(Uint8Array.of(0x0a, 50, 1));
    await expect(client.kick(api, { clientId: 'a' }, 30_000)).rejects.toThrow('not valid protobuf');
    node.onRequest = () => undefined;
    await expect(client.kick(api, { clientId: 'a' }, 100)).rejects.toThrow('no answer within 100 ms');
    node.onCall = ({ socket }) => void socket.destroy();
    await expect(deliver('a')).rejects.toThrow(NodeUnreachable);
    node.stop();
    await expect(deliver('b')).rejects.toMatchObject({ name: 'NodeUnreachable', reason: 'unsent' });
    expect(failures).toEqual(['status', 'lost', 'unreadable', 'deadline', 'lost', 'unsent']);
  });

  it('makes no call once it is closed, and ends every connection, retired ones too', async () => {
    const [last, retired] = [deliver('last'), deliver('retired')];
    await waitFor(() => node.calls.length === 2);
    const { socket } = node.calls[0]!;
    const ended = once(socket, 'end');
    socket.write(encodeCallFrames([FAREWELL]));
    await ended;
    // The connection above waits for its answers still, and this is another.
    const next = deliver('next');
    await waitFor(() => node.calls.length === 3);
    await Promise.all([
      expect(last).rejects.toThrow('this node is going'),
      expect(retired).rejects.toThrow('this node is going'),
      expect(next).rejects.toThrow(NodeUnreachable),
      client.close(),
    ]);
    await expect(deliver('late')).rejects.toThrow('this node is going');
    await expect(client.kick(api, { clientId: 'a' }, 30_000)).rejects.toThrow('this node is going');
  });

  it('lets go of a node that has left, and lets its last calls end', async () => {
    const member = {
      nodeId: 'push-1',
      boot: '0'.repeat(16),
      weight: 1,
      state: 'active',
      version: '0',
    } as const;
    const registration = await membership.register(
      'push-server',
      { ...member, addresses: { api } },
      () => undefined,
    );
    const last = [client.broadcast(api, {}, 30_000), deliver('last')];
    await waitFor(() => held.length === 1 && node.calls.length === 1);
    await registration.remove();
    held[0]!.end();
    node.calls[0]!.answer(200);
    await Promise.all(last);
    await waitFor(() => node.isIdle());
  });
});

describe('a frequent call', () => {
  it('goes over one connection with the others, in order, and is answered in any', async () => {
    const answered: string[] = [];
    const calls = ['a', 'b', 'c'].map((run) => deliver(run).then(() => answered.push(run)));
    await waitFor(() => node.calls.length === 3);
    expect(node.calls.map(runOf)).toEqual(['a', 'b', 'c']);
    for (const call of node.calls.toReversed()) call.answer(200);
    await Promise.all(calls);
    expect(answered).toEqual(['c', 'b', 'a']);
    expect([node.connections, node.authorization]).toEqual([1, 'Bearer the-secret']);
  });

  it('fails when its connection is cut, and is never sent again; the next one opens another', async () => {
    const lost = ['a', 'b'].map((run) => deliver(run));
    await waitFor(() => node.calls.length === 2);
    node.calls[0]!.socket.destroy();
    for (const call of lost) await expect(call).rejects.toThrow('deliver at');
    node.onCall = (call) => call.answer(200);
    await deliver('c');
    expect(node.calls.map(runOf)).toEqual(['a', 'b', 'c']);
    expect(node.connections).toBe(2);
  });

  it('that has no answer by its deadline takes the connection with it', async () => {
    const [late, behind] = [deliver('late', 200), deliver('behind')];
    await expect(late).rejects.toThrow('no answer within 200 ms');
    await expect(behind).rejects.toThrow(NodeUnreachable);
    node.onCall = (call) => call.answer(200);
    await deliver('next');
    expect(node.calls.map(runOf)).toEqual(['late', 'behind', 'next']);
    expect(node.connections).toBe(2);
  });

  it('to a node that does not upgrade the connection, or has gone, fails', async () => {
    node.upgrades = false;
    await expect(deliver('a', 200)).rejects.toThrow('no answer within 200 ms');
    node.stop();
    await expect(deliver('b')).rejects.toThrow(NodeUnreachable);
  });

  it.each([
    ['of an error', 413, new Uint8Array(0), 'status 413'],
    ['that is not protobuf', 200, Uint8Array.of(0x0a, 50, 1), 'not valid protobuf'],
  ])('fails by an answer %s', async (_, status, body, why) => {
    node.onCall = (call) => call.answer(status, body);
    await expect(deliver('a')).rejects.toThrow(why);
  });

  it('fails by an answer that is longer than may be', async () => {
    node.onCall = ({ socket, number }) => {
      const bytes = encodeCallFrames([{ number, code: 200, body: new Uint8Array(0) }]);
      bytes.writeUInt32BE(2 ** 31);
      socket.write(bytes);
    };
    await expect(deliver('a')).rejects.toThrow(NodeUnreachable);
  });

  it('made before a farewell is answered still; the next one opens another connection', async () => {
    const first = deliver('first');
    await waitFor(() => node.calls.length === 1);
    const [{ socket, answer }] = node.calls as [ReceivedCall];
    const ended = once(socket, 'end');
    socket.write(encodeCallFrames([FAREWELL]));
    await ended;
    node.onCall = (call) => call.answer(200);
    await deliver('second');
    expect(node.connections).toBe(2);
    answer(200);
    await first;
  });
});
