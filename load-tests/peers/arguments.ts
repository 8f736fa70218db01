import { parseArgs } from 'node:util';
import { wholeNumber } from '../src/lib/whole-number.ts';
import { peers } from './contenders/index.ts';
import type { Peer } from './contender.ts';

export const scenarioNames = ['idle', 'broadcast', 'p2p'] as const;
export type ScenarioName = (typeof scenarioNames)[number];

export interface ComparisonOptions {
  readonly peers: readonly Peer[];
  /** Of each contender. */
  readonly connections: number;
  readonly scenarios: readonly ScenarioName[];
  /** Messages a second from client to client, in all. */
  readonly ratePerSecond: number;
  /** Each connection has one in this time, and is held as long. */
  readonly heartbeatSeconds: number;
  /** Of sending at the rate, by each contender, all turns together. */
  readonly durationSeconds: number;
  /** How often each contender has its turn; the median counts. */
  readonly turns: number;
}

/** A process may open 20,000 files on many machines. */
const MAX_CONNECTIONS = 19_000;
const MAX_RATE = 1_000_000;
/** The MQTT clients say that they have one in 180 s at least. */
const MAX_HEARTBEAT_SECONDS = 120;
const MAX_DURATION_SECONDS = 3600;
const MAX_TURNS = 100;

/** Reads the command line; null: help is asked for. Throws an error that says what was given and what is allowed. */
export function readArguments(args: readonly string[]): ComparisonOptions | null {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      connections: { type: 'string' },
      scenario: { type: 'string' },
      rate: { type: 'string' },
      heartbeat: { type: 'string' },
      duration: { type: 'string' },
      turns: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return null;
  return {
    peers: peersOf(positionals),
    scenarios: scenariosOf(values.scenario),
    connections: wholeNumber('connections', values.connections, MAX_CONNECTIONS, {
      least: 2,
      most: MAX_CONNECTIONS,
    }),
    ratePerSecond: wholeNumber('rate', values.rate, 2000, { least: 2, most: MAX_RATE }),
    heartbeatSeconds: wholeNumber('heartbeat', values.heartbeat, 60, { most: MAX_HEARTBEAT_SECONDS }),
    durationSeconds: wholeNumber('duration', values.duration, 30, { most: MAX_DURATION_SECONDS }),
    turns: wholeNumber('turns', values.turns, 3, { most: MAX_TURNS }),
  };
}

function peersOf(names: readonly string[]): readonly Peer[] {
  const allowed = `allowed: all, or some of ${peers.map(({ name }) => name).join(', ')}`;
  if (names.length === 0) throw new Error(`no peer was given; ${allowed}`);
  if (names.length === 1 && names[0] === 'all') return peers;
  const unknown = names.find((name) => !peers.some((peer) => peer.name === name));
  if (unknown !== undefined) throw new Error(`there is no peer ${unknown}; ${allowed}`);
  return peers.filter(({ name }) => names.includes(name));
}

function scenariosOf(text: string | undefined): readonly ScenarioName[] {
  if (text === undefined) return scenarioNames;
  const given = text.split(',');
  if (given.every((name) => scenarioNames.some((known) => known === name)))
    return scenarioNames.filter((name) => given.includes(name));
  throw new Error(`--scenario: given ${text}; allowed: some of ${scenarioNames.join(',')}`);
}

export function usage(): string {
  return `usage: npm run peers -- <all|peer …> [--connections N] [--scenario idle,broadcast,p2p] [--heartbeat S]
                             [--rate R] [--duration S] [--turns T]

Runs Longwire and the peers (${peers.map(({ name }) => name).join(', ')}) side by side, each with as
many clients of the same program, has them take turns, and prints what each connection and message costs with each.
What is missing is installed: Debian packages as root, npm packages in load-tests/peers. Ends with 1 when something was
lost, or a peer could not be run.

  --connections  clients of each (${MAX_CONNECTIONS})
  --scenario     which of the three; left out: all
  --heartbeat    seconds from one heartbeat of a connection to its next; they are held as long (60)
  --rate         messages a second from client to client (2000)
  --duration     seconds of sending in all turns together (30)
  --turns        how often each has its turn; the median counts (3)
`;
}
