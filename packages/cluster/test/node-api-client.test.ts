import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from '../../../test-support/backends.ts';
import { EmbeddedMembership, nodeApi, NodeClient, NodeUnreachable } from '../src/index.ts';

let server: Server;
let api: string;
let client: NodeClient;
let membership: EmbeddedMembership;
/** Calls that came, by path, and their answers where those are held back. */
let calls: string[];
let held: ServerResponse[];
/** The call whose answers are. */
let holds: string;
/** Of deliveries, in the order in which they came. */
let runs: string[];
let connections: number;

beforeEach(async () => {
  [calls, held, holds, runs, connections] = [[], [], 'broadcast', [], 0];
  server = createServer((request, response) => {
    calls.push(request.url!);
    if (request.url!.endsWith('deliver'))
      request.on('data', (body: Buffer) => runs.push(nodeApi.deliver.request.decode(body).originRun));
    else request.resume();
    if (request.url!.endsWith(holds)) held.push(response);
    else response.end();
  });
  server.on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  membership = new EmbeddedMembership();
  client = new NodeClient(membership, 'the-secret');
});
afterEach(async () => {
  await client.close();
  server.closeAllConnections();
  server.close();
});

describe('NodeClient', () => {
  it('delivers while many broadcasts wait for their slowest clients', async () => {
    const broadcasts = Array.from({ length: 20 }, () =>
      client.broadcast(api, { deadlineMs: 30_000 }, 30_000),
    );
    await waitFor(() => held.length === 20);
    await client.deliver(api, { deliveries: [] }, 10_000);
    for (const response of held) response.end();
    await Promise.all(broadcasts);
  });

  it('begins deliveries before earlier ones are answered, in order on one connection, and sends none again', async () => {
    holds = 'deliver';
    const deliver = (run: string) => client.deliver(api, { originRun: run, deliveries: [] }, 30_000);
    const answered = ['a', 'b', 'c'].map(deliver);
    await waitFor(() => held.length === 3);
    expect([runs, connections]).toEqual([['a', 'b', 'c'], 1]);
    for (const response of held) response.end();
    await Promise.all(answered);

    const lost = ['d', 'e', 'f'].map(deliver);
    await waitFor(() => held.length === 6);
    held[3]!.destroy();
    for (const call of lost) await expect(call).rejects.toThrow(NodeUnreachable);
    const next = deliver('g');
    await waitFor(() => held.length === 7);
    held[6]!.end();
    await next;
    expect(runs).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
  });

  it('keeps few connections for many short calls', async () => {
    await Promise.all(Array.from({ length: 200 }, () => client.kick(api, { clientId: 'a' }, 30_000)));
    expect(calls).toHaveLength(200);
    expect(connections).toBeLessThanOrEqual(4);
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
    const last = client.broadcast(api, {}, 30_000);
    await waitFor(() => held.length === 1);
    await registration.remove();
    held[0]!.end();
    await last;
    await waitFor(
      () => new Promise<boolean>((resolve) => server.getConnections((_, open) => resolve(open === 0))),
    );
  });
});
