import type { Directory } from '../directory/directory.ts';
import type { Membership } from '../membership/membership.ts';
import { isSameLife, type NodeAddresses, type NodeLife } from './node-addresses.ts';
import type { HeldConnection, NodeClient } from './node-client.ts';

const CALL_DEADLINE_MS = 2000;

/** Finds out whether the connections that routes name are there, by asking the nodes that they name. */
export class RouteHolders {
  readonly #membership: Pick<Membership, 'isConnected'>;
  readonly #directory: Pick<Directory, 'leases'>;
  readonly #nodes: Pick<NodeAddresses, 'ofLifeInList'>;
  readonly #client: Pick<NodeClient, 'holds'>;

  constructor(
    membership: Pick<Membership, 'isConnected'>,
    directory: Pick<Directory, 'leases'>,
    nodes: Pick<NodeAddresses, 'ofLifeInList'>,
    client: Pick<NodeClient, 'holds'>,
  ) {
    this.#membership = membership;
    this.#directory = directory;
    this.#nodes = nodes;
    this.#client = client;
  }

  /**
   * Whether each of these connections of one life of a node is there; of a life that is gone, none is. Null when nobody can tell now.
   * Never rejects; takes one call of the node and one reading of the leases at most.
   */
  async ask(life: NodeLife, connections: readonly HeldConnection[]): Promise<readonly boolean[] | null> {
    try {
      const api = this.#nodes.ofLifeInList(life) ?? (await this.#leasedApi(life));
      if (api === null) return connections.map(() => false);
      return await this.#client.holds(
        api,
        { boot: life.boot, connections: [...connections] },
        CALL_DEADLINE_MS,
      );
    } catch {
      return null;
    }
  }

  /** Null: it is gone. Only a fresh list and fresh leases say so; rejects without them. */
  async #leasedApi(life: NodeLife): Promise<string | null> {
    if (!this.#membership.isConnected()) throw new Error('the list of members may be old');
    const leases = await this.#directory.leases();
    return leases.find((lease) => isSameLife(lease, life))?.apiUrl ?? null;
  }
}
