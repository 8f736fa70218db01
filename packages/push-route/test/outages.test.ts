import { mkdtemp, rm } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StoreUnavailable, type PushRow, type PushSummary, type Store } from '@longwire/cluster';
import type { ProblemBody } from '@longwire/service-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from '../../../test-support/backends.ts';
import type { PushRoute } from '../src/index.ts';
import { Harness, names, operator } from './harness.ts';

let harness: Harness;
afterEach(() => harness.stop());

describe('the queue of pushes', () => {
  it('is bounded, says so, and has room again afterwards', async () => {
    harness = await Harness.start({
      settings: { maxRunningPushes: 1, maxWaitingPushes: 1, acknowledgeTimeoutMs: 2000 },
    });
    const node = await harness.addNode('node-1');
    await node.add(['slow'], 'silent');
    const taken = [];
    for (let count = 0; count < 2; count++) taken.push(await harness.push({ clientIds: ['slow'] }));
    expect(taken.map(({ status }) => status)).toEqual([202, 202]);
    const { status, body, headers } = await harness.push<ProblemBody>({ clientIds: ['slow'] });
    expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'overloaded', '5']);
    for (const { body: push } of taken)
      expect((await harness.ended(push.pushId)).totals).toMatchObject({ failed: 1, reasons: { timeout: 1 } });
    expect(await harness.pushed({ clientIds: ['nobody'] })).toMatchObject({ totals: { offline: 1 } });
    expect(node.received.size).toBe(2);
  });
});

describe('a store that is away', () => {
  let folder: string;
  let file: string;
  let lock: DatabaseSync;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longwire-push-route-'));
    file = join(folder, 'route.db');
  });
  afterEach(async () => {
    lock.close();
    await rm(folder, { recursive: true });
  });

  /** From the first delivery on, another process writes to the database and does not end. */
  async function startWithOutage(settings: Record<string, unknown>): Promise<string[]> {
    harness = await Harness.start({ settings, databaseUrl: `sqlite:${file}`, queryTimeoutMs: 50 });
    lock = new DatabaseSync(file);
    const node = await harness.addNode('node-1');
    const clientIds = names('device', 20_000);
    await node.add(clientIds);
    node.onNextDelivery = async () => lock.exec('begin immediate');
    return clientIds;
  }

  it('holds up a push, whose memory stays bounded, and loses nothing', async () => {
    const clientIds = await startWithOutage({});
    const { body } = await harness.push({ clientIds });
    await waitFor(() => harness.logged('trying again') >= 3);
    const [node] = harness.nodes;
    expect(node!.received.size).toBe(8000);
    expect(await harness.report(body.pushId)).toMatchObject({ state: 'running', totals: { delivered: 0 } });
    expect((await harness.push<ProblemBody>({ clientIds })).body.code).toBe('dependency-unavailable');

    lock.exec('rollback');
    const report = await harness.ended(body.pushId);
    expect(report).toMatchObject({
      state: 'done',
      targets: 20_000,
      totals: { delivered: 20_000, failed: 0 },
    });
    expect(node!.received.size).toBe(20_000);
  });

  it('fails a push when it is away for too long, and tells so when it is back', async () => {
    const clientIds = await startWithOutage({ storeOutageMs: 300 });
    const { body } = await harness.push({ clientIds });
    await waitFor(() => harness.logged('a push failed') > 0);
    lock.exec('rollback');
    const report = await harness.ended(body.pushId);
    expect(report).toMatchObject({ state: 'failed', failure: 'storeUnavailable', targets: 20_000 });
    expect(report.totals.delivered).toBeLessThan(20_000);
    const metrics = await fetch(`${harness.route.url}/metrics`, {
      headers: { authorization: `Bearer ${operator.key}` },
    });
    expect(await metrics.text()).toMatch(/longwire_push_results_dropped_total\{.*\} [1-9]/);
  });
});

describe('a store that does not answer whether it took a push', () => {
  const notInTime = () => new StoreUnavailable('the database did not answer in time');

  /** Two routes with one client; `first` stands in for the first insert of a push. */
  async function startTwo(first: (store: Store, row: PushRow) => Promise<void>): Promise<PushRoute> {
    let isFirst = true;
    harness = await Harness.start({
      between: (store) =>
        overriding(store, async (row) => {
          if (!isFirst) return store.insertPush(row);
          isFirst = false;
          await first(store, row);
          throw notInTime();
        }),
    });
    const node = await harness.addNode('node-1');
    await node.add(['a']);
    return harness.startRoute();
  }

  function overriding(store: Store, insertPush: Store['insertPush']): Store {
    return new Proxy(store, {
      get: (target, name) =>
        (name === 'insertPush' ? insertPush : Reflect.get(target, name, target)) as unknown,
    });
  }

  const push = (route: PushRoute) =>
    harness.call<PushSummary>('POST', '/v1/pushes', {
      route,
      body: { audience: { clientIds: ['a'] }, payload: { text: 'hello' } },
      headers: { 'idempotency-key': 'again' },
    });
  const received = () => [...harness.nodes[0]!.received.values()];
  const givenUp = () => waitFor(() => harness.logged('is given up') === 1);

  it.each(['the same', 'another'])('sends once what is written, tried again on %s route', async (which) => {
    const second = await startTwo(async (store, row) => void (await store.insertPush(row)));
    expect((await push(harness.route)).status).toBe(503);
    const { status, body } = await push(which === 'the same' ? harness.route : second);
    expect(status).toBe(200);
    expect((await harness.ended(body.pushId)).totals.delivered).toBe(1);
    expect(received()).toEqual([1]);
  });

  it('gives up what is not written, and leaves the key to the next try', async () => {
    const second = await startTwo(async () => undefined);
    expect((await push(harness.route)).status).toBe(503);
    const { status, body } = await push(second);
    expect(status).toBe(202);
    expect((await harness.ended(body.pushId)).totals.delivered).toBe(1);
    await givenUp();
    expect(received()).toEqual([1]);
  });

  it('gives up for good: an insert that comes later changes nothing', async () => {
    let late: PushRow | null = null;
    await startTwo(async (_, row) => void (late = row));
    expect((await push(harness.route)).status).toBe(503);
    await givenUp();
    const { created, push: standing } = await harness.store.insertPush(late!);
    expect(created).toBe(false);
    expect(standing).toMatchObject({ state: 'failed', failure: 'storeUnavailable' });
    expect(received()).toEqual([]);
  });

  it('is asked until it answers, and the place is free again', async () => {
    let isAway = true;
    harness = await Harness.start({
      settings: { maxRunningPushes: 1, maxWaitingPushes: 0 },
      between: (store) =>
        overriding(store, async (row) => {
          if (isAway) throw notInTime();
          return store.insertPush(row);
        }),
    });
    expect((await push(harness.route)).status).toBe(503);
    const { status, body } = await harness.push<ProblemBody>({ everyone: true });
    expect([status, body.code]).toEqual([503, 'overloaded']);
    await waitFor(() => harness.logged('trying again') >= 2);
    isAway = false;
    await givenUp();
    await waitFor(async () => (await push(harness.route)).status === 202);
  });
});

describe('a push-route that goes', () => {
  it('finishes what runs when there is time', async () => {
    harness = await Harness.start({ settings: { acknowledgeTimeoutMs: 1000 } });
    const node = await harness.addNode('node-1');
    await node.add(['slow'], 'silent');
    const { body } = await harness.push({ clientIds: ['slow'] });
    await harness.route.stop();
    expect(await harness.store.findPush(body.pushId)).toMatchObject({ state: 'done', failure: null });
    expect((await harness.store.pushTotals(body.pushId)).reasons).toEqual({ timeout: 1 });
    expect(node.received.size).toBe(1);
  });

  it('marks as failed what it cannot finish in time, and what still waits', async () => {
    harness = await Harness.start({
      settings: { acknowledgeTimeoutMs: 60_000, stopDeadlineMs: 200, maxRunningPushes: 1 },
    });
    const node = await harness.addNode('node-1');
    await node.add(['slow'], 'silent');
    const pushes = [await harness.push({ clientIds: ['slow'] }), await harness.push({ everyone: true })];
    await waitFor(() => node.received.size === 1);
    await harness.route.stop();
    for (const { body } of pushes) {
      const push = await harness.store.findPush(body.pushId);
      expect(push).toMatchObject({ state: 'failed', failure: 'routerStopped' });
      expect(push?.finishedAtMs).not.toBeNull();
    }
  });

  it('leaves pushes that are shown as failed by others while it is gone', async () => {
    harness = await Harness.start();
    const row: PushRow = {
      pushId: 'push-orphan',
      idempotencyKey: null,
      requestedBy: 'backend',
      requestHash: new Uint8Array(32),
      audience: { type: 'everyone' },
      delivery: 'acknowledged',
      payload: new Uint8Array(1),
      traceId: '0'.repeat(32),
      router: 'route-9/00000000000000aa',
      state: 'running',
      failure: null,
      createdAtMs: Date.now(),
      finishedAtMs: null,
      targets: null,
    };
    await harness.store.insertPush(row);
    expect(await harness.report(row.pushId)).toMatchObject({ state: 'failed', failure: 'routerDied' });
    const membership = await harness.newMembership();
    const member = {
      addresses: { api: 'http://127.0.0.1:1' },
      weight: 1,
      state: 'active',
      version: '0',
    } as const;
    const identity = { nodeId: 'route-9', boot: '00000000000000aa' };
    await membership.register('push-route', { ...identity, ...member }, () => undefined);
    expect(await harness.report(row.pushId)).toMatchObject({ state: 'running', failure: null });
  });
});

describe('the registration', () => {
  it('is not fought over by two of one name, and comes back when the other is gone', async () => {
    harness = await Harness.start();
    const membership = await harness.newMembership();
    const boots = () => membership.members('push-route').map(({ boot }) => boot);
    const [first] = boots();
    const second = await harness.startRoute({ nodeId: 'route-1' });
    expect(boots()).not.toEqual([first]);
    await waitFor(() => harness.logged('another push-route has the same nodeId') > 0);
    await second.stop();
    await waitFor(() => boots()[0] === first);
  });
});
