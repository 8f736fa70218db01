/**
 * `npm run simulate`: how Longwire would do with more clients than any one machine holds, by its real placement, its real accept rate and backoff, and a
 * real Redis; and what many clients need by the costs of one. docs/scale.md quotes what this prints.
 *
 * Ends with 0, with 1 when a simulation could not be made, with 2 when it was asked for in the wrong way.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runCommand } from '../lib/command.ts';
import { wholeNumber } from '../lib/whole-number.ts';
import { showDirectory } from './directory.ts';
import type { SimulationOptions } from './options.ts';
import { showPlacement } from './placement.ts';
import { showPlan } from './plan-table.ts';
import { showWave } from './wave.ts';

interface Request {
  readonly names: readonly string[];
  readonly options: SimulationOptions;
  readonly jsonFile: string | null;
}

/** Prints what it finds for people, and answers with it for `--json`. */
type Simulation = (options: SimulationOptions) => Promise<unknown>;

const simulations: Readonly<Record<string, Simulation>> = {
  placement: showPlacement,
  wave: showWave,
  directory: showDirectory,
  plan: showPlan,
};

/** More than there are people. */
const most = 9_999_999_999;

function read(args: readonly string[]): Request | null {
  const { values: flags, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      clients: { type: 'string' },
      nodes: { type: 'string' },
      seed: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (flags.help) return null;
  const all = Object.keys(simulations);
  const names = positionals.length === 0 || positionals.includes('all') ? all : positionals;
  const unknown = positionals.find((name) => name !== 'all' && !all.includes(name));
  if (unknown !== undefined)
    throw new Error(`there is no simulation ${unknown}; there are ${all.join(', ')}, all`);
  const options = {
    clients: wholeNumber('clients', flags.clients, null, { most }),
    nodes: wholeNumber('nodes', flags.nodes, null, { most }),
    seed: wholeNumber('seed', flags.seed, 1, { most }),
  };
  return { names, options, jsonFile: flags.json ?? null };
}

async function run({ names, options, jsonFile }: Request): Promise<boolean> {
  const found: Record<string, unknown> = {};
  for (const name of names) found[name] = await simulations[name]!(options);
  if (jsonFile !== null) writeFileSync(jsonFile, `${JSON.stringify(found, null, 2)}\n`);
  return true;
}

const usage =
  (): string => `usage: npm run simulate -- [${Object.keys(simulations).join('|')}|all] [--clients N] [--nodes N] [--seed N] [--json FILE]

  --clients  how many; left out: what the simulation itself thinks best
  --nodes    push-servers, for placement and wave
  --seed     the same seed makes the same choices (1)
  --json     where what was found goes, beside what is printed
`;

await runCommand({ name: 'simulate', read, usage, run });
