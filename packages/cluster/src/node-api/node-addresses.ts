import type { Route } from '../directory/directory.ts';
import type { Member, Membership } from '../membership/membership.ts';
import type { NodeLeases } from './node-leases.ts';

export type NodeLife = Pick<Route, 'nodeId' | 'boot'>;

/** Where the node API of one life of a push-server is. */
export interface NodeAddress extends NodeLife {
  readonly api: string;
}

/**
 * Finds push-servers for node calls: the members, and those that have left the list and still have clients, because they drain.
 * Such a node is known by its lease.
 */
export class NodeAddresses {
  readonly #membership: Pick<Membership, 'members'>;
  readonly #leases: Pick<NodeLeases, 'refresh'>;
  #members: readonly Member[] = [];
  #byNodeId = new Map<string, Member>();

  constructor(membership: Pick<Membership, 'members'>, leases: Pick<NodeLeases, 'refresh'>) {
    this.#membership = membership;
    this.#leases = leases;
  }

  /** Base URL of exactly this life of a node if it is in the list; null if it is not. Costs nothing but a look. */
  ofLifeInList({ nodeId, boot }: NodeLife): string | null {
    const member = this.#member(nodeId);
    return member?.boot === boot ? member.addresses.api : null;
  }

  /** Base URL of this life of a node, a member or not; null when it is gone. Never rejects: without the directory the last known leases count. */
  async ofLife(life: NodeLife): Promise<string | null> {
    const api = this.ofLifeInList(life);
    if (api !== null) return api;
    const lease = (await this.#leases.refresh()).find((each) => isSameLife(each, life));
    return lease?.apiUrl ?? null;
  }

  /** Base URL of the node of this name that is in the list; null if there is none. */
  ofNodeInList(nodeId: string): string | null {
    return this.#member(nodeId)?.addresses.api ?? null;
  }

  /** Base URL of the node of this name: the life in the list, else the one that is leased. */
  async ofNode(nodeId: string): Promise<string | null> {
    const api = this.ofNodeInList(nodeId);
    if (api !== null) return api;
    const lease = (await this.#leases.refresh()).find((each) => each.nodeId === nodeId);
    return lease?.apiUrl ?? null;
  }

  /** Every life of a push-server that may have clients, each once: as the list knows it, or as its lease does. */
  async all(): Promise<NodeAddress[]> {
    const members = this.#membership.members('push-server');
    const leases = await this.#leases.refresh();
    const left = leases.filter(({ nodeId, boot }) => this.#member(nodeId)?.boot !== boot);
    return [
      ...members.map(({ nodeId, boot, addresses: { api } }) => ({ nodeId, boot, api })),
      ...left.map(({ nodeId, boot, apiUrl }) => ({ nodeId, boot, api: apiUrl })),
    ];
  }

  #member(nodeId: string): Member | undefined {
    const members = this.#membership.members('push-server');
    if (members !== this.#members) {
      this.#members = members;
      this.#byNodeId = new Map(members.map((member) => [member.nodeId, member]));
    }
    return this.#byNodeId.get(nodeId);
  }
}

export function isSameLife(one: NodeLife, other: NodeLife): boolean {
  return one.nodeId === other.nodeId && one.boot === other.boot;
}
