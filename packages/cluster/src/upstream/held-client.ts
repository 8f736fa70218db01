import { within } from './backoff.ts';

interface Connectable {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
}

/**
 * A connected client of kafkajs, made when it is first used and thrown away after the first failure: kafkajs has states
 * that it does not come back from (tulios/kafkajs#919, #979), and a fresh client always does.
 */
export class HeldClient<Client extends Connectable> {
  readonly #create: () => Client;
  #connected: Promise<Client> | null = null;

  constructor(create: () => Client) {
    this.#create = create;
  }

  /** Rejects when the connection or the work fails, or when both together take longer than `timeoutMs`. */
  async use<Result>(timeoutMs: number, work: (client: Client) => Promise<Result>): Promise<Result> {
    const connected = (this.#connected ??= this.#connect());
    try {
      return await within(timeoutMs, connected.then(work), `Kafka did not answer within ${timeoutMs} ms`);
    } catch (error) {
      if (this.#connected === connected) void this.#discard();
      throw error;
    }
  }

  async close(timeoutMs: number): Promise<void> {
    const disconnected = this.#discard();
    await within(timeoutMs, disconnected, 'Kafka did not let go in time').catch(() => undefined);
  }

  async #connect(): Promise<Client> {
    const client = this.#create();
    try {
      await client.connect();
      return client;
    } catch (error) {
      client.disconnect().catch(() => undefined);
      throw error;
    }
  }

  async #discard(): Promise<void> {
    const connected = this.#connected;
    this.#connected = null;
    await connected?.then((client) => client.disconnect()).catch(() => undefined);
  }
}
