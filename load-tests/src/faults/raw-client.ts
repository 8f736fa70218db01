import { PublishStatus, SendStatus } from '@longwire/protocol';
import { LeanClient } from '../lib/lean-client.ts';

export interface Closed {
  /** Name of the server's close code; `lost` without one. */
  readonly reason: string;
  readonly retryAfterMs: number;
  /** Of performance.now(). */
  readonly atMs: number;
}

/** A client under the hands of a scenario: it does what it is told, and nothing by itself. */
export class RawClient {
  static #lastNumber = 0;
  readonly clientId: string;
  readonly token: string;
  /** Resolves with whether the server took it. */
  readonly isIn: Promise<boolean>;
  readonly closed: Promise<Closed>;
  /** Answers in their order, as `publish ACCEPTED` and the like. */
  readonly answers: string[] = [];
  /** What publishes were told beside their status, and how often. */
  readonly details = new Map<string, number>();
  /** Ids of what other clients sent it. */
  readonly delivered: string[] = [];
  /** Names of the pushes that came, as `pushId clientId`. */
  readonly pushes = new Set<string>();
  end: Closed | null = null;
  readonly #client: LeanClient;
  readonly #waiting = new Map<string, (answer: string) => void>();
  #lastId = 0;

  constructor(clientId: string, token: string, tcp: string) {
    this.clientId = clientId;
    this.token = token;
    const number = ++RawClient.#lastNumber;
    const { promise, resolve } = Promise.withResolvers<Closed>();
    this.closed = promise;
    const [host = '', port] = tcp.split(':');
    this.#client = new LeanClient({
      host,
      port: Number(port),
      localAddress: '127.0.0.1',
      token,
      onDeliver: (messageId, from) => {
        // Two connections of one client are two receivers here: nothing is kept back as a duplicate.
        if (from === '') this.pushes.add(`${messageId} ${clientId}#${number}`);
        else this.delivered.push(messageId);
      },
      onSent: (id, status) => this.#answered(id, `send ${SendStatus[status]?.slice('SEND_STATUS_'.length)}`),
      onPublished: (id, status, detail) => {
        if (detail !== '') this.details.set(detail, (this.details.get(detail) ?? 0) + 1);
        this.#answered(id, `publish ${PublishStatus[status]?.slice('PUBLISH_STATUS_'.length)}`);
      },
      onClosed: (reason, retryAfterMs) => {
        this.end = { reason, retryAfterMs, atMs: performance.now() };
        for (const settle of this.#waiting.values()) settle('closed');
        resolve(this.end);
      },
    });
    this.isIn = this.#client.login();
  }

  /** `nodeId/boot/number`. */
  get connection(): string {
    return this.#client.connection;
  }

  /** Resolves with `ACCEPTED` and the like, `closed`, or `nothing` when the deadline has passed. */
  async publish(kind: string, deadlineMs: number, payload?: Uint8Array): Promise<string> {
    return this.#ask('publish', deadlineMs, (id) =>
      this.#client.publish(id, kind, payload ?? Buffer.from(id)),
    );
  }

  async send(to: string, payload: Uint8Array, deadlineMs: number): Promise<string> {
    return this.#ask('send', deadlineMs, (id) => this.#client.send(id, to, payload));
  }

  hasPush(pushId: string): boolean {
    return [...this.pushes].some((name) => name.startsWith(`${pushId} `));
  }

  /** Whether it says that it got what is delivered; at first it does. */
  acknowledge(does: boolean): void {
    this.#client.acknowledges = does;
  }

  ping(): void {
    this.#client.ping();
  }

  /** Reads nothing more. */
  pause(): void {
    this.#client.pause();
  }

  close(): void {
    this.#client.close();
  }

  async #ask(what: string, deadlineMs: number, write: (id: string) => void): Promise<string> {
    if (this.end !== null) return 'closed';
    const id = `r${++this.#lastId}`;
    return new Promise((resolve) => {
      const settle = (answer: string): void => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(answer.replace(`${what} `, ''));
      };
      const timer = setTimeout(() => settle('nothing'), deadlineMs);
      this.#waiting.set(id, settle);
      write(id);
    });
  }

  #answered(id: string, answer: string): void {
    this.answers.push(answer);
    this.#waiting.get(id)?.(answer);
  }
}
