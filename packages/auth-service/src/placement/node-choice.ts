import { Placement, type Member, type Membership } from '@longwire/cluster';
import type { NodeLoads } from './node-loads.ts';

export interface PushServerAddress {
  readonly nodeId: string;
  /** host:port */
  readonly tcp: string;
}

/** The first choice and two alternatives. */
const choices = 3;

/** Chooses push-servers for a client among those that are active: stable per client, by weight, none over its share. */
export class NodeChoice {
  readonly #loads: Pick<NodeLoads, 'connections'>;
  readonly #stopWatching: () => void;
  #addresses = new Map<string, string>();
  #placement = new Placement([]);

  constructor(membership: Pick<Membership, 'members' | 'onChange'>, loads: Pick<NodeLoads, 'connections'>) {
    this.#loads = loads;
    this.#takeMembers(membership.members('push-server'));
    this.#stopWatching = membership.onChange('push-server', (members) => this.#takeMembers(members));
  }

  /** The best first; fewer than three when there are no more, none when no push-server is active. */
  choose(clientId: string): PushServerAddress[] {
    return this.#placement
      .choose(clientId, choices, this.#loads.connections)
      .map((nodeId) => ({ nodeId, tcp: this.#addresses.get(nodeId)! }));
  }

  close(): void {
    this.#stopWatching();
  }

  #takeMembers(members: readonly Member[]): void {
    const active = members.flatMap(({ nodeId, state, weight, addresses: { tcp } }) =>
      state === 'active' && tcp !== undefined ? [{ nodeId, weight, tcp }] : [],
    );
    this.#addresses = new Map(active.map(({ nodeId, tcp }) => [nodeId, tcp]));
    this.#placement = new Placement(active);
  }
}
