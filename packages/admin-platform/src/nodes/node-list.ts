import type { Member, NodeLease } from '@longwire/cluster';
import { Type, type Static } from 'typebox';

const orNull = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([schema, Type.Null()]);

/** One life of a push-server: what it registered in the membership, and what it says of itself in its lease. */
export const nodeStatus = Type.Object({
  nodeId: Type.String(),
  boot: Type.String({ description: 'tells two lives of one node apart' }),
  presence: Type.Enum(['full', 'member-only', 'lease-only'], {
    description:
      'full: registered and reporting; member-only: registered, but does not report; lease-only: reported a moment ago, but is not registered',
  }),
  state: orNull(Type.Enum(['active', 'draining'])),
  weight: orNull(Type.Number({ description: 'in force: the weight that an operator has set, or its own' })),
  ownWeight: orNull(Type.Number()),
  operatorWeight: orNull(Type.Number({ description: 'null: no operator has set one' })),
  loadFactor: orNull(
    Type.Number({
      description: 'by what the node has its weight multiplied, because of its own load; 0.05 to 1',
    }),
  ),
  share: Type.Number({
    minimum: 0,
    maximum: 1,
    description: 'the part of new clients that come here now: weight times load factor, over the sum of all',
  }),
  addresses: orNull(
    Type.Object({
      api: Type.String(),
      tcp: Type.Optional(Type.String()),
      tls: Type.Optional(Type.String()),
    }),
  ),
  version: orNull(Type.String()),
  sessions: orNull(Type.Integer({ minimum: 0 })),
  memoryBytes: orNull(Type.Integer({ minimum: 0 })),
  eventLoopDelayMs: orNull(Type.Number({ minimum: 0 })),
  leaseAgeMs: orNull(Type.Integer({ minimum: 0, description: 'since the node last reported' })),
});

export type NodeStatus = Static<typeof nodeStatus>;

const noMember = { state: null, weight: null, ownWeight: null, addresses: null, version: null, share: 0 };
const noLease = {
  loadFactor: null,
  sessions: null,
  memoryBytes: null,
  eventLoopDelayMs: null,
  leaseAgeMs: null,
};

/** Members and leases side by side, sorted by node. A lease of an earlier life is an entry of its own. */
export function mergeNodes(
  members: readonly Member[],
  leases: readonly NodeLease[],
  operatorWeights: ReadonlyMap<string, number>,
  nowMs = Date.now(),
): NodeStatus[] {
  const operatorWeight = (nodeId: string): number | null => operatorWeights.get(nodeId) ?? null;
  const leaseOf = new Map(leases.map((lease) => [nameOf(lease), lease]));
  const memberNames = new Set(members.map(nameOf));
  const effective = members.map((member) =>
    member.state === 'active' ? member.weight * (leaseOf.get(nameOf(member))?.loadFactor ?? 1) : 0,
  );
  const total = effective.reduce((sum, weight) => sum + weight, 0);
  const registered = members.map((member, index): NodeStatus => {
    const lease = leaseOf.get(nameOf(member));
    return {
      ...partOfMember(member),
      ...(lease === undefined ? noLease : partOfLease(lease, nowMs)),
      operatorWeight: operatorWeight(member.nodeId),
      share: total === 0 ? 0 : effective[index]! / total,
      presence: lease === undefined ? 'member-only' : 'full',
    };
  });
  const unregistered = leases
    .filter((lease) => !memberNames.has(nameOf(lease)))
    .map((lease): NodeStatus => {
      const { nodeId, boot } = lease;
      const own = { nodeId, boot, ...noMember, operatorWeight: operatorWeight(nodeId) };
      return { ...own, ...partOfLease(lease, nowMs), presence: 'lease-only' };
    });
  return [...registered, ...unregistered].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

function nameOf({ nodeId, boot }: { readonly nodeId: string; readonly boot: string }): string {
  return `${nodeId}/${boot}`;
}

function partOfMember({ nodeId, boot, state, weight, ownWeight = weight, addresses, version }: Member) {
  return { nodeId, boot, state, weight, ownWeight, addresses: { ...addresses }, version };
}

function partOfLease(
  { loadFactor, sessions, memoryBytes, eventLoopDelayMs, updatedAtMs }: NodeLease,
  nowMs: number,
) {
  // The clocks of two machines may differ.
  return {
    loadFactor,
    sessions,
    memoryBytes,
    eventLoopDelayMs,
    leaseAgeMs: Math.max(0, Math.round(nowMs - updatedAtMs)),
  };
}
