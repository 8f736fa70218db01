import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster, Node } from '../lib/cluster.ts';

/** Flags that let a service collect its garbage when it is asked to, so that what is left is what it holds. */
export const collectOnSignal: readonly string[] = [
  '--expose-gc',
  '--import',
  join(import.meta.dirname, '../lib/gc-on-signal.ts'),
];

interface Vital {
  readonly node: Node;
  readonly residentBytes: number;
  readonly openFiles: number;
}

/** After a collection; what the allocator keeps for itself comes and goes. */
const FLAT_BYTES = 64 * 1024 * 1024;
/** What `collectOnSignal` makes node listen to. */
const COLLECT_SIGNAL = 'SIGUSR2';
/** Connections of pools that a busy time has opened. */
const SPARE_FILES = 24;

/** The services' processes at one moment, to be compared with a later one. */
export class Vitals {
  readonly #cluster: Cluster;
  readonly #before: readonly Vital[];
  readonly #logBytes = new Map<string, number>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#before = living(cluster);
    for (const { name } of cluster.nodes) this.#logBytes.set(name, sizeOf(logOf(cluster, name)));
  }

  /** How much the memory of the one that grew most has grown, in bytes. */
  get growthBytes(): number {
    return Math.max(0, ...this.#pairs().map(({ before, now }) => now.residentBytes - before.residentBytes));
  }

  /** What is not as before, in words. Processes that were ended by the scenario are compared with nothing. */
  get failures(): string[] {
    const failures = this.#pairs().flatMap(({ before, now }) => {
      const grown = now.residentBytes - before.residentBytes;
      const files = now.openFiles - before.openFiles;
      return [
        ...(grown > FLAT_BYTES ? [`${now.node.name} has grown by ${Math.round(grown / 1048576)} MB`] : []),
        ...(files > SPARE_FILES ? [`${now.node.name} holds ${files} more files open than before`] : []),
      ];
    });
    const ended = this.#cluster.nodes.filter(({ process }) => process.hasExited);
    return [...failures, ...ended.map(({ name }) => `${name} has ended`), ...this.#badWords()];
  }

  /** Whether memory and open files are as before; if not, has garbage collected, so that a later look may say so. */
  isBack(): boolean {
    const restless = this.#pairs().filter(
      ({ before, now }) =>
        now.openFiles - before.openFiles > SPARE_FILES ||
        now.residentBytes - before.residentBytes > FLAT_BYTES,
    );
    for (const { now } of restless) now.node.process.kill(COLLECT_SIGNAL);
    return restless.length === 0;
  }

  #pairs(): { before: Vital; now: Vital }[] {
    const now = living(this.#cluster);
    return this.#before.flatMap((before) => {
      const same = now.find(({ node }) => node.process === before.node.process);
      return same === undefined ? [] : [{ before, now: same }];
    });
  }

  /** Rejections and exceptions that nobody caught. */
  #badWords(): string[] {
    return this.#cluster.nodes.flatMap(({ name }) => {
      const text = tailOf(logOf(this.#cluster, name), this.#logBytes.get(name) ?? 0);
      const line = text
        .split('\n')
        .find((one) => /unhandled|uncaught|"level":(60|"fatal")|FATAL ERROR/i.test(one));
      return line === undefined ? [] : [`${name} said: ${line.slice(0, 300)}`];
    });
  }
}

function living({ nodes }: Cluster): Vital[] {
  return nodes.flatMap((node) => {
    if (node.process.hasExited) return [];
    return [{ node, residentBytes: node.process.residentBytes(), openFiles: node.process.openFiles() }];
  });
}

function logOf({ folder }: Cluster, name: string): string {
  return join(folder, `${name}.log`);
}

function sizeOf(file: string): number {
  return existsSync(file) ? statSync(file).size : 0;
}

function tailOf(file: string, from: number): string {
  return existsSync(file) ? readFileSync(file).subarray(from).toString('utf8') : '';
}
