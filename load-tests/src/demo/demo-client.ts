import { LongwireClient } from '@longwire/sdk';
import { refuse, type Ledger } from './ledger.ts';

/** An outage of one connection, in milliseconds since 1970. */
export interface Drop {
  readonly lostAtMs: number;
  /** Null while the client is not back. */
  backAtMs: number | null;
}

export interface ClientLedgers {
  readonly upstream: Ledger;
  readonly clientToClient: Ledger;
  /** `pushId clientId` of each push that was received. */
  readonly pushes: string[];
}

export interface Registration {
  readonly authUrl: string;
  readonly apiKey: string;
  readonly clientId: string;
}

const REQUEST_TIMEOUT_MS = 30_000;
export const UPSTREAM_KIND = 'demo';

/** One client that writes down what it sends and what it is handed. */
export class DemoClient {
  readonly drops: Drop[] = [];
  readonly #client: LongwireClient;
  readonly #ledgers: ClientLedgers;
  #lastMessage = 0;

  constructor(authUrl: string, clientId: string, clientSecret: string, ledgers: ClientLedgers) {
    this.#ledgers = ledgers;
    this.#client = new LongwireClient({ authUrl, clientId, clientSecret, agent: 'longwire-demo' });
    this.#client.on('message', ({ from, messageId }) => {
      if (from === null) ledgers.pushes.push(`${messageId} ${clientId}`);
      else ledgers.clientToClient.received.push(`${from} ${messageId} ${clientId}`);
    });
    this.#client.on('disconnected', () => this.drops.push({ lostAtMs: Date.now(), backAtMs: null }));
    this.#client.on('connected', () => {
      const drop = this.drops.at(-1);
      if (drop !== undefined) drop.backAtMs = Date.now();
    });
  }

  /** Registers a client and connects it. */
  static async join(
    { authUrl, apiKey, clientId }: Registration,
    ledgers: ClientLedgers,
  ): Promise<DemoClient> {
    const response = await fetch(`${authUrl}/v1/clients`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ clientId }),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(`registering ${clientId}: ${response.status} ${await response.text()}`);
    const { clientSecret } = (await response.json()) as { clientSecret: string };
    const client = new DemoClient(authUrl, clientId, clientSecret, ledgers);
    await client.#client.connect();
    return client;
  }

  get isConnected(): boolean {
    return this.#client.state === 'connected';
  }

  /** Messages without an answer. */
  get waiting(): number {
    return this.#client.outbox.messages;
  }

  get duplicatesOnTheWire(): number {
    return this.#client.duplicatesDropped;
  }

  async publish(): Promise<void> {
    const messageId = this.#nextId();
    const name = `${this.#client.clientId} ${messageId}`;
    await this.#write(this.#ledgers.upstream, name, 'accepted', () =>
      this.#client.publish(UPSTREAM_KIND, `reading ${messageId}`, { messageId }),
    );
  }

  async send(to: string): Promise<void> {
    const messageId = this.#nextId();
    const name = `${this.#client.clientId} ${messageId} ${to}`;
    await this.#write(this.#ledgers.clientToClient, name, 'delivered', () =>
      this.#client.send(to, `hello ${messageId}`, { messageId }),
    );
  }

  async #write(
    ledger: Ledger,
    name: string,
    arrived: string,
    act: () => Promise<{ status: string }>,
  ): Promise<void> {
    ledger.sent++;
    try {
      const { status } = await act();
      if (status === arrived) ledger.acknowledged.push(name);
      else refuse(ledger, status);
    } catch (error) {
      refuse(ledger, (error as Error).name);
    }
  }

  #nextId(): string {
    return `m${++this.#lastMessage}`;
  }
}
