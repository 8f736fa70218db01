import type {
  DirectoryFigures,
  DirectoryParameters,
} from '../../../packages/cluster/test/directory-simulation.ts';
import type { SimulationOptions } from './options.ts';
import { runPart } from './part.ts';
import { rounded, textTable } from './text-table.ts';

const DEADLINE_MS = 300_000;
const defaultBuckets = 16_384;

/** With the default number of buckets, what 1, 10 and 100 million clients come to in each. */
const routesPerBucket = [1e6, 10e6, 100e6].map((clients) => Math.round(clients / defaultBuckets));

const rows: readonly (readonly [string, (figures: DirectoryFigures) => number])[] = [
  ['bytes a route', (each) => each.bytesPerRoute],
  ['Redis: us a claim, 100 in a call', (each) => each.cpuPerClaim],
  ['Redis: us a claim with a call of its own', (each) => each.cpuPerLoneClaim],
  ['Redis: us a confirmation, 100 in a call', (each) => each.cpuPerConfirm],
  ['Redis: us a look-up, 500 in a call', (each) => each.cpuPerLookup],
  ['Redis: us a bucket of a count', (each) => each.cpuPerCountedBucket],
  ['Redis: us a route of a sweep', (each) => each.cpuPerSweptRoute],
  ['Redis: us a lease that is read', (each) => each.cpuPerLease],
  ['the caller: us a claim, 100 in a call', (each) => each.clientCpuPerClaim],
  ['the caller: us a claim with a call of its own', (each) => each.clientCpuPerLoneClaim],
  ['the caller: us a lease that is read', (each) => each.clientCpuPerLease],
];

export async function showDirectory({ clients }: SimulationOptions): Promise<unknown> {
  const parameters: DirectoryParameters = { routes: clients ?? 1_000_000, routesPerBucket };
  const figures = await runPart<DirectoryFigures[]>('directory', parameters, DEADLINE_MS);
  console.log(
    `\nDirectory: ${rounded(parameters.routes)} routes in Redis ${figures[0]?.redisVersion}; CPU time of Redis and of its caller\n`,
  );
  console.log(
    textTable([
      ['routes in a bucket', ...figures.map((each) => rounded(each.routesPerBucket))],
      ...rows.map(([name, of]) => [name, ...figures.map((each) => rounded(of(each)))]),
    ]),
  );
  return figures;
}
