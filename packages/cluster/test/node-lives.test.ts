import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import {
  EmbeddedDirectory,
  EmbeddedMembership,
  NodeAddresses,
  NodeChoice,
  NodeLeases,
  type NodeLease,
} from '../src/index.ts';

const [drainingBoot, servingBoot, otherBoot] = ['a', 'b', 'c'].map((digit) => digit.repeat(16)) as [
  string,
  string,
  string,
];

function leaseOf(nodeId: string, boot: string, load: Partial<NodeLease>): NodeLease {
  const idle = { sessions: 0, memoryBytes: 1, eventLoopDelayMs: 0, loadFactor: 1, updatedAtMs: Date.now() };
  return { nodeId, boot, apiUrl: `http://${boot}:1`, ...idle, ...load };
}

/** A node that drains, its successor under the same name, which is in the list, and another node. */
async function twoLives() {
  const [directory, membership] = [new EmbeddedDirectory(), new EmbeddedMembership()];
  for (const [nodeId, boot] of [
    ['push-1', servingBoot],
    ['push-2', otherBoot],
  ] as const) {
    const addresses = { api: `http://${boot}:1`, tcp: `${boot}:2` };
    const member = { nodeId, boot, addresses, weight: 1, state: 'active', version: '0' } as const;
    await membership.register('push-server', member, () => undefined);
  }
  await directory.refreshLease(leaseOf('push-1', servingBoot, { sessions: 10 }), 60_000);
  await directory.refreshLease(leaseOf('push-2', otherBoot, { sessions: 10 }), 60_000);
  await directory.refreshLease(
    leaseOf('push-1', drainingBoot, { sessions: 100_000, loadFactor: 0.05 }),
    60_000,
  );
  return { membership, leases: new NodeLeases(directory, pino({ level: 'silent' })) };
}

describe('a node that drains while its successor serves', () => {
  it('is reached by everyone, each life under its own address', async () => {
    const { membership, leases } = await twoLives();
    const addresses = new NodeAddresses(membership, leases);
    const boots = (await addresses.all()).map(({ boot }) => boot);
    expect(boots.toSorted()).toEqual([drainingBoot, servingBoot, otherBoot]);
    for (const boot of [drainingBoot, servingBoot])
      expect(await addresses.ofLife({ nodeId: 'push-1', boot })).toBe(`http://${boot}:1`);
  });

  it("does not count for its successor's share", async () => {
    const { membership, leases } = await twoLives();
    await leases.refresh();
    const choice = new NodeChoice(membership, leases);
    const clientIds = Array.from({ length: 1000 }, (_, i) => `client-${i}`);
    const share = clientIds.filter((clientId) => choice.choose(clientId, 1)[0]!.nodeId === 'push-1').length;
    expect(share).toBeGreaterThan(400);
    expect(share).toBeLessThan(600);
  });
});
