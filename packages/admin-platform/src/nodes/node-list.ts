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
  weight: orNull(Type.Number()),
  addresses: orNull(Type.Object({ api: Type.String(), tcp: Type.Optional(Type.String()) })),
  version: orNull(Type.String()),
  sessions: orNull(Type.Integer({ minimum: 0 })),
  memoryBytes: orNull(Type.Integer({ minimum: 0 })),
  eventLoopDelayMs: orNull(Type.Number({ minimum: 0 })),
  leaseAgeMs: orNull(Type.Integer({ minimum: 0, description: 'since the node last reported' })),
});

export type NodeStatus = Static<typeof nodeStatus>;

const noMember = { state: null, weight: null, addresses: null, version: null };
const noLease = { sessions: null, memoryBytes: null, eventLoopDelayMs: null, leaseAgeMs: null };

/** Members and leases side by side, sorted by node. A lease of an earlier life is an entry of its own. */
export function mergeNodes(
  members: readonly Member[],
  leases: readonly NodeLease[],
  nowMs: number,
): NodeStatus[] {
  const leaseOf = new Map(leases.map((lease) => [nameOf(lease), lease]));
  const memberNames = new Set(members.map(nameOf));
  const registered = members.map((member): NodeStatus => {
    const lease = leaseOf.get(nameOf(member));
    return lease === undefined
      ? { ...partOfMember(member), ...noLease, presence: 'member-only' }
      : { ...partOfMember(member), ...partOfLease(lease, nowMs), presence: 'full' };
  });
  const unregistered = leases
    .filter((lease) => !memberNames.has(nameOf(lease)))
    .map((lease): NodeStatus => {
      const { nodeId, boot } = lease;
      return { nodeId, boot, ...noMember, ...partOfLease(lease, nowMs), presence: 'lease-only' };
    });
  return [...registered, ...unregistered].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

function nameOf({ nodeId, boot }: { readonly nodeId: string; readonly boot: string }): string {
  return `${nodeId}/${boot}`;
}

function partOfMember({ nodeId, boot, state, weight, addresses, version }: Member) {
  return { nodeId, boot, state, weight, addresses: { ...addresses }, version };
}

function partOfLease({ sessions, memoryBytes, eventLoopDelayMs, updatedAtMs }: NodeLease, nowMs: number) {
  // The clocks of two machines may differ.
  return {
    sessions,
    memoryBytes,
    eventLoopDelayMs,
    leaseAgeMs: Math.max(0, Math.round(nowMs - updatedAtMs)),
  };
}
