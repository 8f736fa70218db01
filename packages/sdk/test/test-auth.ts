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
  /** What sign-ins brought. */
  readonly requests: { clientId: string; clientSecret: string }[] = [];
  /** The credentials with which tokens were refreshed. */
  readonly refreshes: (string | undefined)[] = [];
  answer: () => AuthAnswer = () => ({ status: 503, body: {} });
  /** Another answer to a refresh; null: the same as to a sign-in. */
  answerRefresh: (() => AuthAnswer) | null = null;
  readonly #server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const isRefresh = request.url === '/v1/tokens/refresh';
      if (isRefresh) this.refreshes.push(request.headers.authorization);
      else this.requests.push(JSON.parse(Buffer.concat(chunks).toString()) as (typeof this.requests)[number]);
      const answer = (isRefresh ? this.answerRefresh : null) ?? this.answer;
      const { status, body, headers } = answer();
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

  /** From now on each sign-in and each refresh gives a new token, and these nodes. The life is counted from the Date of the answer. */
  grant(addresses: readonly string[], lifetimeMs = 3_600_000): void {
    const nodes = addresses.map((tcp, index) => ({ nodeId: `node-${index}`, tcp }));
    this.answer = () => {
      const now = new Date(Math.floor(Date.now() / 1000) * 1000);
      return {
        status: 200,
        headers: { date: now.toUTCString() },
        body: {
          token: `token-${this.requests.length + this.refreshes.length}`,
          expiresAt: new Date(now.getTime() + lifetimeMs).toISOString(),
          pushServer: nodes[0],
          alternatives: nodes.slice(1),
        },
      };
    };
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}
