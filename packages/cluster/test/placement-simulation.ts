/**
 * A part of `npm run simulate`: the real placement on many nodes of mixed weight in three zones. Takes its parameters as JSON in the first argument
 * and prints `PlacementFigures` as one line of JSON.
 *
 * Each client's home depends on its id alone, so a sample of the clients tells of all.
 */
import { SeededRandom } from '../../../load-tests/src/lib/random.ts';
import { Placement, type PlacementNode } from '../src/placement/index.ts';

export interface PlacementParameters {
  readonly clients: number;
  readonly nodes: number;
  readonly seed: number;
  /** Clients of the sample that balance is taken from, and of the one that movement is. */
  readonly balanceSample: number;
  readonly movementSample: number;
  /** Choices that are timed. */
  readonly choices: number;
}

/** How the clients lie on the nodes; shares are over what the node's weight is due. */
export interface Balance {
  readonly clients: number;
  readonly nodes: number;
  readonly largestShare: number;
  readonly p99Share: number;
  readonly smallestShare: number;
  /** Chi-squared over its degrees of freedom: 1 where chance alone makes the differences, give or take sqrt(2 / nodes). */
  readonly chiSquaredPerDegree: number;
}

/** What one change of the list moves, in parts of all clients. */
export interface Movement {
  readonly change: string;
  readonly moved: number;
  /** What must move so that shares follow the weights again. */
  readonly least: number;
  /** Moved between two nodes of which neither gained nor lost by the change. */
  readonly movedElsewhere: number;
  /** How many clients were looked at. */
  readonly sample: number;
  /** Of the clients that moved: 1 where they spread by weight over all nodes there are now. Null where only some nodes gained. */
  readonly chiSquaredOfMovedPerDegree: number | null;
}

export interface PlacementFigures {
  readonly weights: readonly number[];
  /** A sample of the clients on all nodes. */
  readonly sampled: Balance;
  /** As many clients a node, each of them, on a tenth of the nodes. */
  readonly whole: Balance;
  readonly movements: readonly Movement[];
  /** Part of the sign-ins that the bound on loads sends to another node than their home, with a zone lost and its clients back. */
  readonly divertedByBound: number;
  readonly microsecondsPerChoice: readonly { readonly nodes: number; readonly microseconds: number }[];
}

interface ZonedNode extends PlacementNode {
  readonly zone: number;
}

const ZONES = 3;
const weights = [0.5, 1, 1, 1, 2, 4, 1.5];

function makeNodes(count: number): ZonedNode[] {
  return Array.from({ length: count }, (_, index) => ({
    nodeId: `push-${index}`,
    weight: weights[index % weights.length]!,
    zone: index % ZONES,
  }));
}

function weightOf(nodes: readonly PlacementNode[]): number {
  return nodes.reduce((sum, { weight }) => sum + weight, 0);
}

function countOf(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function chiSquaredPerDegree(nodes: readonly PlacementNode[], counts: ReadonlyMap<string, number>): number {
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const perWeight = all / weightOf(nodes);
  const chiSquared = nodes.reduce((sum, { nodeId, weight }) => {
    const due = perWeight * weight;
    return sum + ((counts.get(nodeId) ?? 0) - due) ** 2 / due;
  }, 0);
  return chiSquared / (nodes.length - 1);
}

function balanceOf(nodes: readonly PlacementNode[], ids: Iterable<string>): Balance {
  const placement = new Placement(nodes);
  const counts = new Map<string, number>();
  let clients = 0;
  for (const id of ids) {
    const [home] = placement.choose(id, 1) as [string];
    counts.set(home, (counts.get(home) ?? 0) + 1);
    clients++;
  }
  const perWeight = clients / weightOf(nodes);
  const shares = nodes
    .map(({ nodeId, weight }) => (counts.get(nodeId) ?? 0) / (perWeight * weight))
    .sort((one, other) => one - other);
  return {
    clients,
    nodes: nodes.length,
    largestShare: shares.at(-1)!,
    p99Share: shares[Math.floor(shares.length * 0.99)]!,
    smallestShare: shares[0]!,
    chiSquaredPerDegree: chiSquaredPerDegree(nodes, counts),
  };
}

interface Change {
  readonly name: string;
  readonly after: readonly PlacementNode[];
}

function changesOf(nodes: readonly ZonedNode[]): Change[] {
  const some = Math.max(1, Math.round(nodes.length / 100));
  const newcomers = makeNodes(some).map((node) => ({ ...node, nodeId: `new-${node.nodeId}` }));
  return [
    { name: `${some} nodes join`, after: [...nodes, ...newcomers] },
    { name: `${some} nodes leave`, after: nodes.slice(some) },
    {
      name: `${some} nodes get twice the weight`,
      after: nodes.map((node, index) => (index < some ? { ...node, weight: 2 * node.weight } : node)),
    },
    { name: 'a zone is lost', after: nodes.filter(({ zone }) => zone !== 0) },
  ];
}

/** Half of the sum of all differences of the shares: no way of moving clients does with less. */
function leastMoved(before: readonly PlacementNode[], after: readonly PlacementNode[]): number {
  const shares = (nodes: readonly PlacementNode[]): Map<string, number> =>
    new Map(nodes.map(({ nodeId, weight }) => [nodeId, weight / weightOf(nodes)]));
  const [old, now] = [shares(before), shares(after)];
  let differences = 0;
  for (const nodeId of new Set([...old.keys(), ...now.keys()]))
    differences += Math.abs((old.get(nodeId) ?? 0) - (now.get(nodeId) ?? 0));
  return differences / 2;
}

function movementOf(
  before: readonly PlacementNode[],
  { name, after }: Change,
  ids: readonly string[],
  homes: readonly string[],
): Movement {
  const placement = new Placement(after);
  const old = new Map(before.map(({ nodeId, weight }) => [nodeId, weight]));
  const now = new Map(after.map(({ nodeId, weight }) => [nodeId, weight]));
  const isTouched = (nodeId: string): boolean => old.get(nodeId) !== now.get(nodeId);
  const targets: string[] = [];
  let elsewhere = 0;
  ids.forEach((id, index) => {
    const home = homes[index]!;
    const [newHome] = placement.choose(id, 1) as [string];
    if (newHome === home) return;
    targets.push(newHome);
    if (!isTouched(home) && !isTouched(newHome)) elsewhere++;
  });
  const onlyLosses = after.every(({ nodeId, weight }) => old.get(nodeId) === weight);
  return {
    change: name,
    moved: targets.length / ids.length,
    least: leastMoved(before, after),
    movedElsewhere: elsewhere / ids.length,
    sample: ids.length,
    chiSquaredOfMovedPerDegree: onlyLosses ? chiSquaredPerDegree(after, countOf(targets)) : null,
  };
}

/** As auth-services choose: every node says how many connections it has, after a zone was lost and its clients have come back. */
function divertedByBound(
  nodes: readonly ZonedNode[],
  clients: number,
  ids: readonly string[],
  random: SeededRandom,
): number {
  const left = nodes.filter(({ zone }) => zone !== 0);
  const placement = new Placement(left);
  const homes = ids.map((id) => placement.choose(id, 1)[0]!);
  // The whole cluster's counts differ from the due ones by chance: so much that a sample cannot tell, and a normal number can.
  const connections = new Map(
    left.map(({ nodeId, weight }) => {
      const due = (clients * weight) / weightOf(left);
      return [nodeId, Math.round(due + Math.sqrt(due) * normalNumber(random))];
    }),
  );
  const diverted = ids.filter((id, index) => placement.choose(id, 1, connections)[0] !== homes[index]);
  return diverted.length / ids.length;
}

/** Microseconds of one choice of three nodes, when every node says how many connections it has. */
function microsecondsPerChoice(
  nodes: readonly PlacementNode[],
  choices: number,
  ids: readonly string[],
): number {
  const placement = new Placement(nodes);
  const connections = new Map(nodes.map(({ nodeId }, index) => [nodeId, 50_000 + (index % 5) * 500]));
  const run = (count: number): number => {
    let chosen = 0;
    for (let index = 0; index < count; index++)
      chosen += placement.choose(ids[index % ids.length]!, 3, connections).length;
    return chosen;
  };
  run(choices / 5);
  const startedAtMs = performance.now();
  run(choices);
  return ((performance.now() - startedAtMs) * 1000) / choices;
}

/** A number of the normal distribution. */
function normalNumber(random: SeededRandom): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

/** Evenly out of all there are, from a random one on, and none twice. */
function* sampleOf(count: number, clients: number, random: SeededRandom): Iterable<string> {
  const stride = Math.floor(clients / count);
  const first = random.between(0, clients - 1);
  for (let index = 0; index < count; index++) yield `device-${(first + index * stride) % clients}`;
}

function* idsOf(count: number): Iterable<string> {
  for (let index = 0; index < count; index++) yield `device-${index}`;
}

function simulate(parameters: PlacementParameters): PlacementFigures {
  const { clients, seed, balanceSample, movementSample, choices } = parameters;
  const random = new SeededRandom(seed);
  const nodes = makeNodes(parameters.nodes);
  const fewNodes = makeNodes(Math.max(2, Math.round(nodes.length / 10)));
  const ids = [...sampleOf(movementSample, clients, random.of('movement'))];
  const placement = new Placement(nodes);
  const homes = ids.map((id) => placement.choose(id, 1)[0]!);
  return {
    weights,
    sampled: balanceOf(nodes, sampleOf(balanceSample, clients, random.of('balance'))),
    whole: balanceOf(fewNodes, idsOf(Math.round((clients / nodes.length) * fewNodes.length))),
    movements: changesOf(nodes).map((change) => movementOf(nodes, change, ids, homes)),
    divertedByBound: divertedByBound(
      nodes,
      clients,
      ids.slice(0, Math.ceil(movementSample / 20)),
      random.of('loads'),
    ),
    microsecondsPerChoice: [50, fewNodes.length, nodes.length].map((count) => ({
      nodes: count,
      microseconds: microsecondsPerChoice(makeNodes(count), Math.ceil((choices * 50) / count), ids),
    })),
  };
}

console.log(JSON.stringify(simulate(JSON.parse(process.argv[2]!) as PlacementParameters)));
