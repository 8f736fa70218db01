import { cpuSecondsOf, proportionalBytesOf } from '../src/lib/proc.ts';
import { Fleet } from '../src/load/clients/fleet.ts';
import type { ClientStats } from '../src/load/clients/client-stats.ts';
import { inWords, totalOf } from '../src/load/clients/client-stats.ts';
import { comeAndGo } from '../src/load/scenarios/logins.ts';
import { markedText } from '../src/load/target/pushes.ts';
import type { Contender } from './contender.ts';
import { Score, type FigureName } from './figures.ts';

/** Two, so that clients of one send to clients of the other. */
const CLIENT_PROCESSES = 2;
const ARRIVAL_DEADLINE_MS = 60_000;

/** A contender with its clients, and what was found about it. */
export class Side {
  readonly contender: Contender;
  readonly fleet: Fleet;
  readonly score = new Score();
  /** What was lost, doubled or closed, in words. */
  readonly problems: string[] = [];
  /** User memory of the server before anybody was connected. */
  emptyBytes = NaN;
  #lastToEveryone = 0;

  private constructor(contender: Contender, fleet: Fleet) {
    this.contender = contender;
    this.fleet = fleet;
  }

  /** The clients are not connected yet. */
  static async create(
    contender: Contender,
    connections: number,
    folder: string,
    say: (line: string) => void,
  ): Promise<Side> {
    const { name, protocol, address } = contender;
    const clients = { name, clients: connections, processes: CLIENT_PROCESSES, protocol: [protocol] };
    const fleet = await Fleet.start({ ...clients, folder, say: (line) => say(`${name}:${line}`) });
    await fleet.enlist([address], (clientId) => contender.mintToken(clientId));
    return new Side(contender, fleet);
  }

  /** The same logins for all, that come and go before memory is looked at: what is compiled and filled once is no part of a connection. */
  async warmUp(): Promise<void> {
    const { expected, stats } = await comeAndGo(this.fleet);
    if (stats.logins !== expected) this.#problem(`${stats.logins} of ${expected} logins to warm up`);
  }

  /** User memory of the server without garbage. */
  async serverBytes(): Promise<number> {
    await this.contender.collectGarbage();
    return proportionalBytesOf(this.contender.serverPid);
  }

  allBytes(): number {
    return this.contender.pids().reduce((sum, pid) => sum + proportionalBytesOf(pid), 0);
  }

  /** Begins to count CPU; the answer notes what it was since then, of the server and of all that it needs, divided by a number of things. */
  startMeter(): (server: FigureName, all: FigureName | null, things: number) => void {
    const { serverPid } = this.contender;
    const pids = this.contender.pids();
    const allSeconds = (): number => pids.reduce((sum, pid) => sum + cpuSecondsOf(pid), 0);
    const before = { server: cpuSecondsOf(serverPid), all: allSeconds() };
    return (server, all, things) => {
      this.score.note(server, ((cpuSecondsOf(serverPid) - before.server) / things) * 1e6);
      if (all !== null) this.score.note(all, ((allSeconds() - before.all) / things) * 1e6);
    };
  }

  /** One message to everyone, which says when it was due. */
  async tellEveryone(bytes: number): Promise<void> {
    await this.contender.tellEveryone(markedText('b', ++this.#lastToEveryone, bytes));
  }

  async resetCounts(): Promise<void> {
    await this.fleet.tell('reset');
  }

  /** Waits until so many messages have come since the last reset, and checks that each came once and nobody has left. */
  async arrived(what: string, count: number): Promise<ClientStats> {
    const stats = await this.fleet.until(
      ({ delivered, sendsOpen }) => delivered >= count && sendsOpen === 0,
      ARRIVAL_DEADLINE_MS,
    );
    const { delivered, unmarked, gaps, duplicates, sendsOpen } = stats;
    if (delivered !== count || unmarked + gaps + duplicates + sendsOpen > 0)
      this.#problem(
        `${what}: ${delivered} of ${count} came, ${gaps} were skipped, ${duplicates} came twice, ${unmarked} without a number, ${sendsOpen} have no answer`,
      );
    this.checkNobodyLeft(what, stats);
    return stats;
  }

  checkNobodyLeft(what: string, { connected, clients, closed }: ClientStats): void {
    if (connected !== clients || totalOf(closed) > 0)
      this.#problem(`${what}: ${connected} of ${clients} are connected; closed: ${inWords(closed)}`);
  }

  #problem(text: string): void {
    this.problems.push(`${this.contender.name}: ${text}`);
  }
}
