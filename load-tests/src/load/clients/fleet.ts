import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { closeAdvice, closeCodes, type CloseName } from '@longwire/protocol';
import { nativeProgram } from '../../lib/native.ts';
import type { Process } from '../../lib/process.ts';
import type { PushServer, Target } from '../target/target.ts';
import { countsTogether, inWords, together, type ClientCounts, type ClientStats } from './client-stats.ts';
import { LineProcess } from './line-process.ts';

export interface FleetOptions {
  /** What the clients speak: a word that `load-client` knows, and what that needs to know. */
  readonly protocol: readonly string[];
  readonly name: string;
  readonly clients: number;
  readonly processes: number;
  /** For their logs; what they read is in `privateFolder` in it, which the run removes. */
  readonly folder: string;
  readonly say: (line: string) => void;
}

/** Clients that one process has, from the first one's number on. */
interface Hand {
  readonly process: LineProcess;
  /** Among all processes of the fleet, from 0: it belongs to the push-server that this is modulo their number. */
  readonly index: number;
  readonly first: number;
  readonly count: number;
}

/** What goes on whatever is measured, in CPU seconds a second. */
export interface Background {
  readonly pushServers: number;
  readonly machine: number;
}

export const NO_BACKGROUND: Background = { pushServers: 0, machine: 0 };

/** Holds tokens. */
export const privateFolder = 'private';
let filesWritten = 0;

/** Source addresses of this run alone: the ports of an earlier run's connections stay taken for a minute. */
const RUN = 2 + Math.floor(Math.random() * 250);
const SOURCES = 4;
/** So that no number of an address comes above 255. */
const PROCESSES_PER_NET = 60;
const LOGINS_AT_ONCE = 400;
/** A node that serves many logins at once needs less for each: with more nodes than cores, group comes after group. */
const PROCESSES_AT_ONCE = 4;
/** Who could not sign in tries again within this, or when the server allows it. */
const RETRY_MS = 1000;
const LOOK_MS = 250;
const PROGRESS_MS = 5000;
/** Slower than this is not coming any more. */
const SLOWEST_PER_SECOND = 500;
const PATIENCE_MS = 60_000;

/** Lean clients, dealt out over processes of their own. */
export class Fleet {
  readonly hands: readonly Hand[];
  /** Is taken off what is measured meanwhile. */
  background = NO_BACKGROUND;
  readonly #options: FleetOptions;

  private constructor(options: FleetOptions, hands: readonly Hand[]) {
    this.#options = options;
    this.hands = hands;
  }

  static async start(options: FleetOptions): Promise<Fleet> {
    const program = await nativeProgram('load-client');
    const { clients, processes, name, folder } = options;
    const hands = Array.from({ length: processes }, (_, index) => {
      const first = Math.floor((index * clients) / processes);
      const count = Math.floor(((index + 1) * clients) / processes) - first;
      const processName = `${name}-${index + 1}`;
      const log = join(folder, `${processName}.log`);
      return {
        process: new LineProcess(processName, [program, ...options.protocol], log),
        index,
        first,
        count,
      };
    });
    return new Fleet(options, hands);
  }

  get clients(): number {
    return this.#options.clients;
  }

  get processes(): readonly Process[] {
    return this.hands.map(({ process }) => process.process);
  }

  /** Of the client with this number, from 0. */
  clientId(number: number): string {
    return `${this.#options.name}-${number}`;
  }

  /** So many processes alone, with their clients; who has the whole fleet stops it. */
  part(processes: number): Fleet {
    return this.#group(this.hands.slice(0, processes));
  }

  #group(hands: readonly Hand[]): Fleet {
    const clients = hands.reduce((sum, { count }) => sum + count, 0);
    return new Fleet({ ...this.#options, clients }, hands);
  }

  /** The push-servers that these clients belong to. */
  serversIn({ pushServers }: Target): PushServer[] {
    return [...new Set(this.hands.map(({ index }) => pushServers[index % pushServers.length]!))];
  }

  /** Hands each process its clients with their tokens; the clients of a process belong to one server. */
  async enlist(addresses: readonly string[], mintToken: (clientId: string) => string): Promise<void> {
    for (const [index, { process, first, count }] of this.hands.entries()) {
      const ids = Array.from({ length: count }, (_, offset) => this.clientId(first + offset));
      const file = await this.writeLines(ids.map((id) => `${id} ${mintToken(id)}`));
      const address = addresses[index % addresses.length]!;
      await process.tell('clients', { file, address, source: sourcesOf(index, address) });
    }
  }

  /** Writes a file for one of the processes, which may go on reading it; what stands in it is for this user alone. */
  async writeLines(lines: readonly string[]): Promise<string> {
    const folder = join(this.#options.folder, privateFolder);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = join(folder, `${this.#options.name}-${++filesWritten}.txt`);
    const stream = createWriteStream(file, { mode: 0o600 });
    for (const line of lines) if (!stream.write(`${line}\n`)) await once(stream, 'drain');
    stream.end();
    await once(stream, 'finish');
    return file;
  }

  /** Tells each process something, its share of it where `values` is a function. Answers when all have. */
  async tell<Answer extends object>(
    word: string,
    values: Values | ((hand: Hand, index: number) => Values) = {},
  ): Promise<Answer[]> {
    return Promise.all(
      this.hands.map((hand, index) =>
        hand.process.tell<Answer>(word, typeof values === 'function' ? values(hand, index) : values),
      ),
    );
  }

  async stats(): Promise<ClientStats> {
    return together(await this.tell<ClientStats>('stats'));
  }

  /** The same without the histograms: with many processes it costs little to look often. */
  async counts(): Promise<ClientCounts> {
    return countsTogether(await this.tell<ClientCounts>('counts'));
  }

  /** Looks until the clients are where they should be, or the time is over. Answers what is to be seen then. */
  async until(
    isGood: (counts: ClientCounts) => boolean,
    deadlineMs: number,
    progress: (counts: ClientCounts) => string = () => '',
  ): Promise<ClientStats> {
    const startedAtMs = performance.now();
    let saidAtMs = startedAtMs;
    for (;;) {
      const counts = await this.counts();
      const nowMs = performance.now();
      if (isGood(counts) || nowMs - startedAtMs > deadlineMs) return this.stats();
      if (nowMs - saidAtMs > PROGRESS_MS) {
        saidAtMs = nowMs;
        const line = progress(counts);
        if (line !== '') this.#options.say(`  ${line}`);
      }
      await sleep(LOOK_MS);
    }
  }

  /**
   * Connects everyone, a few processes at a time, as fast as it goes. Whoever is sent away or fails tries again, where it belongs. Answers how
   * long that took, in seconds. Throws when some could not: a load with fewer clients than were asked for measures something else.
   */
  async connect(): Promise<number> {
    const startedAtMs = performance.now();
    await this.tell('reconnect', { minMs: 0, maxMs: RETRY_MS });
    for (let first = 0; first < this.hands.length; first += PROCESSES_AT_ONCE) {
      const group = this.#group(this.hands.slice(first, first + PROCESSES_AT_ONCE));
      await group.#connectTogether();
    }
    await this.tell('reconnect off');
    return (performance.now() - startedAtMs) / 1000;
  }

  async #connectTogether(): Promise<void> {
    await this.tell('connect', { concurrency: Math.ceil(LOGINS_AT_ONCE / this.hands.length) });
    const { connected, closed, failures } = await this.#untilConnected();
    if (connected < this.clients)
      throw new Error(
        `only ${connected} of ${this.clients} clients could sign in; ended: ${inWords({ ...closed, ...failures })}`,
      );
  }

  /** Waits until all are connected, or one was told what trying again does not change. */
  async #untilConnected(): Promise<ClientStats> {
    return this.until(
      ({ connected, closed }) => connected === this.clients || Object.keys(closed).some(isFinal),
      PATIENCE_MS + (this.clients / SLOWEST_PER_SECOND) * 1000,
      ({ connected }) => `${connected} of ${this.clients} connected`,
    );
  }

  /** Waits until all are connected again that come back by themselves. */
  async untilBack(): Promise<ClientStats> {
    return this.until(
      ({ connected, logins }) => connected === this.clients && logins > 0,
      PATIENCE_MS + (this.clients / SLOWEST_PER_SECOND) * 1000,
      ({ connected }) => `${connected} of ${this.clients} connected`,
    );
  }

  async stop(): Promise<void> {
    await Promise.all(this.hands.map(({ process }) => process.stop()));
  }
}

type Values = Readonly<Record<string, string | number>>;

/** Whether a close code, by its name, says that a new try with the same token brings nothing. A node that has sent clients elsewhere comes back. */
function isFinal(name: string): boolean {
  if (name === ('goElsewhere' satisfies CloseName)) return false;
  return name in closeCodes && closeAdvice(closeCodes[name as CloseName].code) !== 'reconnect';
}

/** Each source address has some 28,000 ports towards one server. Elsewhere than on loopback the kernel chooses. */
export function sourcesOf(index: number, address: string): string {
  if (!address.startsWith('127.')) return '0.0.0.0';
  const net = `127.${RUN}.${Math.floor(index / PROCESSES_PER_NET)}`;
  const first = (index % PROCESSES_PER_NET) * SOURCES + 1;
  return Array.from({ length: SOURCES }, (_, source) => `${net}.${first + source}`).join(',');
}
