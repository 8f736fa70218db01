import { DeliveryOutcome, EmbeddedMembership, nodeApi, NodeAddresses, NodeClient } from '@longwire/cluster';
import { pino } from 'pino';
import { Counter, Registry } from 'prom-client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { waitFor } from '../../../test-support/helpers.ts';
import { CallsNode } from '../../cluster/test/calls-node.ts';
import { OutcomeReports, type Reporter } from '../src/delivery/outcome-reports.ts';

const asker: Reporter = { role: 'push-route', nodeId: 'route-1', run: 'this life' };

let node: CallsNode;
let client: NodeClient;
let reports: OutcomeReports;
let dropped: Counter;
beforeEach(async () => {
  node = new CallsNode();
  const api = await node.start();
  const membership = new EmbeddedMembership();
  const member = { nodeId: asker.nodeId, boot: '0'.repeat(16), addresses: { api }, weight: 1, version: '0' };
  await membership.register('push-route', { ...member, state: 'active' }, () => undefined);
  client = new NodeClient(membership, 'the-secret');
  const nodes = new NodeAddresses(membership, { refresh: async () => [] });
  dropped = new Counter({ name: 'dropped', help: 'x', registers: [new Registry()] });
  const logger = pino({ level: 'silent' });
  reports = new OutcomeReports({ nodeId: 'push-1', client, membership, nodes, dropped, logger });
});
afterEach(async () => {
  reports.close();
  await client.close();
  node.stop();
});

const lost = async (): Promise<number> => (await dropped.get()).values[0]!.value;
const received = (): number[][] =>
  node.calls.map(({ body }) => nodeApi.outcomes.request.decode(body).outcomes?.ids ?? []);
const report = (id: number): void =>
  reports.to(asker)({ id, position: 0, outcome: DeliveryOutcome.delivered });

it('a report whose connection is lost is sent once more', async () => {
  node.onCall = (call) => {
    if (node.calls.length === 1) call.socket.destroy();
    else call.answer(204);
  };
  report(7);
  await waitFor(() => node.calls.length === 2);
  report(8);
  await waitFor(() => node.calls.length === 3);
  expect(received()).toEqual([[7], [7], [8]]);
  expect(await lost()).toBe(0);
});

it('a report that fails twice is counted as lost', async () => {
  node.onCall = (call) => call.answer(500);
  report(7);
  await waitFor(async () => (await lost()) === 1);
  expect(received()).toEqual([[7], [7]]);
});
