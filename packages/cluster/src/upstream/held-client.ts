import type { Base, ConnectionPool } from '@platformatic/kafka';
import { within } from './deadlines.ts';

/**
 * A client of Kafka, made when it is first used and let go after a failure: whatever it was still about to write is never
 * written, so that it cannot come after what is sent next.
 */
export class HeldClient<Client extends Base> {
  readonly #create: () => Client;
  readonly #timeoutMs: number;
  #client: Client | null = null;

  constructor(timeoutMs: number, create: () => Client) {
    this.#timeoutMs = timeoutMs;
    this.#create = create;
  }

  /** Rejects when the work fails, or takes longer than the client's time. */
  async use<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
    const client = (this.#client ??= this.#create());
    try {
      return await within(this.#timeoutMs, work(client), `Kafka did not answer within ${this.#timeoutMs} ms`);
    } catch (error) {
      if (this.#client === client) this.#client = null;
      void letGo(client, 0);
      throw error;
    }
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    if (client) await letGo(client, this.#timeoutMs);
  }
}

/** Closes the client or pool of connections. Whatever has not been closed in that time, since the broker is silent, is cut off. */
export async function letGo(
  client: { readonly connections: ConnectionPool; close(): Promise<void> },
  timeoutMs: number,
): Promise<void> {
  const connections = [...client.connections].map(([, connection]) => connection);
  await within(timeoutMs, client.close(), 'Kafka did not let go in time').catch(() => undefined);
  for (const { socket } of connections) socket?.destroy();
}
