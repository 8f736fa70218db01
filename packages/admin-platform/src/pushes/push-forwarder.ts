import { randomUUID } from 'node:crypto';
import { nodeConnector, type Member, type Membership, type NodeTls } from '@longwire/cluster';
import { Problem } from '@longwire/service-kit';
import type { Logger } from 'pino';
import { Agent } from 'undici';

const connectTimeoutMs = 1000;
const attemptDeadlineMs = 10_000;
const maxAttempts = 2;
/** How long a forwarded call can take in all. */
export const forwardDeadlineMs: number = attemptDeadlineMs * maxAttempts + 1000;

const passedOn = ['authorization', 'content-type', 'idempotency-key'] as const;
const passedBack = ['content-type', 'location', 'retry-after', 'www-authenticate'] as const;

export interface ForwardedCall {
  readonly method: 'GET' | 'POST';
  /** Path and query; a push-route has the same paths. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly traceparent: string;
  readonly body?: Uint8Array;
}

export interface ForwardedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/**
 * Hands a call to a push-route and its answer back. When one does not answer, another is asked: a push always goes with
 * an idempotency key, so that it is one push however often it is sent.
 */
export class PushForwarder {
  readonly #membership: Membership;
  readonly #logger: Logger;
  readonly #agent: Agent;

  constructor(membership: Membership, tls: NodeTls | null, logger: Logger) {
    this.#membership = membership;
    this.#agent = new Agent({ connect: nodeConnector(tls, connectTimeoutMs), connections: 64 });
    this.#logger = logger;
  }

  /** Throws a problem when no push-route answers. */
  async forward(call: ForwardedCall): Promise<ForwardedAnswer> {
    const routers = this.#routers();
    if (routers.length === 0) throw new Problem('dependency-unavailable', 'No push-route is there');
    const headers = headersOf(call);
    let cause: unknown;
    for (const { nodeId, addresses } of routers.slice(0, maxAttempts)) {
      try {
        return await this.#send(addresses.api, call, headers);
      } catch (error) {
        cause = error;
        this.#logger.warn({ err: error, router: nodeId }, 'a push-route did not answer');
      }
    }
    throw new Problem('upstream-failed', 'No push-route answered; try again with the same Idempotency-Key', {
      cause,
    });
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #send(
    api: string,
    { method, path, body }: ForwardedCall,
    headers: Record<string, string>,
  ): Promise<ForwardedAnswer> {
    const response = await this.#agent.request({
      origin: new URL(api).origin,
      ...{ path, method, headers },
      body: body ?? null,
      signal: AbortSignal.timeout(attemptDeadlineMs),
    });
    const answered = passedBack.flatMap((name) => {
      const value = response.headers[name];
      return typeof value === 'string' ? [[name, value] as const] : [];
    });
    return {
      status: response.statusCode,
      headers: Object.fromEntries(answered),
      body: await response.body.bytes(),
    };
  }

  /** In random order, those that are going last. */
  #routers(): Member[] {
    const ordered = this.#membership
      .members('push-route')
      .map((member) => ({ member, rank: (member.state === 'active' ? 0 : 1) + Math.random() }));
    return ordered.sort((a, b) => a.rank - b.rank).map(({ member }) => member);
  }
}

function headersOf(call: ForwardedCall): Record<string, string> {
  const given = passedOn.flatMap((name) => {
    const value = call.headers[name];
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  return {
    ...(call.method === 'POST' && { 'idempotency-key': randomUUID() }),
    ...Object.fromEntries(given),
    traceparent: call.traceparent,
  };
}
