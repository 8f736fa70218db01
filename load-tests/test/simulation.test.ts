import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { DirectoryFigures } from '../../packages/cluster/test/directory-simulation.ts';
import type {
  PlacementFigures,
  PlacementParameters,
} from '../../packages/cluster/test/placement-simulation.ts';
import type { WaveFigures, WaveParameters } from '../../packages/push-server/test/reconnect-wave.ts';
import { largestBias, shareExceededBy, tailOf } from '../src/simulation/chance.ts';
import { costs } from '../src/simulation/costs.ts';
import { runPart } from '../src/simulation/part.ts';
import { bends, bendsAt, demands } from '../src/simulation/plan.ts';
import { bendsTable, needsTable } from '../src/simulation/plan-table.ts';
import { textTable } from '../src/simulation/text-table.ts';
import { asItComes } from '../src/simulation/wave.ts';

const DEADLINE_MS = 60_000;

describe('placement of 100,000 clients on 300 nodes', () => {
  const parameters: PlacementParameters = {
    clients: 100_000,
    nodes: 300,
    seed: 7,
    balanceSample: 60_000,
    movementSample: 30_000,
    choices: 100,
  };
  const run = () => runPart<PlacementFigures>('placement', parameters, DEADLINE_MS);

  test('moves what must move, and nobody between nodes that have not changed', async () => {
    const { movements, sampled, whole, divertedByBound } = await run();
    expect(movements.map(({ change }) => change)).toEqual([
      '3 nodes join',
      '3 nodes leave',
      '3 nodes get twice the weight',
      'a zone is lost',
    ]);
    for (const { moved, least, movedElsewhere, sample } of movements) {
      // Five standard deviations of a count: chance does not go so far.
      const margin = 5 * Math.sqrt((least * (1 - least)) / sample);
      expect(Math.abs(moved - least)).toBeLessThan(margin);
      expect(movedElsewhere).toBe(0);
    }
    expect(movements[3]!.least).toBeCloseTo(1 / 3, 1);
    // Five deviations of chi-squared over its degrees.
    for (const balance of [sampled, whole])
      expect(Math.abs(balance.chiSquaredPerDegree - 1)).toBeLessThan(5 * Math.sqrt(2 / balance.nodes));
    expect(whole.clients).toBe(10_000);
    expect(divertedByBound).toBeLessThan(0.05);
  });

  test('is the same for the same seed', async () => {
    const [one, other] = await Promise.all([run(), run()]);
    const { microsecondsPerChoice: _one, ...ofOne } = one;
    const { microsecondsPerChoice: _other, ...ofOther } = other;
    expect(ofOne).toEqual(ofOther);
  });
});

describe('a wave of 6,000 clients to 4 nodes', () => {
  const wave: WaveParameters = {
    ...asItComes,
    name: 'small',
    seed: 7,
    nodesLeft: 4,
    clientsPerNode: 3000,
    acceptsPerSecond: 50,
  };
  const run = (...changes: Partial<WaveParameters>[]) =>
    runPart<WaveFigures[]>(
      'wave',
      changes.map((change) => ({ ...wave, ...change })),
      DEADLINE_MS,
    );

  test('brings everyone back, once each, and no node takes more than its rate', async () => {
    const [free, silent, scarce] = await run(
      {},
      { loss: 'silent' },
      { claimsPerSecondPerNode: 20, signInsPerSecondPerNode: 20 },
    );
    for (const each of [free!, silent!, scarce!]) {
      expect(each.lost).toBe(6000);
      expect(each.back).toBe(6000);
      // A second's worth at once, and what is earned in that second.
      expect(each.peakAcceptsPerNode).toBeLessThanOrEqual(2 * wave.acceptsPerSecond);
      expect(each.attemptsEach).toBeGreaterThanOrEqual(1);
      expect(each.half!).toBeLessThanOrEqual(each.ninetyNinePercent!);
      expect(each.ninetyNinePercent!).toBeLessThanOrEqual(each.all!);
    }
    // 6,000 clients through 4 nodes at 50/s, and through a directory that takes 4 times 20/s.
    expect(free!.all!).toBeGreaterThan(6000 / 4 / 50 - 1);
    expect(scarce!.all!).toBeGreaterThan(6000 / 4 / 20 - 1);
    // Nobody notices before a heartbeat has gone unanswered.
    expect(silent!.half!).toBeGreaterThan(60);
  });

  test('a directory that is short has everyone back, and would not without the claim window', async () => {
    const short = { claimsPerSecondPerNode: 8 };
    const [bounded, unbounded] = await run(short, { ...short, maxClaimWaitMs: null });
    expect(bounded!.back).toBe(6000);
    expect(bounded!.all!).toBeGreaterThan(6000 / 4 / 8 - 1);
    expect(unbounded!.back).toBeLessThan(6000);
  });

  test('is the same for the same seed, and another for another', async () => {
    const [one, same, other] = await run({}, {}, { seed: 8 });
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
  });
});

const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

test.skipIf(!hasRedis)('the directory is measured for each density that is asked for', async () => {
  const parameters = { routes: 5000, routesPerBucket: [50, 1000] };
  const figures = await runPart<DirectoryFigures[]>('directory', parameters, DEADLINE_MS);
  expect(figures.map(({ buckets }) => buckets)).toEqual([100, 5]);
  for (const each of figures) {
    // A route's own text is about 45 bytes, and a client id of its about 12.
    expect(each.bytesPerRoute).toBeGreaterThan(40);
    expect(each.bytesPerRoute).toBeLessThan(400);
    expect(each.cpuPerClaim).toBeGreaterThan(0);
    expect(each.cpuPerLoneClaim).toBeGreaterThan(0);
  }
});

describe('the plan', () => {
  test('every cost is a figure with a source', () => {
    for (const [name, { value, from }] of Object.entries(costs)) {
      expect(value, name).toBeGreaterThan(0);
      expect(from, name).not.toBe('');
    }
  });

  test('nothing becomes less with more clients but what one pair of nodes sends', () => {
    for (const { what, of } of demands) {
      if (what === 'sends from one push-server to one other') continue;
      expect(of(100e6), what).toBeGreaterThanOrEqual(of(10e6));
      expect(of(10e6), what).toBeGreaterThanOrEqual(of(1e6));
    }
  });

  test('docs/scale.md has its tables, as `npm run simulate -- plan` prints them', () => {
    const page = readFileSync(new URL('../../docs/scale.md', import.meta.url), 'utf8');
    expect(page).toContain(`\n${needsTable}\n`);
    expect(page).toContain(`\n${bendsTable}\n`);
  });

  test('the place of a bend is where its limit is reached', () => {
    for (const bend of bends) {
      const clients = bendsAt(bend);
      expect(bend.of(clients * 1.01), bend.what).toBeGreaterThanOrEqual(bend.limit);
      expect(bend.of(clients * 0.98), bend.what).toBeLessThan(bend.limit);
    }
  });
});

describe('chance', () => {
  test('has the tails of the normal distribution', () => {
    // From tables.
    expect(tailOf(0)).toBeCloseTo(0.5, 6);
    expect(tailOf(1.96)).toBeCloseTo(0.024998, 5);
    expect(tailOf(-1)).toBeCloseTo(0.841345, 5);
    const deviations = Array.from({ length: 1000 }, () => 0.01);
    expect(shareExceededBy(1, deviations)).toBeCloseTo(1.0309, 3);
  });

  test('a chi-squared above its degrees is a bias that grows with it', () => {
    expect(largestBias(1, 2000, 1000)).toBeLessThan(largestBias(1.5, 2000, 1000));
    expect(largestBias(0.5, 2000, 1000)).toBe(0);
  });
});

test('a table is as wide as its widest cells', () => {
  expect(
    textTable([
      ['a', 'long head'],
      ['wide cell', 'b'],
    ]),
  ).toBe('| a         | long head |\n| --------- | --------- |\n| wide cell | b         |');
});
