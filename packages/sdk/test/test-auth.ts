import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface AuthAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Record<string, string>;
}

/** Answers sign-ins as the auth-service does, with what the test says. */
export class TestAuth {
  readonly requests: { clientId: string; clientSecret: string }[] = [];
  answer: () => AuthAnswer = () => ({ status: 503, body: {} });
  readonly #server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      this.requests.push(JSON.parse(Buffer.concat(chunks).toString()) as (typeof this.requests)[number]);
      const { status, body, headers } = this.answer();
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(body));
    });
  });

  async listen(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** From now on each sign-in gives a new token, and these nodes. */
  grant(addresses: readonly string[], lifetimeMs = 3_600_000): void {
    const nodes = addresses.map((tcp, index) => ({ nodeId: `node-${index}`, tcp }));
    this.answer = () => ({
      status: 200,
      body: {
        token: `token-${this.requests.length}`,
        expiresAt: new Date(Date.now() + lifetimeMs).toISOString(),
        pushServer: nodes[0],
        alternatives: nodes.slice(1),
      },
    });
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}
