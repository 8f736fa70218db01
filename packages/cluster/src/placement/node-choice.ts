import type { Member, Membership } from '../membership/membership.ts';
import type { NodeLeases } from '../node-api/node-leases.ts';
import type { NodeLease } from '../directory/directory.ts';
import { Placement } from './placement.ts';

/**
 * Chooses push-servers for a client among those that are active, by weight times load factor. Follows the list and the leases by
 * itself: both are other arrays when they have changed.
 */
export class NodeChoice {
  readonly #membership: Pick<Membership, 'members'>;
  readonly #leases: Pick<NodeLeases, 'latest'>;
  #seenMembers: readonly Member[] | null = null;
  #seenLeases: readonly NodeLease[] | null = null;
  #active = new Map<string, Member>();
  #connections: ReadonlyMap<string, number> = new Map();
  #placement = new Placement([]);

  constructor(membership: Pick<Membership, 'members'>, leases: Pick<NodeLeases, 'latest'>) {
    this.#membership = membership;
    this.#leases = leases;
  }

  /** For a client who signs in: best first, none over its share of the connections there are now. Fewer than `count` when there are no more. */
  choose(clientId: string, count: number): Member[] {
    this.#follow();
    return this.#named(this.#placement.choose(clientId, count, this.#connections));
  }

  /**
   * Where a client belongs by weights alone. What a node holds now does not count: beside an empty node all others are over their share,
   * and a choice for all clients at once would send every one of them there.
   */
  home(clientId: string, count: number): Member[] {
    this.#follow();
    return this.#named(this.#placement.choose(clientId, count));
  }

  #named(nodeIds: readonly string[]): Member[] {
    return nodeIds.map((nodeId) => this.#active.get(nodeId)!);
  }

  #follow(): void {
    const members = this.#membership.members('push-server');
    const leases = this.#leases.latest;
    if (members === this.#seenMembers && leases === this.#seenLeases) return;
    const active = members.filter(
      ({ state, addresses: { tcp, tls } }) => state === 'active' && (tls ?? tcp) !== undefined,
    );
    // Of the life that is in the list: an earlier one has a lease, too, while it drains.
    const bootOf = new Map(active.map(({ nodeId, boot }) => [nodeId, boot]));
    const leaseOf = new Map(
      leases.filter(({ nodeId, boot }) => bootOf.get(nodeId) === boot).map((lease) => [lease.nodeId, lease]),
    );
    const placement = new Placement(
      active.map(({ nodeId, weight }) => ({
        nodeId,
        weight: weight * (leaseOf.get(nodeId)?.loadFactor ?? 1),
      })),
    );
    // Only now, for a list that Placement refuses must not be half taken.
    [this.#seenMembers, this.#seenLeases, this.#placement] = [members, leases, placement];
    this.#active = new Map(active.map((member) => [member.nodeId, member]));
    this.#connections = new Map([...leaseOf].map(([nodeId, { sessions }]) => [nodeId, sessions]));
  }
}
