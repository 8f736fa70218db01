import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '../../test-support/helpers.ts';
import type { ClientStats } from '../src/load/clients/client-stats.ts';
import { LineProcess } from '../src/load/clients/line-process.ts';
import { nativeProgram } from '../src/lib/native.ts';

/** Whatever the programs do in a test, each access to memory is watched: a wrong one ends the program with an error. And no warning is left. */
const WATCHED = ['-Werror', '-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];

/** Native programs of one test file, and the files that they read. */
export class NativePrograms {
  readonly #folder: string;
  readonly #running: LineProcess[] = [];

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async create(): Promise<NativePrograms> {
    // Compiled before a test counts its time.
    await Promise.all([nativeProgram('load-client', WATCHED), nativeProgram('bare-server', WATCHED)]);
    return new NativePrograms(await mkdtemp(join(tmpdir(), 'longwire-native-')));
  }

  async start(name: 'load-client' | 'bare-server', ...args: string[]): Promise<LineProcess> {
    const program = await nativeProgram(name, WATCHED);
    const started = new LineProcess(name, [program, ...args], join(this.#folder, `${name}.log`));
    this.#running.push(started);
    return started;
  }

  async file(name: string, lines: readonly string[]): Promise<string> {
    const path = join(this.#folder, name);
    await writeFile(path, lines.map((line) => `${line}\n`).join(''));
    return path;
  }

  /** Ends the programs of a test as their users do. Throws what they printed when an access to memory was wrong. */
  async end(): Promise<void> {
    const ending = this.#running.splice(0);
    for (const { process } of ending) process.child.stdin!.end();
    for (const { process } of ending) {
      const exit = await process.exited;
      if (exit === 0) continue;
      const log = await readFile(join(this.#folder, `${process.name}.log`), 'utf8');
      throw new Error(`${process.name} ended with ${exit}: ${log}`);
    }
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true });
  }
}

/** What `stats` says beside what the load tool reads. */
export type NativeStats = ClientStats & {
  readonly cut: number;
  readonly churned: number;
  readonly lastBroadcast: { readonly max: number };
  readonly bytesIn: number;
};

/** Waits until the clients say so. On failure the error holds what they said last. */
export async function statsWhen(
  clients: LineProcess,
  isSo: (stats: NativeStats) => boolean,
): Promise<NativeStats> {
  return waitFor(async () => {
    const stats = await clients.tell<NativeStats>('stats');
    if (!isSo(stats)) throw new Error(JSON.stringify({ ...stats, histograms: undefined }));
    return stats;
  });
}

/** What a payload of a load run holds. */
export function marked(stream: string, sequence: number, dueNs: bigint = process.hrtime.bigint()): Buffer {
  return Buffer.from(`before #${stream}:${sequence}:${dueNs}# after`);
}
