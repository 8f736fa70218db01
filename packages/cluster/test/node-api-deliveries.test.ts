import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from '../../../test-support/backends.ts';
import {
  DeliveryOutcome,
  EmbeddedMembership,
  MAX_CLIENTS_PER_CALL,
  nodeApi,
  NodeClient,
  NodeDeliveries,
  NodeUnreachable,
  OriginRole,
  type Delivery,
  type Member,
  type Outcomes,
} from '../src/index.ts';
import { CallsNode, type ReceivedCall } from './calls-node.ts';

const { delivered, notHere, nodeUnreachable, nodeQueueFull, pending, queueFull, timeout } = DeliveryOutcome;
const message = { messageId: 'm', payload: Buffer.from('hello') };
const options = { acknowledge: true, deadlineMs: 50 };

/** A node that answers deliveries as the test says. */
class Node {
  readonly calls: Delivery[][] = [];
  origin = '';
  originRun = '';
  respond: (deliveries: Delivery[], call: ReceivedCall) => void = (deliveries, call) =>
    this.answer(deliveries, call, delivered);
  readonly #node = new CallsNode();

  get authorization(): string {
    return this.#node.authorization;
  }

  async start(nodeId: string): Promise<Member> {
    this.#node.onCall = (call) => this.#take(call);
    const api = await this.#node.start();
    return { nodeId, boot: '0'.repeat(16), addresses: { api }, weight: 1, state: 'active', version: '0' };
  }

  stop(): void {
    this.#node.stop();
  }

  answer(deliveries: Delivery[], call: ReceivedCall, outcome: number): void {
    const known = deliveries.flatMap(({ id, clientIds }) =>
      clientIds!.map((_, position) => [id!, position, outcome] as const),
    );
    call.answer(200, nodeApi.deliver.response.encode({ outcomes: outcomesOf(known) }).finish());
  }

  #take(call: ReceivedCall): void {
    const body = nodeApi.deliver.request.decode(call.body);
    this.origin = `${OriginRole[body.originRole]} ${body.originNodeId}`;
    this.originRun = body.originRun;
    this.calls.push(body.deliveries);
    this.respond(body.deliveries, call);
  }
}

/** From id, position and outcome of each. */
function outcomesOf(known: readonly (readonly [number, number, number])[]): Outcomes {
  return {
    ids: known.map(([id]) => id),
    positions: known.map(([, position]) => position),
    outcomes: Uint8Array.from(known, ([, , outcome]) => outcome),
  };
}

let node: Node;
let member: Member;
let client: NodeClient;
let deliveries: NodeDeliveries;
let outcomes: [string, number][];
beforeEach(async () => {
  node = new Node();
  member = await node.start('push-1');
  const membership = new EmbeddedMembership();
  client = new NodeClient(membership, 'the-secret');
  const logger = pino({ level: 'silent' });
  deliveries = new NodeDeliveries(client, membership, { role: 'push-route', nodeId: 'route-1' }, logger);
  outcomes = [];
});
afterEach(async () => {
  deliveries.close();
  await client.close();
  node.stop();
});

function send(name: string, clientIds: string[], deadlineMs = options.deadlineMs, to = member): void {
  deliveries.send(to.addresses.api, message, clientIds, { ...options, deadlineMs }, (position, outcome) =>
    outcomes.push([`${name}/${clientIds[position]}`, outcome]),
  );
}

describe('NodeDeliveries', () => {
  it('says who asks, with the cluster secret, and hands on each outcome once', async () => {
    send('one', ['a', 'b']);
    send('two', ['c']);
    await waitFor(() => outcomes.length === 3);
    expect(outcomes).toEqual([
      ['one/a', delivered],
      ['one/b', delivered],
      ['two/c', delivered],
    ]);
    expect(node.origin).toBe('PUSH_ROUTE route-1');
    expect(node.authorization).toBe('Bearer the-secret');
    expect(node.calls).toHaveLength(1);
    expect(node.calls[0]![0]).toMatchObject({ clientIds: ['a', 'b'], acknowledge: true, deadlineMs: 50 });
    expect(deliveries.waiting).toBe(0);
  });

  const report = (known: [number, number, number][], originRun = node.originRun): void =>
    deliveries.takeReport({ nodeId: 'one', originRun, outcomes: outcomesOf(known) });

  it('does not take a report for an earlier life of this process, whose ids were the same', async () => {
    node.respond = (calls, call) => node.answer(calls, call, pending);
    send('one', ['a'], 30_000);
    await waitFor(() => node.calls.length === 1);
    const { id } = node.calls[0]![0]!;
    report([[id!, 0, delivered]], 'of an earlier life');
    report([[id!, 0, delivered]], '');
    expect([outcomes, deliveries.waiting]).toEqual([[], 1]);
    report([[id!, 0, delivered]]);
    expect([outcomes, deliveries.waiting]).toEqual([[['one/a', delivered]], 0]);
  });

  it('waits for what is pending, takes late outcomes by position, and ignores what it does not await', async () => {
    node.respond = (calls, call) => node.answer(calls, call, pending);
    send('one', ['a', 'b', 'c'], 30_000);
    await waitFor(() => node.calls.length === 1);
    const id = node.calls[0]![0]!.id!;
    report([
      [id + 1, 0, delivered],
      [id, 0, pending],
      [id, 2, queueFull],
      [id, 7, delivered],
    ]);
    report([[id, 2, delivered]]);
    // Lists of different lengths, or none: a node that is mad.
    deliveries.takeReport({ originRun: node.originRun, outcomes: { ids: [id, id], positions: [1] } });
    deliveries.takeReport({ originRun: node.originRun });
    expect(outcomes).toEqual([['one/c', queueFull]]);
    expect(deliveries.waiting).toBe(2);
    for (let time = 0; time < 2; time++)
      report([
        [id, 0, delivered],
        [id, 1, notHere],
        [id, 2, delivered],
      ]);
    expect(outcomes).toEqual([
      ['one/c', queueFull],
      ['one/a', delivered],
      ['one/b', notHere],
    ]);
    expect(deliveries.waiting).toBe(0);
  });

  it('takes a late outcome that overtakes the answer of its call', async () => {
    node.respond = (calls, call) => {
      report([[calls[0]!.id!, 0, delivered]]);
      node.answer(calls, call, pending);
    };
    send('one', ['a']);
    await waitFor(() => deliveries.waiting === 0);
    expect(outcomes).toEqual([['one/a', delivered]]);
  });

  it.each<[string, (calls: Delivery[], call: ReceivedCall) => void]>([
    ['answers an error', (_, call) => call.answer(500)],
    ['answers something else than protobuf', (_, call) => call.answer(200, Uint8Array.of(0x0a, 0x50, 1))],
    ['never answers', () => undefined],
  ])('settles what a node took that %s, and goes on', async (_, respond) => {
    node.respond = respond;
    send('lost', ['a', 'b'], 600_000);
    await waitFor(() => node.calls.length === 1);
    node.respond = (calls, call) => node.answer(calls, call, delivered);
    send('next', ['c']);
    await waitFor(() => outcomes.length === 3);
    expect(outcomes.toSorted()).toEqual([
      ['lost/a', nodeUnreachable],
      ['lost/b', nodeUnreachable],
      ['next/c', delivered],
    ]);
    expect(deliveries.waiting).toBe(0);
  });

  it('waits for the acknowledgements that a node may report whose connection was lost, and goes on', async () => {
    node.respond = (_, { socket }) => void socket.destroy();
    send('lost', ['a', 'b'], 500);
    const live = { acknowledge: false, deadlineMs: 600_000 };
    deliveries.send(member.addresses.api, message, ['x'], live, (_, outcome) =>
      outcomes.push(['live/x', outcome]),
    );
    await waitFor(() => outcomes.length === 1);
    expect(outcomes).toEqual([['live/x', nodeUnreachable]]);
    expect(deliveries.waiting).toBe(2);
    node.respond = (calls, call) => node.answer(calls, call, delivered);
    send('next', ['c']);
    await waitFor(() => outcomes.length === 2);
    report([[node.calls[0]![0]!.id!, 1, delivered]]);
    await waitFor(() => outcomes.length === 4);
    expect(outcomes.slice(1)).toEqual([
      ['next/c', delivered],
      ['lost/b', delivered],
      ['lost/a', nodeUnreachable],
    ]);
    expect(deliveries.waiting).toBe(0);
  });

  it('hands a node a bounded number of clients a call, and each outcome to its position', async () => {
    const clientIds = Array.from({ length: 2 * MAX_CLIENTS_PER_CALL + 1 }, (_, i) => `c${i}`);
    send('many', clientIds);
    await waitFor(() => outcomes.length === clientIds.length);
    expect(node.calls.map((call) => call.map((delivery) => delivery.clientIds!.length))).toEqual([
      [MAX_CLIENTS_PER_CALL],
      [MAX_CLIENTS_PER_CALL],
      [1],
    ]);
    expect(outcomes).toEqual(clientIds.map((clientId) => [`many/${clientId}`, delivered]));
    outcomes = [];
    node.respond = (_, call) => call.answer(500);
    send('lost', clientIds);
    await waitFor(() => outcomes.length === clientIds.length);
    expect(outcomes).toEqual(clientIds.map((clientId) => [`lost/${clientId}`, nodeUnreachable]));
  });

  it('settles at once what goes to a port where nobody listens', async () => {
    node.stop();
    send('lost', ['a']);
    await waitFor(() => outcomes.length === 1);
    expect(outcomes).toEqual([['lost/a', nodeUnreachable]]);
    await expect(client.kick(member.addresses.api, { clientId: 'a' }, 5000)).rejects.toThrow(NodeUnreachable);
  });

  it('gives up an outcome that is never reported, a while after the deadline', async () => {
    node.respond = (calls, call) => node.answer(calls, call, pending);
    const startedAtMs = performance.now();
    send('one', ['a', 'b'], 100);
    await waitFor(() => outcomes.length === 2);
    expect(outcomes).toEqual([
      ['one/a', timeout],
      ['one/b', timeout],
    ]);
    expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(1100);
    expect(deliveries.waiting).toBe(0);
  });

  it('refuses what does not fit in the queue of one node, and serves another meanwhile', async () => {
    const other = new Node();
    const otherMember = await other.start('push-2');
    node.respond = () => undefined;
    send('held', ['a'], 30_000);
    await waitFor(() => node.calls.length === 1);
    for (let i = 0; i < 20_001; i++) send(`m${i}`, ['a'], 30_000);
    expect(outcomes).toEqual([['m20000/a', nodeQueueFull]]);
    send('elsewhere', ['b'], 30_000, otherMember);
    await waitFor(() => outcomes.length === 2);
    expect(outcomes[1]).toEqual(['elsewhere/b', delivered]);
    other.stop();
    deliveries.close();
    expect(deliveries.waiting).toBe(0);
    expect(outcomes).toHaveLength(20_003);
    expect(outcomes.slice(2).every(([, outcome]) => outcome === nodeUnreachable)).toBe(true);
  });
});
