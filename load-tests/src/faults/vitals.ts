import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster, Node } from '../lib/cluster.ts';

interface Vital {
  readonly node: Node;
  readonly residentBytes: number;
  readonly openFiles: number;
}

/** A process on one machine with nine others may hold so much garbage more than a moment ago. */
const FLAT_BYTES = 96 * 1024 * 1024;
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

  /** Whether all files that were opened meanwhile are closed again. */
  get areFilesBack(): boolean {
    return this.#pairs().every(({ before, now }) => now.openFiles - before.openFiles <= SPARE_FILES);
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
