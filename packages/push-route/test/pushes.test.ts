import { afterEach, describe, expect, it } from 'vitest';
import { waitFor } from '../../../test-support/backends.ts';
import { Harness, names } from './harness.ts';

let harness: Harness;
afterEach(() => harness.stop());

describe('a push to a list', () => {
  it('tells what became of it for each of 100,000 targets on three nodes', async () => {
    harness = await Harness.start();
    const online = names('device', 60_000);
    const nodes = [];
    for (const index of [0, 1, 2]) {
      const node = await harness.addNode(`node-${index}`);
      await node.add(online.slice(index * 20_000, index * 20_000 + 10_000), 'prompt');
      await node.add(online.slice(index * 20_000 + 10_000, (index + 1) * 20_000), 'late');
      nodes.push(node);
    }
    const clientIds = [...online, ...names('absent', 40_000)];
    const { status, body, headers } = await harness.push({ clientIds });
    expect(status).toBe(202);
    expect(body).toMatchObject({
      state: 'running',
      targets: 100_000,
      audience: { type: 'clients', count: 100_000 },
    });
    expect(headers.get('location')).toBe(`/v1/pushes/${body.pushId}`);

    const report = await harness.ended(body.pushId, 60_000);
    expect(report).toMatchObject({ state: 'done', failure: null, targets: 100_000 });
    expect(report.totals).toEqual({ delivered: 60_000, offline: 40_000, failed: 0, reasons: {} });
    expect(report.finishedAt).not.toBeNull();
    for (const node of nodes) {
      expect(node.received.size).toBe(20_000);
      expect([...node.received.values()].every((count) => count === 1)).toBe(true);
    }
  });

  it('takes an id that stands there twice as one target', async () => {
    harness = await Harness.start();
    const node = await harness.addNode('node-1');
    await node.add(['a']);
    const report = await harness.pushed({ clientIds: ['a', 'b', 'a', 'b', 'a'] });
    expect(report).toMatchObject({ targets: 2, totals: { delivered: 1, offline: 1, failed: 0 } });
    expect([...node.received.values()]).toEqual([1]);
  });

  it('names the reason of each failure, and the node', async () => {
    harness = await Harness.start({ settings: { acknowledgeTimeoutMs: 100 } });
    const node = await harness.addNode('node-1');
    await node.add(['a'], 'prompt');
    await node.add(['b'], 'silent');
    await node.add(['c'], 'full');
    const { pushId, totals } = await harness.pushed({ clientIds: ['a', 'b', 'c', 'd'] });
    expect(totals).toEqual({ delivered: 1, offline: 1, failed: 2, reasons: { timeout: 1, queueFull: 1 } });
    const results = await harness.allResults(pushId);
    expect(
      results.map(({ clientId, outcome, reason, nodeId }) => [clientId, outcome, reason, nodeId]),
    ).toEqual([
      ['a', 'delivered', null, 'node-1'],
      ['b', 'failed', 'timeout', 'node-1'],
      ['c', 'failed', 'queueFull', 'node-1'],
      ['d', 'offline', null, null],
    ]);
    expect(await harness.allResults(pushId, 'outcome=failed&limit=1')).toHaveLength(2);
  });

  it('shows what is settled while slow clients are awaited, which hold up nobody else', async () => {
    harness = await Harness.start({ settings: { acknowledgeTimeoutMs: 3000 } });
    const node = await harness.addNode('node-1');
    const clientIds = names('device', 20_000);
    await node.add(clientIds, 'prompt');
    await node.add(
      clientIds.filter((_, index) => index % 1000 === 0),
      'silent',
    );
    const { body } = await harness.push({ clientIds });
    const { pushId } = body;
    await waitFor(async () => (await harness.report(pushId)).totals.delivered === 19_980);
    expect((await harness.report(pushId)).state).toBe('running');
    const report = await harness.ended(pushId);
    expect(report.totals).toEqual({ delivered: 19_980, offline: 0, failed: 20, reasons: { timeout: 20 } });
  });

  it('counts as delivered what is written to the socket where no acknowledgement is asked for', async () => {
    harness = await Harness.start();
    const node = await harness.addNode('node-1');
    await node.add(['a'], 'silent');
    const report = await harness.pushed({ clientIds: ['a'] }, { delivery: 'live' });
    expect(report).toMatchObject({ delivery: 'live', totals: { delivered: 1, failed: 0 } });
  });

  it('repairs a route that proves stale, and finds the client where it is now', async () => {
    harness = await Harness.start();
    const [old, now] = [await harness.addNode('old'), await harness.addNode('now')];
    await old.claim('gone');
    await old.claim('moved');
    // The client signs in elsewhere between the look-up and the delivery.
    old.onNextDelivery = () => now.add(['moved']);
    const report = await harness.pushed({ clientIds: ['gone', 'moved'] });
    expect(report.totals).toEqual({ delivered: 1, offline: 1, failed: 0, reasons: {} });
    expect([...now.received.values()]).toEqual([1]);
    const routes = await harness.directory.lookup(['gone', 'moved']);
    expect(routes.map((route) => route?.nodeId ?? null)).toEqual([null, 'now']);
  });

  it('fails the targets of a node that is dead and not yet missed, and no others', async () => {
    harness = await Harness.start();
    const [dead, alive] = [await harness.addNode('dead'), await harness.addNode('alive')];
    await dead.add(names('d', 1500));
    await alive.add(names('a', 1500));
    await dead.die();
    const report = await harness.pushed({ clientIds: [...names('d', 1500), ...names('a', 1500)] });
    expect(report.totals).toEqual({
      delivered: 1500,
      offline: 0,
      failed: 1500,
      reasons: { nodeUnreachable: 1500 },
    });
  });
});

describe('a push to everyone', () => {
  it('is one call per node, with a result for each, dead ones too', async () => {
    harness = await Harness.start();
    const [one, two, dead] = [
      await harness.addNode('node-1'),
      await harness.addNode('node-2'),
      await harness.addNode('node-3'),
    ];
    await one.add(names('a', 300));
    await two.add(names('b', 200));
    await two.add(['full-1', 'full-2'], 'full');
    await dead.add(names('c', 100));
    await dead.die();
    const report = await harness.pushed({ everyone: true });
    expect(report).toMatchObject({ state: 'done', targets: 602, audience: { type: 'everyone' } });
    expect(report.nodes).toEqual([
      { nodeId: 'node-1', delivered: 300, failed: 0, reason: null },
      { nodeId: 'node-2', delivered: 200, failed: 2, reason: 'queueFull' },
      { nodeId: 'node-3', delivered: 0, failed: 100, reason: 'nodeUnreachable' },
    ]);
    expect(report.totals).toEqual({
      delivered: 500,
      offline: 0,
      failed: 102,
      reasons: { queueFull: 2, nodeUnreachable: 100 },
    });
    expect(await harness.allResults(report.pushId)).toEqual([]);
  });

  it('is done at once where nobody is', async () => {
    harness = await Harness.start();
    const report = await harness.pushed({ everyone: true });
    expect(report).toMatchObject({ state: 'done', targets: 0, nodes: [] });
  });
});

it('a push reaches the clients of a node that has left the list and drains, by name and with everyone', async () => {
  harness = await Harness.start();
  const [staying, leaving] = [await harness.addNode('node-1'), await harness.addNode('node-2')];
  await staying.add(['a', 'b']);
  await leaving.add(['c', 'd'], 'late');
  await leaving.withdraw();
  const { totals } = await harness.pushed({ clientIds: ['a', 'c', 'd', 'nobody'] });
  expect(totals).toMatchObject({ delivered: 3, offline: 1, failed: 0 });
  const { nodes } = await harness.pushed({ everyone: true });
  expect(nodes).toEqual([
    { nodeId: 'node-1', delivered: 2, failed: 0, reason: null },
    { nodeId: 'node-2', delivered: 2, failed: 0, reason: null },
  ]);
});

describe('a push to the newly registered', () => {
  it('goes to those registered at or after the time, page after page', async () => {
    harness = await Harness.start();
    const node = await harness.addNode('node-1');
    const sinceMs = Date.parse('2026-05-01T00:00:00Z');
    await harness.register(names('old', 10), sinceMs - 10);
    await harness.register(names('new', 1100), sinceMs);
    await node.add([...names('old', 10), ...names('new', 1000)]);
    const report = await harness.pushed({ registeredSince: '2026-05-01T02:00:00+02:00' });
    expect(report).toMatchObject({
      state: 'done',
      targets: 1100,
      audience: { type: 'registered-since', since: '2026-05-01T00:00:00.000Z' },
      totals: { delivered: 1000, offline: 100, failed: 0 },
    });
    expect(node.received.size).toBe(1000);
  });
});
