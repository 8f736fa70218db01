/**
 * `npm run faults`: breaks a real cluster in every way that we know, one after the other, and judges what became of it.
 * Ends with 0 only if every scenario passed.
 *
 *   npm run faults -- [--list] [--only NAME[,NAME]] [--seed N] [--clients N] [--json [FILE]] [--doc FILE]
 *
 * `--json` without a file prints JSON and nothing else; what is for people then goes to stderr.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { startBackends, stopBackends, type BackendAddresses } from '../../../deploy/local/backends.ts';
import { wholeNumber } from '../lib/whole-number.ts';
import { Lab } from './lab.ts';
import { Runner, type Result } from './runner.ts';
import type { Scenario } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';
import { tableOf, textOf, writeTable } from './table.ts';

const STDOUT = '-';
const { values: flags } = parseArgs({
  args: withJsonFile(process.argv.slice(2)),
  options: {
    list: { type: 'boolean', default: false },
    only: { type: 'string' },
    seed: { type: 'string' },
    clients: { type: 'string' },
    json: { type: 'string' },
    doc: { type: 'string' },
  },
});
const FIRST_PORT = 17_500;
const MAX_SEED = 999_999_999;
const MAX_CLIENTS = 999_999_999;
const isJsonPrinted = flags.json === STDOUT;
const say = isJsonPrinted ? console.error : console.log;

/** `--json` may stand without a file, which parseArgs does not know. */
function withJsonFile(args: readonly string[]): string[] {
  return args.map((arg, index) => {
    const next = args[index + 1];
    return arg === '--json' && (next === undefined || next.startsWith('--')) ? `--json=${STDOUT}` : arg;
  });
}

function chosen(): readonly Scenario[] {
  if (flags.only === undefined) return scenarios;
  return flags.only.split(',').map((name) => {
    const found = scenarios.find((scenario) => scenario.name === name);
    if (found === undefined) throw new Error(`--only: there is no ${name}; --list names them all`);
    return found;
  });
}

async function report(
  results: readonly Result[],
  seed: number,
  clients: number,
  seconds: number,
): Promise<void> {
  const failed = results.filter(({ failures }) => failures.length > 0).length;
  const about =
    `${results.length - failed} of ${results.length} scenarios passed in ${(seconds / 60).toFixed(0)} minutes, ` +
    `with seed ${seed} and ${clients} clients, on a machine with ${availableParallelism()} cores.`;
  say(`\n${tableOf(results)}\n\n${about}`);
  const json = JSON.stringify({ seed, seconds, results }, null, 2);
  if (isJsonPrinted) await new Promise((written) => process.stdout.write(`${json}\n`, written));
  else if (flags.json !== undefined) writeFileSync(flags.json, json);
  if (flags.doc !== undefined) await writeTable(flags.doc, about, results);
  if (failed > 0) process.exitCode = 1;
}

async function main(): Promise<void> {
  if (flags.list) return scenarios.forEach(({ name, what }) => console.log(`${name.padEnd(32)}${what}`));
  const wanted = chosen();
  const seed = wholeNumber('seed', flags.seed, Date.now() % MAX_SEED, { least: 0, most: MAX_SEED });
  const clients = wholeNumber('clients', flags.clients, 90, { most: MAX_CLIENTS });
  const end = new AbortController();
  const startedAtMs = performance.now();
  const interrupted = new Promise<never>((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => {
        end.abort();
        reject(new Error(`ended by ${signal}`));
      });
  });
  const backends = beginAnew(`${wanted.length} scenarios, seed ${seed}`);
  const runner = newRunner(backends, seed, clients);
  try {
    const run = backends.then(() => runner.run(wanted, end.signal));
    const results = await Promise.race([run, interrupted]);
    await report(results, seed, clients, (performance.now() - startedAtMs) / 1000);
  } finally {
    await runner.stop();
    // Those of a start that failed or was interrupted, too.
    await stopBackends('faults');
  }
}

async function beginAnew(what: string): Promise<BackendAddresses> {
  say(`${what}; starting Redis, ZooKeeper, Kafka and MariaDB`);
  await stopBackends('faults');
  return startBackends('faults');
}

function newRunner(backends: Promise<BackendAddresses>, seed: number, clients: number): Runner {
  const run = `f${Date.now().toString(36)}`;
  let labs = 0;
  return new Runner({
    seed,
    startLab: async (env) =>
      Lab.start({
        backends: await backends,
        set: 'faults',
        namespace: `${run}x${++labs}`,
        firstPort: FIRST_PORT,
        clients,
        env,
      }),
    onResult: (result) => say(textOf(result)),
  });
}

await main().then(
  () => process.exit(),
  (error: Error) => {
    console.error(error.message);
    process.exit(1);
  },
);
