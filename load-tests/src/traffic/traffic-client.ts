import { LongwireClient } from '@longwire/sdk';
import { refuse, type Ledger } from './ledger.ts';

/** An outage of one connection, in milliseconds since 1970. */
export interface Drop {
  readonly clientId: string;
  /** Name of the server's close code; without one `redirected` when it was told to go to another node, else `lost`. */
  readonly reason: string;
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
  readonly messageTimeoutMs: number;
}

const REQUEST_TIMEOUT_MS = 30_000;
/** What the SDK says of it. */
const REDIRECTED = 'redirected by the server';

/** One client that writes down what it sends and what it is handed. */
export class TrafficClient {
  readonly drops: Drop[] = [];
  /** How much later than its deadline a call settled, at most; negative while all were in time. */
  latestMs = -Infinity;
  readonly #client: LongwireClient;
  readonly #messageTimeoutMs: number;
  #ledgers: ClientLedgers;
  #lastMessage = 0;

  constructor(
    { authUrl, clientId, messageTimeoutMs }: Registration,
    clientSecret: string,
    ledgers: ClientLedgers,
  ) {
    this.#ledgers = ledgers;
    this.#messageTimeoutMs = messageTimeoutMs;
    const agent = 'longwire-load-tests';
    this.#client = new LongwireClient({ authUrl, clientId, clientSecret, agent, messageTimeoutMs });
    this.#client.on('message', ({ from, messageId }) => {
      if (from === null) this.#ledgers.pushes.push(`${messageId} ${clientId}`);
      else this.#ledgers.clientToClient.received.push(`${from} ${messageId} ${clientId}`);
    });
    this.#client.on('disconnected', ({ name, reason }) => {
      const why = reason === REDIRECTED ? 'redirected' : 'lost';
      this.drops.push({ clientId, reason: name ?? why, lostAtMs: Date.now(), backAtMs: null });
    });
    this.#client.on('connected', () => {
      const drop = this.drops.at(-1);
      if (drop !== undefined) drop.backAtMs = Date.now();
    });
  }

  /** Registers a client and connects it. */
  static async join(registration: Registration, ledgers: ClientLedgers): Promise<TrafficClient> {
    const { authUrl, apiKey, clientId } = registration;
    const response = await fetch(`${authUrl}/v1/clients`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ clientId }),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(`registering ${clientId}: ${response.status} ${await response.text()}`);
    const { clientSecret } = (await response.json()) as { clientSecret: string };
    const client = new TrafficClient(registration, clientSecret, ledgers);
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

  /** From now on it writes there; what is on its way goes to the new ones as well. */
  writeTo(ledgers: ClientLedgers): void {
    this.#ledgers = ledgers;
  }

  async publish(kind: string): Promise<void> {
    const messageId = this.#nextId();
    const name = `${this.#client.clientId} ${messageId}`;
    await this.#write('upstream', name, 'accepted', () =>
      this.#client.publish(kind, `reading ${messageId}`, { messageId }),
    );
  }

  async send(to: string): Promise<void> {
    const messageId = this.#nextId();
    const name = `${this.#client.clientId} ${messageId} ${to}`;
    await this.#write('clientToClient', name, 'delivered', () =>
      this.#client.send(to, `hello ${messageId}`, { messageId }),
    );
  }

  async #write(
    traffic: 'upstream' | 'clientToClient',
    name: string,
    arrived: string,
    act: () => Promise<{ status: string }>,
  ): Promise<void> {
    this.#ledgers[traffic].sent++;
    const deadlineMs = performance.now() + this.#messageTimeoutMs;
    try {
      const { status } = await act();
      if (status === arrived) this.#ledgers[traffic].acknowledged.push(name);
      else refuse(this.#ledgers[traffic], status);
    } catch (error) {
      refuse(this.#ledgers[traffic], (error as Error).name);
    }
    this.latestMs = Math.max(this.latestMs, performance.now() - deadlineMs);
  }

  #nextId(): string {
    return `m${++this.#lastMessage}`;
  }
}
