import { setTimeout as sleep } from 'node:timers/promises';
import type { Node } from '../lib/cluster.ts';
import type { Lab } from './lab.ts';
import type { RawClient } from './raw-client.ts';

export const FLOOD_BYTES = 16 * 1024;
const CLIENTS = 2;
/** Of each client: together more than the queue to Kafka holds. */
const AT_ONCE = 24;
/** So that no client comes near its 1000 messages a second. */
const PAUSE_MS = 100;
const LOOK_MS = 250;
const ANSWER_LIMIT_MS = 6000;

/** Clients of one node who publish large messages as fast as they are answered, and who looks at its queue meanwhile. */
export class Flood {
  /** The most that the node held for Kafka. */
  mostRecords = 0;
  mostBytes = 0;
  /** Why clients were closed before they were done. */
  closes: readonly string[] = [];
  readonly #lab: Lab;
  readonly #node: Node;
  readonly #clients: readonly RawClient[];
  readonly #loops: Promise<void>[] = [];
  #isOver = false;

  private constructor(lab: Lab, node: Node, clients: readonly RawClient[]) {
    this.#lab = lab;
    this.#node = node;
    this.#clients = clients;
  }

  /** The clients log in: before the fault. */
  static async prepare(lab: Lab, node: Node): Promise<Flood> {
    const clients = Array.from({ length: CLIENTS }, (_, index) =>
      lab.connect(`flood-${lab.random.between(1, 1e9)}-${index}`, node.tcp),
    );
    return new Flood(lab, node, await Promise.all(clients));
  }

  start(): void {
    const payload = Buffer.alloc(FLOOD_BYTES, 'x');
    for (const client of this.#clients)
      for (let number = 0; number < AT_ONCE; number++)
        this.#loops.push(this.#repeat(PAUSE_MS, () => client.publish('flood', ANSWER_LIMIT_MS, payload)));
    this.#loops.push(this.#repeat(LOOK_MS, () => this.#look()));
  }

  /** Resolves when all is answered. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#loops);
    this.closes = this.#clients.flatMap(({ end }) => (end === null ? [] : [end.reason]));
    for (const client of this.#clients) client.close();
  }

  get answers(): number {
    return this.#clients.reduce((sum, { answers }) => sum + answers.length, 0);
  }

  get retries(): number {
    return this.#clients.flatMap(({ answers }) => answers).filter((answer) => answer === 'publish RETRY')
      .length;
  }

  /** How many answers had these words in their detail. */
  said(words: string): number {
    const all = this.#clients.flatMap(({ details }) => [...details]);
    return all.reduce((sum, [detail, count]) => sum + (detail.includes(words) ? count : 0), 0);
  }

  async #look(): Promise<void> {
    const read = (name: string): Promise<number> =>
      this.#lab.metric(this.#node, `longwire_upstream_queue_${name}`);
    const [records, bytes] = await Promise.all([read('records'), read('bytes')]);
    this.mostRecords = Math.max(this.mostRecords, records);
    this.mostBytes = Math.max(this.mostBytes, bytes);
  }

  async #repeat(pauseMs: number, act: () => Promise<unknown>): Promise<void> {
    for (; !this.#isOver; await sleep(pauseMs)) await act();
  }
}
