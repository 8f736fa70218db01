import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Process } from '../lib/process.ts';
import type { ClientAnswer, ClientCommand } from './client-process.ts';

/** Source addresses of this run alone: the ports of an earlier run's connections stay taken for a minute. */
const RUN = 2 + Math.floor(Math.random() * 250);
const ARRIVAL_DEADLINE_MS = 60_000;

/** Processes full of clients, each with a source address of its own. */
export class ClientProcesses {
  readonly processes: readonly Process[];

  constructor(name: string, count: number, folder: string) {
    const script = join(import.meta.dirname, 'client-process.ts');
    const command = [process.execPath, '--conditions=longwire-source', script];
    this.processes = Array.from({ length: count }, (_, index) => {
      const processName = `${name}-${index + 1}`;
      return new Process(processName, command, {}, join(folder, `${processName}.log`));
    });
  }

  /** Gives each process its own command and waits for all answers. */
  async tell(commandOf: (index: number, localAddress: string) => ClientCommand): Promise<ClientAnswer[]> {
    return Promise.all(
      this.processes.map(async ({ child, name, exited }, index) => {
        const answer = once(child, 'message') as Promise<[ClientAnswer]>;
        child.send(commandOf(index, `127.${RUN}.1.${index + 1}`));
        const ended = exited.then((exit) => {
          throw new Error(`${name} ended with ${exit}`);
        });
        return (await Promise.race([answer, ended]))[0];
      }),
    );
  }

  async received(): Promise<number> {
    return sum(await this.tell(() => ({ do: 'received' })), ({ received }) => received);
  }

  /** Waits until this many messages have come in all. Answers how many came before the deadline. */
  async awaitReceived(count: number): Promise<number> {
    const deadline = performance.now() + ARRIVAL_DEADLINE_MS;
    for (;;) {
      const received = await this.received();
      if (received >= count || performance.now() > deadline) return received;
      await sleep(100);
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.processes.map((process) => process.stop()));
  }
}

export function sum<Item>(items: readonly Item[], of: (item: Item) => number | undefined): number {
  return items.reduce((total, item) => total + (of(item) ?? 0), 0);
}

/** Deals items out to `hands` lists, as evenly as it goes. */
export function deal<Item>(items: readonly Item[], hands: number): Item[][] {
  return Array.from({ length: hands }, (_, hand) => items.filter((__, index) => index % hands === hand));
}
