import { hash32, mix32 } from './string-hash.ts';

export interface PlacementNode {
  readonly nodeId: string;
  /** Above 0. Two nodes of weight 1 and 3 get a quarter and three quarters of the clients. */
  readonly weight: number;
}

export interface PlacementOptions {
  /** A node is full at `(1 + epsilon)` of its weighted share of all connections, plus `slackConnections`. */
  readonly epsilon?: number;
  /** Lets a small cluster follow the hash, where chance alone is more than epsilon. */
  readonly slackConnections?: number;
}

interface Candidate extends PlacementNode {
  readonly seed: number;
}

const defaultEpsilon = 0.08;
const defaultSlackConnections = 32;
const noConnections: ReadonlyMap<string, number> = new Map();

/**
 * Which nodes a client belongs to: weighted rendezvous hashing with bounded load.
 *
 * Each pair of client and node has a random number u in (0, 1) that depends on the two ids alone, and the client prefers
 * nodes by `-ln(u) / weight`, smallest first. Of competing exponential clocks the one with rate w rings first with
 * probability w / sum of w, so shares follow the weights exactly, at any weight, and a node that joins, leaves or changes
 * its weight moves only the clients that it gains or loses. (Thaler and Ravishankar 1998, "Using name-based mappings to
 * increase hit rates"; for the bound: Mirrokni, Thorup and Zadimoghaddam 2016, "Consistent hashing with bounded loads".)
 */
export class Placement {
  readonly #epsilon: number;
  readonly #slackConnections: number;
  readonly #candidates: readonly Candidate[];
  readonly #totalWeight: number;
  /** 1 for each candidate that is full by the connections that were read last. */
  readonly #isFull: Uint8Array;
  #connections: ReadonlyMap<string, number> = noConnections;

  /** In any order; cheap enough to make anew at each change. Throws on a weight not above 0 and on a nodeId given twice. */
  constructor(nodes: readonly PlacementNode[], options: PlacementOptions = {}) {
    this.#epsilon = options.epsilon ?? defaultEpsilon;
    this.#slackConnections = options.slackConnections ?? defaultSlackConnections;
    this.#candidates = nodes
      .map(({ nodeId, weight }) => ({ nodeId, weight, seed: hash32(nodeId) }))
      .sort((one, other) => (one.nodeId < other.nodeId ? -1 : 1));
    this.#totalWeight = this.#candidates.reduce((sum, { weight }) => sum + weight, 0);
    this.#isFull = new Uint8Array(nodes.length);
    checkNodes(this.#candidates);
  }

  /**
   * The client's node and its alternatives: `count` distinct nodes, or all where there are fewer. `connections` is how many
   * each node holds now, by nodeId; one that is not in it holds none. A map is read once: hand over another when it has
   * changed. Nodes that are full come behind all that have room: the first choice is never full, an alternative only where
   * nothing else is left.
   */
  choose(
    clientId: string,
    count: number,
    connections: ReadonlyMap<string, number> = noConnections,
  ): string[] {
    if (connections !== this.#connections) this.#read(connections);
    const clientHash = hash32(clientId);
    const chosen = this.#nearest(clientHash, count, 0);
    if (chosen.length === count) return chosen;
    return [...chosen, ...this.#nearest(clientHash, count - chosen.length, 1)];
  }

  #read(connections: ReadonlyMap<string, number>): void {
    this.#connections = connections;
    const loads = this.#candidates.map(({ nodeId }) => connections.get(nodeId) ?? 0);
    const total = loads.reduce((sum, load) => sum + load, 0);
    const limitPerWeight = ((1 + this.#epsilon) * total) / this.#totalWeight;
    this.#candidates.forEach(({ weight }, index) => {
      const isFull = loads[index]! >= limitPerWeight * weight + this.#slackConnections;
      this.#isFull[index] = isFull ? 1 : 0;
    });
  }

  /**
   * The `count` nodes that the client prefers, best first, among those that are full (1) or those that have room (0). Where
   * there are nodes, one has room: not every one can hold more than its share.
   */
  #nearest(clientHash: number, count: number, isFull: 0 | 1): string[] {
    const nodeIds: string[] = [];
    const distances: number[] = [];
    for (let index = 0; index < this.#candidates.length; index++) {
      if (this.#isFull[index] !== isFull) continue;
      const { nodeId, weight, seed } = this.#candidates[index] as Candidate;
      const u = (mix32(clientHash ^ seed) + 0.5) / 2 ** 32;
      // As -ln(u) > 1 - u, this one is too far; of many nodes nearly all are, and spare their logarithm.
      if (1 - u >= (distances[count - 1] ?? Infinity) * weight) continue;

      const distance = -Math.log(u) / weight;
      let place = distances.length;
      while (place > 0 && distance < (distances[place - 1] as number)) place--;
      if (place >= count) continue;
      distances.splice(place, 0, distance);
      nodeIds.splice(place, 0, nodeId);
      if (distances.length > count) {
        distances.pop();
        nodeIds.pop();
      }
    }
    return nodeIds;
  }
}

function checkNodes(sorted: readonly Candidate[]): void {
  for (const [index, { nodeId, weight }] of sorted.entries()) {
    if (!(weight > 0 && weight < Infinity))
      throw new RangeError(`weight of ${nodeId} is ${weight}, not above 0`);
    if (nodeId === sorted[index + 1]?.nodeId) throw new RangeError(`node ${nodeId} is given twice`);
  }
}
