import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster, Node } from '../lib/cluster.ts';

export interface Vital {
  readonly node: Node;
  /** What the process holds once its garbage is collected: heap and what hangs on it. */
  readonly heldBytes: number;
  readonly openFiles: number;
}

/** Of what a process holds; what the allocator keeps for itself comes and goes, and is not looked at. */
const FLAT_BYTES = 24 * 1024 * 1024;
/** Connections of pools that a busy time has opened. */
const SPARE_FILES = 24;
const COLLECT_SIGNAL = 'SIGUSR2';
const COLLECT_MS = 300;
const LOOK_DEADLINE_MS = 15_000;

/** The services' processes at one moment, to be compared with a later one. */
export class Vitals {
  readonly #cluster: Cluster;
  readonly #before: readonly Vital[];
  readonly #logBytes = new Map<string, number>();

  private constructor(cluster: Cluster, before: readonly Vital[]) {
    this.#cluster = cluster;
    this.#before = before;
    for (const { name } of cluster.nodes) this.#logBytes.set(name, sizeOf(logOf(cluster, name)));
  }

  static async take(cluster: Cluster): Promise<Vitals> {
    return new Vitals(cluster, await look(cluster));
  }

  /**
   * What is not as before, in words, and how much the process that grew most has grown. Looks until all is well or the time is over;
   * with 0 milliseconds once, whatever happens just then.
   * A process that was started meanwhile is compared with nothing. Clients that came from other nodes have files of their own.
   */
  async compare(
    movedClients: number,
    forMs = LOOK_DEADLINE_MS,
  ): Promise<{ failures: string[]; growthBytes: number }> {
    const deadlineMs = performance.now() + forMs;
    for (;;) {
      const pairs = this.#pairs(await look(this.#cluster));
      const failures = pairs.flatMap(({ before, now }) => differences(before, now, movedClients));
      if (failures.length > 0 && performance.now() < deadlineMs) continue;
      const ended = this.#cluster.nodes.filter(({ process }) => process.hasExited);
      return {
        failures: [...failures, ...ended.map(({ name }) => `${name} has ended`), ...this.#badWords()],
        growthBytes: Math.max(0, ...pairs.map(({ before, now }) => now.heldBytes - before.heldBytes)),
      };
    }
  }

  #pairs(all: readonly Vital[]): { before: Vital; now: Vital }[] {
    return this.#before.flatMap((before) => {
      const now = all.find(({ node }) => node.process === before.node.process);
      return now === undefined ? [] : [{ before, now }];
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

/** What a process has more of than is right. */
export function differences(before: Vital, now: Vital, movedClients: number): string[] {
  const grown = now.heldBytes - before.heldBytes;
  const files = now.openFiles - before.openFiles;
  const spare = SPARE_FILES + (now.node.role === 'push' ? movedClients : 0);
  return [
    ...(Number.isFinite(grown) ? [] : [`${now.node.name} does not say how much it holds`]),
    ...(grown > FLAT_BYTES
      ? [`${now.node.name} holds ${Math.round(grown / 1048576)} MB more than before`]
      : []),
    ...(files > spare ? [`${now.node.name} holds ${files} more files open than before`] : []),
  ];
}

async function look(cluster: Cluster): Promise<Vital[]> {
  const living = cluster.nodes.filter(({ process }) => !process.hasExited);
  for (const { process } of living) process.kill(COLLECT_SIGNAL);
  await sleep(COLLECT_MS);
  return Promise.all(
    living.map(async (node) => ({
      node,
      heldBytes: heldBytes(await (await cluster.request(node, 'GET', '/metrics')).text()),
      openFiles: node.process.openFiles(),
    })),
  );
}

/** From the metrics that every service has of its own process. */
function heldBytes(metrics: string): number {
  const figures = ['nodejs_heap_size_used_bytes', 'nodejs_external_memory_bytes'].map((name) =>
    Number(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'm').exec(metrics)?.[1]),
  );
  return figures.reduce((sum, figure) => sum + figure, 0);
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
