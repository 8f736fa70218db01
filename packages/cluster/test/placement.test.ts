import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Placement, type PlacementNode } from '../src/placement/index.ts';
import { hash32 } from '../src/placement/string-hash.ts';

const weight = fc.oneof(fc.double({ min: 0.01, max: 1000, noNaN: true }), fc.integer({ min: 1, max: 4 }));
const nodeId = fc.stringMatching(/^[A-Za-z0-9._-]{1,64}$/);
const clientId = fc.stringMatching(/^[A-Za-z0-9._:@-]{1,128}$/);
const someNodes = fc.uniqueArray(fc.record({ nodeId, weight }), {
  minLength: 1,
  maxLength: 30,
  selector: (node) => node.nodeId,
});

describe('placement', () => {
  it('names distinct nodes, as many as asked for or as there are', () => {
    fc.assert(
      fc.property(someNodes, clientId, fc.integer({ min: 0, max: 40 }), (nodes, id, count) => {
        const chosen = new Placement(nodes).choose(id, count);
        expect(new Set(chosen).size).toBe(chosen.length);
        expect(chosen.length).toBe(Math.min(count, nodes.length));
        expect(nodes.map((node) => node.nodeId)).toEqual(expect.arrayContaining(chosen));
      }),
    );
    expect(new Placement([]).choose('client', 3)).toEqual([]);
  });

  it('depends on the nodes and the client alone, not on their order or on what was chosen before', () => {
    const shuffled = someNodes.chain((nodes) =>
      fc.tuple(
        fc.constant(nodes),
        fc.shuffledSubarray(nodes, { minLength: nodes.length, maxLength: nodes.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, fc.array(clientId, { maxLength: 20 }), ([nodes, others], ids) => {
        const one = new Placement(nodes);
        const other = new Placement(others);
        const answers = ids.map((id) => one.choose(id, 3));
        const answersBackwards = ids.toReversed().map((id) => other.choose(id, 3));
        expect(answersBackwards.toReversed()).toEqual(answers);
      }),
    );
  });

  it('gives fewer than all by cutting the list short', () => {
    fc.assert(
      fc.property(someNodes, clientId, fc.integer({ min: 1, max: 30 }), (nodes, id, count) => {
        const placement = new Placement(nodes);
        expect(placement.choose(id, count)).toEqual(placement.choose(id, nodes.length).slice(0, count));
      }),
    );
  });

  it('takes a node that leaves out of each list and changes nothing else', () => {
    fc.assert(
      fc.property(someNodes, fc.nat(), clientId, (nodes, pick, id) => {
        const gone = nodes[pick % nodes.length] as PlacementNode;
        const before = new Placement(nodes).choose(id, nodes.length);
        const after = new Placement(nodes.filter((node) => node !== gone)).choose(id, nodes.length);
        expect(after).toEqual(before.filter((name) => name !== gone.nodeId));
      }),
    );
  });

  it('moves a node only forward in the lists when its weight grows', () => {
    fc.assert(
      fc.property(
        someNodes,
        fc.nat(),
        fc.double({ min: 1, max: 10, noNaN: true }),
        clientId,
        (nodes, pick, factor, id) => {
          const grown = nodes[pick % nodes.length] as PlacementNode;
          const before = new Placement(nodes).choose(id, nodes.length);
          const after = new Placement(
            nodes.map((node) => (node === grown ? { ...node, weight: node.weight * factor } : node)),
          ).choose(id, nodes.length);
          const others = (list: string[]): string[] => list.filter((name) => name !== grown.nodeId);
          expect(others(after)).toEqual(others(before));
          expect(after.indexOf(grown.nodeId)).toBeLessThanOrEqual(before.indexOf(grown.nodeId));
        },
      ),
    );
  });

  it('names no full node before one that has room, and keeps the order of the hash within both', () => {
    const loaded = fc.uniqueArray(
      fc.record({ nodeId, weight, connections: fc.integer({ min: 0, max: 100_000 }) }),
      { minLength: 1, maxLength: 30, selector: (node) => node.nodeId },
    );
    const epsilons = fc.double({ min: 0.01, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        loaded,
        clientId,
        epsilons,
        fc.integer({ min: 1, max: 50 }),
        (nodes, id, epsilon, slack) => {
          const connections = new Map(nodes.map((node) => [node.nodeId, node.connections]));
          const total = nodes.reduce((sum, node) => sum + node.connections, 0);
          const totalWeight = nodes.reduce((sum, node) => sum + node.weight, 0);
          const over = (node: (typeof nodes)[number]): number =>
            node.connections - ((1 + epsilon) * total * node.weight) / totalWeight - slack;
          fc.pre(nodes.every((node) => Math.abs(over(node)) > 1e-6));
          const full = new Set(nodes.filter((node) => over(node) > 0).map((node) => node.nodeId));
          const placement = new Placement(nodes, { epsilon, slackConnections: slack });
          const byHash = placement.choose(id, nodes.length);
          expect(placement.choose(id, nodes.length, connections)).toEqual([
            ...byHash.filter((name) => !full.has(name)),
            ...byHash.filter((name) => full.has(name)),
          ]);
          expect(full.size).toBeLessThan(nodes.length);
        },
      ),
    );
  });

  it('follows the hash in an empty cluster, and counts a node that has said nothing as empty', () => {
    const nodes = [
      { nodeId: 'a', weight: 1 },
      { nodeId: 'b', weight: 1 },
    ];
    const placement = new Placement(nodes);
    const homeOf = (id: string, connections?: ReadonlyMap<string, number>) =>
      placement.choose(id, 1, connections)[0];
    const clientOfA = ['1', '2', '3', '4', '5', '6', '7', '8'].find((id) => homeOf(id) === 'a') as string;
    expect(homeOf(clientOfA, new Map([['a', 20]]))).toBe('a');
    expect(homeOf(clientOfA, new Map([['a', 2000]]))).toBe('b');
    expect(homeOf(clientOfA, new Map(Object.entries({ a: 2000, b: 2000, unknown: 1e9 })))).toBe('a');
  });

  it('refuses weights that are not above 0, and names given twice', () => {
    for (const wrong of [0, -1, Number.NaN, Infinity]) {
      expect(() => new Placement([{ nodeId: 'a', weight: wrong }])).toThrow('weight of a');
    }
    const a = { nodeId: 'a', weight: 1 };
    expect(() => new Placement([a, { nodeId: 'b', weight: 1 }, a])).toThrow('node a is given twice');
  });
});

describe('placement of 200,000 clients on 50 nodes of mixed weight', () => {
  const clients = 200_000;
  const weights = [0.5, 1, 1, 1, 2, 4, 1.5];
  const nodes = Array.from({ length: 50 }, (_, index) => ({
    nodeId: `push-server-${index}`,
    weight: weights[index % weights.length] as number,
  }));
  const totalWeight = nodes.reduce((sum, node) => sum + node.weight, 0);
  const idStyles: Record<string, (index: number) => string> = {
    'counted up': (index) => `device-${index}`,
    'of fixed length': (index) => String(index).padStart(12, '0'),
    'like addresses': (index) => `user.${index % 977}@host-${Math.floor(index / 977)}.example`,
  };

  /** How many of all clients each node has, over its weighted share. */
  function sharesOf(counts: ReadonlyMap<string, number>, all: number): number[] {
    return nodes.map((node) => (counts.get(node.nodeId) ?? 0) / ((all * node.weight) / totalWeight));
  }

  function homes(placement: Placement, idOf: (index: number) => string): string[] {
    return Array.from({ length: clients }, (_, index) => placement.choose(idOf(index), 1)[0] as string);
  }

  function count(names: readonly string[]): Map<string, number> {
    const counts = new Map<string, number>();
    for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
    return counts;
  }

  it.each(Object.entries(idStyles))('follows the weights for ids %s, by the hash alone', (_style, idOf) => {
    const shares = sharesOf(count(homes(new Placement(nodes), idOf)), clients);
    expect(Math.max(...shares)).toBeLessThan(1.1);
    expect(Math.min(...shares)).toBeGreaterThan(0.9);
  });

  it('keeps each node under 1.10 of its share even where the hash does not', () => {
    const placement = new Placement(nodes, { slackConnections: 1 });
    // Clients who by the hash alone would all be on the first ten nodes.
    const few = new Set(nodes.slice(0, 10).map((node) => node.nodeId));
    const ids = Array.from({ length: clients }, (_, index) => `device-${index}`).filter((id) =>
      few.has(placement.choose(id, 1)[0] as string),
    );
    const connections = new Map<string, number>();
    for (const id of ids) {
      const home = placement.choose(id, 1, connections)[0] as string;
      connections.set(home, (connections.get(home) ?? 0) + 1);
    }
    expect(connections.size).toBe(nodes.length);
    expect(Math.max(...sharesOf(connections, ids.length))).toBeLessThan(1.1);
  });

  it('moves to a node that joins its fair share, and nothing between the others', () => {
    const before = homes(new Placement(nodes), idStyles['counted up']!);
    const joined = new Placement([...nodes, { nodeId: 'push-server-50', weight: 1 }]);
    const moved = homes(joined, idStyles['counted up']!).filter((home, index) => home !== before[index]);
    expect(new Set(moved)).toEqual(new Set(['push-server-50']));
    expect(moved.length / (clients / (totalWeight + 1))).toBeLessThan(1.1);
  });

  it('spreads the clients of a node that leaves over the others by weight', () => {
    const [gone, ...left] = nodes as [PlacementNode, ...PlacementNode[]];
    const before = homes(new Placement(nodes), idStyles['counted up']!);
    const after = homes(new Placement(left), idStyles['counted up']!);
    const moved = count(after.filter((_, index) => before[index] === gone.nodeId));
    const total = [...moved.values()].reduce((sum, one) => sum + one, 0);
    // Chi-squared over 49 nodes has a mean of 48 and exceeds 85 once in a thousand.
    const chiSquared = left.reduce((sum, node) => {
      const expected = (total * node.weight) / (totalWeight - gone.weight);
      return sum + ((moved.get(node.nodeId) ?? 0) - expected) ** 2 / expected;
    }, 0);
    expect(chiSquared).toBeLessThan(85);
  });
});

describe('the hash', () => {
  it('is what it was: a change of it would move every client of a running cluster', () => {
    // Computed by another implementation of FNV-1a and the MurmurHash3 finalizer.
    expect(['', 'a', 'push-server-1', 'device-42'].map(hash32)).toEqual([
      2872998923, 444641715, 2870743842, 3744374682,
    ]);
    const four = ['a', 'b', 'c', 'd'].map((name) => ({ nodeId: name, weight: 1 }));
    expect(new Placement(four).choose('device-42', 4)).toEqual(['c', 'd', 'b', 'a']);
  });
});
