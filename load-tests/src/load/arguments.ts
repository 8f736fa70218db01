import { parseArgs } from 'node:util';
import { wholeNumber } from '../lib/whole-number.ts';
import { scenarios } from './scenarios/index.ts';
import type { Scenario } from './scenario.ts';

/** What a run is asked for; what was left out is the scenario's own. */
export interface LoadOptions {
  readonly connections: number;
  readonly nodes: number;
  /** Messages a second in all, where the scenario sends any. */
  readonly ratePerSecond: number;
  readonly durationSeconds: number;
  /** The same seed makes the same choices. */
  readonly seed: number;
  /** Left out: `report.json` in the run's folder. The HTML report comes beside it. */
  readonly jsonFile: string | null;
  /** A running cluster: a file that describes it, or `host:port,…` of its push-servers. */
  readonly cluster: string | null;
}

export type Request =
  | { readonly kind: 'help' }
  | { readonly kind: 'run'; readonly scenario: Scenario; readonly options: LoadOptions };

/** As many connections as a process may hold where it may open 20,000 files, with some to spare for a node that is lost. */
export const CONNECTIONS_PER_PROCESS = 19_000;
/** What a push-server takes, `push.maxConnections`, with some to spare as clients do not choose evenly. */
const CONNECTIONS_AFTER_A_LOSS = 19_350;
const MAX_CONNECTIONS = 5_000_000;
const MAX_NODES = 300;
const MAX_RATE = 1_000_000;
const MAX_DURATION_SECONDS = 86_400;
const MAX_SEED = 999_999_999;

/** Reads the command line. Throws an error that says what was given and what is allowed. */
export function readArguments(args: readonly string[]): Request {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      connections: { type: 'string' },
      nodes: { type: 'string' },
      rate: { type: 'string' },
      duration: { type: 'string' },
      seed: { type: 'string' },
      json: { type: 'string' },
      cluster: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return { kind: 'help' };
  const [name, ...rest] = positionals;
  if (name === undefined) throw new Error(`no scenario was given; allowed: ${names()}`);
  if (rest.length > 0) throw new Error(`one scenario at a time: given ${positionals.join(' and ')}`);
  const scenario = scenarios.find((known) => known.name === name);
  if (scenario === undefined) throw new Error(`there is no scenario ${name}; allowed: ${names()}`);
  if (values.cluster !== undefined && values.nodes !== undefined)
    throw new Error('--nodes: a cluster that runs already has its own');
  if (values.cluster !== undefined && scenario.losesNode === true)
    throw new Error(`--cluster: ${name} kills a push-server, and does so only where it has started it`);
  const { defaults } = scenario;
  const number = (
    flag: 'connections' | 'nodes' | 'rate' | 'duration' | 'seed',
    preset: number,
    most: number,
  ) => wholeNumber(flag, values[flag], preset, { most });
  const connections = number('connections', defaults.connections, MAX_CONNECTIONS);
  if (scenario.hasBareServers === true && connections > CONNECTIONS_PER_PROCESS)
    throw new Error(
      `--connections: given ${connections}; allowed: at most ${CONNECTIONS_PER_PROCESS}, for each bare server is one process`,
    );
  const fewestNodes = Math.max(
    Math.ceil(connections / CONNECTIONS_PER_PROCESS),
    scenario.losesNode === true ? Math.ceil(connections / CONNECTIONS_AFTER_A_LOSS) + 1 : 1,
  );
  const nodes = number('nodes', Math.max(defaults.nodes, fewestNodes), MAX_NODES);
  // A cluster that runs already has nodes of its own.
  if (values.cluster === undefined) {
    needNodes(scenario, nodes);
    if (nodes < fewestNodes)
      throw new Error(
        `--nodes: given ${nodes}; allowed: at least ${fewestNodes} for ${connections} connections`,
      );
    if (connections < nodes)
      throw new Error(
        `--connections: given ${connections}; allowed: at least one for each of ${nodes} nodes`,
      );
  }
  return {
    kind: 'run',
    scenario,
    options: {
      connections,
      nodes,
      ratePerSecond: number('rate', defaults.ratePerSecond, MAX_RATE),
      durationSeconds: number('duration', defaults.durationSeconds, MAX_DURATION_SECONDS),
      seed: number('seed', 1 + (Date.now() % MAX_SEED), MAX_SEED),
      jsonFile: values.json ?? null,
      cluster: values.cluster ?? null,
    },
  };
}

/** Throws when the scenario needs more for what it does. */
export function needNodes({ name, fewestNodes = 1 }: Scenario, nodes: number): void {
  if (nodes < fewestNodes)
    throw new Error(
      `${name} needs ${fewestNodes} push-servers at least, and ${nodes === 1 ? 'there is 1' : `there are ${nodes}`}`,
    );
}

function names(): string {
  return scenarios.map(({ name }) => name).join(', ');
}

export function usage(): string {
  const lines = scenarios.map(({ name, what, defaults: { connections, durationSeconds, ratePerSecond } }) => {
    const sizes = [
      `${connections} connections`,
      ...(ratePerSecond > 1 ? [`${ratePerSecond}/s`] : []),
      ...(durationSeconds > 1 ? [`${durationSeconds} s`] : []),
    ];
    return `  ${name.padEnd(11)}${what} (${sizes.join(', ')})`;
  });
  return `usage: npm run load -- <scenario> [--connections N] [--nodes N] [--rate R] [--duration S] [--seed N]
                            [--json FILE] [--cluster FILE|host:port,…]

Starts backends, a cluster from dist/ and as many client processes as it takes, all on this machine, runs the scenario,
checks every delivery, and writes a report (JSON, and HTML beside it) to .longwire/runs/load-reports. Ends with 1 when something
was lost, doubled or left over; a figure that misses its goal is only named.

${lines.join('\n')}

  --connections  clients in all
  --nodes        push-servers to start; left out: as many as the connections need, ${CONNECTIONS_PER_PROCESS} each
  --rate         messages a second in all
  --duration     seconds of holding or sending
  --seed         the same seed makes the same choices
  --json         where the report goes
  --cluster      a cluster that runs already; see docs/benchmarks.md for what that needs
`;
}
