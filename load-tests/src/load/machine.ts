import { readFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { machineUse } from '../lib/proc.ts';

export interface Machine {
  readonly cores: number;
  readonly model: string;
  readonly memoryBytes: number;
  readonly kernel: string;
  readonly node: string;
}

/** What a run will have on this machine at its height. */
export interface Plan {
  readonly connections: number;
  /** Push-servers that are started here. */
  readonly nodes: number;
  readonly clientProcesses: number;
}

/** Rough, and on the safe side; what a run really takes is in its report. */
const KERNEL_BYTES_PER_CONNECTION = 10_500;
const USER_BYTES_PER_CONNECTION = 4 * 1024;
const NODE_BYTES = 80e6;
const CLIENT_PROCESS_BYTES = 10e6;
/** Backends, the other services, this process. */
const REST_BYTES = 1.5e9;
/** Of a push-server: what it keeps for backends and other nodes. */
const SPARE_FILES = 600;
const SPARE_CLIENT_FILES = 50;

export function thisMachine(): Machine {
  const [cpu] = cpus();
  return {
    cores: cpus().length,
    model: cpu?.model.trim() ?? 'unknown',
    memoryBytes: machineUse().totalBytes,
    kernel: release(),
    node: process.version,
  };
}

/** What this machine lacks for the run, in words; empty: it can be tried. */
export function shortcomings({ connections, nodes, clientProcesses }: Plan): string[] {
  const problems: string[] = [];
  const need = (what: string, has: number, needs: number, remedy: string): void => {
    if (has < needs)
      problems.push(`${what}: ${Math.ceil(needs)} are needed, ${Math.floor(has)} are there; ${remedy}`);
  };
  if (process.platform !== 'linux')
    return ['the load tool counts memory and CPU as Linux does: run it there'];
  const needsBytes =
    connections * (KERNEL_BYTES_PER_CONNECTION + USER_BYTES_PER_CONNECTION) +
    nodes * NODE_BYTES +
    clientProcesses * CLIENT_PROCESS_BYTES +
    REST_BYTES;
  const moreMemory = 'end other programs, or take fewer --connections';
  need('MB of memory that is free', machineUse().availableBytes / 1e6, needsBytes / 1e6, moreMemory);
  const files = maxOpenFiles();
  const moreFiles = 'raise `ulimit -Hn`';
  if (nodes > 0)
    need(
      'open files of a push-server',
      files,
      connections / nodes + SPARE_FILES,
      `${moreFiles}, or take more --nodes`,
    );
  need(
    'open files of a client process',
    files,
    connections / clientProcesses + SPARE_CLIENT_FILES,
    moreFiles,
  );
  const [inUse = 0, , most = 0] = numbersIn('/proc/sys/fs/file-nr');
  const ends = nodes > 0 ? 2 : 1;
  need(
    'open files of the machine',
    most - inUse,
    connections * ends + nodes * SPARE_FILES,
    'raise sysctl fs.file-max',
  );
  return problems;
}

/** The hard limit, which Node takes for itself at its start, and for those that it starts. */
function maxOpenFiles(): number {
  const hard = /^Max open files +\S+ +(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return hard === 'unlimited' ? Infinity : Number(hard);
}

function numbersIn(file: string): number[] {
  return readFileSync(file, 'utf8').trim().split(/\s+/).map(Number);
}
