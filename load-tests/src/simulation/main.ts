/**
 * `npm run simulate`: how Longwire would do with more clients than any one machine holds, by its real placement, its real accept rate and backoff, and a
 * real Redis; and what many clients need by the costs of one. docs/scale.md quotes what this prints.
 *
 *   npm run simulate -- [placement|wave|directory|plan|all] [--clients N] [--nodes N] [--seed N] [--json FILE]
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { showDirectory } from './directory.ts';
import type { SimulationOptions } from './options.ts';
import { showPlacement } from './placement.ts';
import { showPlan } from './plan-table.ts';
import { showWave } from './wave.ts';

/** Prints what it finds for people, and answers with it for `--json`. */
type Simulation = (options: SimulationOptions) => Promise<unknown>;

const simulations: Readonly<Record<string, Simulation>> = {
  placement: showPlacement,
  wave: showWave,
  directory: showDirectory,
  plan: showPlan,
};

function numberOf(flag: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw new Error(`--${flag}: given ${text}; allowed: a whole number of at least 1`);
}

async function main(): Promise<void> {
  const { values: flags, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      clients: { type: 'string' },
      nodes: { type: 'string' },
      seed: { type: 'string', default: '1' },
      json: { type: 'string' },
    },
  });
  const [name = 'all'] = positionals;
  const chosen = name === 'all' ? Object.keys(simulations) : [name];
  const options = {
    clients: numberOf('clients', flags.clients),
    nodes: numberOf('nodes', flags.nodes),
    seed: numberOf('seed', flags.seed)!,
  };
  const found: Record<string, unknown> = {};
  for (const each of chosen) {
    const simulation = simulations[each];
    if (simulation === undefined)
      throw new Error(
        `there is no simulation ${each}; there are ${Object.keys(simulations).join(', ')}, all`,
      );
    found[each] = await simulation(options);
  }
  if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(found, null, 2)}\n`);
}

main().catch((error: unknown) => {
  console.error((error as Error).message);
  process.exitCode = 1;
});
