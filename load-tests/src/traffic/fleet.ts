import { join } from 'node:path';
import { ask } from '../lib/ask.ts';
import { Process } from '../lib/process.ts';
import type { ClientCommand, ClientStatus } from './client-process.ts';
import type { ClientLedgers } from './traffic-client.ts';

const DEADLINE_MS = 60_000;
/** What the SDK has by default. */
const MESSAGE_TIMEOUT_MS = 60_000;

/** The processes that are full of clients. */
export class TrafficFleet {
  readonly #processes: readonly Process[];
  readonly #authUrls: readonly string[];
  readonly #messageTimeoutMs: number;
  readonly #clientIds: string[] = [];

  constructor(
    count: number,
    folder: string,
    apiKey: string,
    authUrls: readonly string[],
    messageTimeoutMs = MESSAGE_TIMEOUT_MS,
  ) {
    this.#messageTimeoutMs = messageTimeoutMs;
    const script = join(import.meta.dirname, 'client-process.ts');
    const command = [process.execPath, '--conditions=longwire-source', script];
    this.#authUrls = authUrls;
    this.#processes = Array.from({ length: count }, (_, index) => {
      const name = `clients-${index + 1}`;
      const env = { LONGWIRE_CLI_API_KEY: apiKey };
      return new Process(name, command, env, join(folder, `${name}.log`), 'messages');
    });
  }

  get clientIds(): readonly string[] {
    return this.#clientIds;
  }

  /** Registers and connects new clients, dealt out over the processes and the auth-services. */
  async join(clientIds: readonly string[]): Promise<void> {
    const hands = this.#processes.length;
    await this.#tell((hand) => ({
      do: 'join',
      clientIds: clientIds.filter((_, index) => index % hands === hand),
      authUrls: this.#authUrls,
      messageTimeoutMs: this.#messageTimeoutMs,
    }));
    this.#clientIds.push(...clientIds);
  }

  /** Has all clients talk upstream and to each other, at a rate over all of them. */
  async talk(messagesPerSecond: number, kind: string): Promise<void> {
    const each = messagesPerSecond / this.#processes.length;
    await this.#tell(() => ({ do: 'talk', messagesPerSecond: each, kind, peers: this.#clientIds }));
  }

  /** Over all processes. */
  async status(): Promise<ClientStatus> {
    const all = await this.#tell<ClientStatus>(() => ({ do: 'status' }));
    const sum = (of: (status: ClientStatus) => number): number =>
      all.reduce((total, one) => total + of(one), 0);
    return {
      connected: sum(({ connected }) => connected),
      waiting: sum(({ waiting }) => waiting),
      sent: sum(({ sent }) => sent),
      drops: all.flatMap(({ drops }) => drops),
      duplicatesOnTheWire: sum(({ duplicatesOnTheWire }) => duplicatesOnTheWire),
      latestMs: Math.max(...all.map(({ latestMs }) => latestMs)),
    };
  }

  /** What the clients wrote down since the last time. */
  async takeLedgers(): Promise<ClientLedgers[]> {
    return this.#tell(() => ({ do: 'take-ledgers' }));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#processes.map((process) => process.stop()));
  }

  async #tell<Value>(commandOf: (hand: number) => ClientCommand): Promise<Value[]> {
    return Promise.all(
      this.#processes.map((process, hand) => ask<Value>(process, commandOf(hand), DEADLINE_MS)),
    );
  }
}
