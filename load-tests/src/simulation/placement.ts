import type {
  PlacementFigures,
  PlacementParameters,
} from '../../../packages/cluster/test/placement-simulation.ts';
import { largestBias, shareExceededBy } from './chance.ts';
import type { SimulationOptions } from './options.ts';
import { runPart } from './part.ts';
import { percent, rounded, textTable } from './text-table.ts';

const DEADLINE_MS = 600_000;
const defaults = { clients: 100_000_000, nodes: 2000 } as const;

/** Shares of all clients on all nodes, by what the samples say of chance and bias. */
interface Prediction {
  readonly largestShare: number;
  readonly p99Share: number;
}

/** Each node's share differs from its due one by chance, and by a bias that the sample could not show. */
function predict({ weights, sampled }: PlacementFigures, clients: number, bias: number): Prediction {
  const dues = Array.from({ length: sampled.nodes }, (_, index) => weights[index % weights.length]!);
  const total = dues.reduce((sum, weight) => sum + weight, 0);
  const deviations = dues.map((weight) => Math.hypot(Math.sqrt(total / weight / clients), bias));
  return {
    largestShare: shareExceededBy(Math.LN2, deviations),
    p99Share: shareExceededBy(sampled.nodes / 100, deviations),
  };
}

export async function showPlacement({ clients, nodes, seed }: SimulationOptions): Promise<unknown> {
  const all = { clients: clients ?? defaults.clients, nodes: nodes ?? defaults.nodes };
  const parameters: PlacementParameters = {
    ...all,
    seed,
    balanceSample: Math.min(all.clients, 3_000_000),
    movementSample: Math.min(all.clients, 200_000),
    choices: 20_000,
  };
  const figures = await runPart<PlacementFigures>('placement', parameters, DEADLINE_MS);
  const { sampled, whole, movements } = figures;
  const bias = largestBias(sampled.chiSquaredPerDegree, sampled.nodes, sampled.clients / sampled.nodes);
  const [byChance, atWorst] = [predict(figures, all.clients, 0), predict(figures, all.clients, bias)];
  const share = (value: number): string => value.toFixed(3);

  console.log(
    `\nPlacement of ${rounded(all.clients)} clients on ${rounded(all.nodes)} nodes of weight ${figures.weights.join(', ')}; seed ${seed}\n`,
  );
  console.log(
    textTable([
      [
        'share of a node over its due one',
        'clients',
        'nodes',
        'largest',
        '99 % of nodes',
        'smallest',
        'chi-squared / degree',
      ],
      ...(
        [
          ['a sample of all', sampled],
          ['a tenth, whole', whole],
        ] as const
      ).map(([name, each]) => [
        name,
        rounded(each.clients),
        rounded(each.nodes),
        share(each.largestShare),
        share(each.p99Share),
        share(each.smallestShare),
        share(each.chiSquaredPerDegree),
      ]),
      [
        'all, if chance alone',
        rounded(all.clients),
        rounded(all.nodes),
        share(byChance.largestShare),
        share(byChance.p99Share),
        '',
        '1',
      ],
      [
        `all, with a bias of ${percent(bias, 2)}`,
        rounded(all.clients),
        rounded(all.nodes),
        share(atWorst.largestShare),
        share(atWorst.p99Share),
        '',
        '',
      ],
    ]),
  );
  console.log('');
  console.log(
    textTable([
      ['change', 'moved', 'least possible', 'between others', 'spread of those moved: chi-squared / degree'],
      ...movements.map((each) => [
        each.change,
        `${percent(each.moved, 2)} ± ${percent(marginOf(each.moved, each.sample), 2)}`,
        percent(each.least, 2),
        percent(each.movedElsewhere, 2),
        each.chiSquaredOfMovedPerDegree === null ? '' : share(each.chiSquaredOfMovedPerDegree),
      ]),
    ]),
  );
  console.log(
    `\nsent elsewhere than home by the bound on loads, a zone lost and all back: ${percent(figures.divertedByBound, 2)}`,
  );
  for (const { nodes: count, microseconds } of figures.microsecondsPerChoice)
    console.log(`a choice of three among ${rounded(count)} nodes: ${rounded(microseconds)} us`);
  return { ...figures, bias, byChance, atWorst };
}

/** Half of the interval that has the true part in it 95 times of 100. */
function marginOf(part: number, sample: number): number {
  return 1.96 * Math.sqrt((part * (1 - part)) / sample);
}
