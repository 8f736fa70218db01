import { mkdirSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { withLock } from '../../deploy/local/lock.ts';
import { dataRoot, loadLockPort } from '../../deploy/local/sets.ts';
import { interruption, unlessInterrupted } from '../src/lib/interruption.ts';
import { withPrivateFolder } from '../src/lib/private-folder.ts';
import { privateFolder } from '../src/load/clients/fleet.ts';
import { thisMachine } from '../src/load/machine.ts';
import type { ComparisonOptions } from './arguments.ts';
import { startLongwire } from './contenders/longwire.ts';
import type { Contender, Peer } from './contender.ts';
import { connectAll, scenarios } from './scenarios.ts';
import { Side } from './side.ts';
import { remarksOf, tableOf } from './table.ts';

/** How long it may wait for a run of the load tool, which has the same ports. */
const LOCK_DEADLINE_MS = 600_000;
const FIRST_PORT = 18_300;
const PORTS_EACH = 2;

/** Runs all side by side and prints the table. Answers whether all of them ran and nothing was lost. */
export async function runComparison(options: ComparisonOptions): Promise<boolean> {
  return withLock(loadLockPort, LOCK_DEADLINE_MS, () => new Comparison(options).run());
}

class Comparison {
  readonly #options: ComparisonOptions;
  readonly #folder = join(dataRoot, 'runs', 'peers');
  readonly #startedAtMs = performance.now();
  readonly #contenders: Contender[] = [];
  readonly #sides: Side[] = [];
  readonly #problems: string[] = [];

  constructor(options: ComparisonOptions) {
    this.#options = options;
  }

  async run(): Promise<boolean> {
    rmSync(this.#folder, { recursive: true, force: true });
    mkdirSync(this.#folder, { recursive: true });
    const end = interruption();
    await withPrivateFolder(join(this.#folder, privateFolder), async () => {
      try {
        await this.#startAll(end);
        await unlessInterrupted(this.#compare(), end);
      } finally {
        this.#say('ending everything');
        await Promise.all(this.#sides.map(({ fleet }) => fleet.stop()));
        await Promise.all(this.#contenders.map((contender) => contender.stop()));
      }
    });
    this.#report();
    return this.#problems.length === 0;
  }

  async #compare(): Promise<void> {
    const { connections, scenarios: names } = this.#options;
    for (const contender of this.#contenders)
      this.#sides.push(await Side.create(contender, connections, this.#folder, this.#say));
    for (const side of this.#sides) await connectAll(side, this.#options, this.#say);
    for (const name of names) await scenarios[name](this.#sides, this.#options, this.#say);
    this.#problems.push(...this.#sides.flatMap(({ problems }) => problems));
  }

  /** All before the first is measured: what processes share counts the less for each the more there are. */
  async #startAll(end: AbortSignal): Promise<void> {
    this.#contenders.push(await startLongwire(this.#say, end));
    for (const [index, peer] of this.#options.peers.entries()) {
      end.throwIfAborted();
      try {
        this.#contenders.push(await this.#startPeer(peer, FIRST_PORT + index * PORTS_EACH));
      } catch (error) {
        this.#problems.push(`${peer.name} was left out: ${(error as Error).message}`);
      }
    }
    if (this.#contenders.length === 1) throw new Error(this.#problems.join('\n'));
  }

  async #startPeer(peer: Peer, port: number): Promise<Contender> {
    if (peer.missing() !== null) await peer.install();
    this.#say(`starting ${peer.name}`);
    return peer.start({ folder: this.#folder, port, heartbeatSeconds: this.#options.heartbeatSeconds });
  }

  #report(): void {
    const { connections, heartbeatSeconds, ratePerSecond, turns } = this.#options;
    const { model, cores, memoryBytes, kernel, node } = thisMachine();
    const gibibytes = Math.round(memoryBytes / 2 ** 30);
    console.log(`
${connections} connections each; held for ${heartbeatSeconds} s, with one heartbeat; client to client at ${ratePerSecond}/s; ${turns} turns, of which the median counts.
${model}, ${cores} cores, ${gibibytes} GiB, Linux ${kernel}, Node ${node}; load average in the end ${loadavg()[0]!.toFixed(1)}.

${tableOf(this.#sides)}

${remarksOf(this.#sides)}`);
    for (const problem of this.#problems) console.error(`FAILED  ${problem}`);
  }

  readonly #say = (line: string): void => {
    const seconds = (performance.now() - this.#startedAtMs) / 1000;
    console.log(`${seconds.toFixed(1).padStart(8)} s  ${line}`);
  };
}
