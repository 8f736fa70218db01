import { setTimeout as sleep } from 'node:timers/promises';
import { PublishStatus, SendStatus } from '@longwire/protocol';
import { LeanClient } from '../lib/lean-client.ts';

export interface WireProbeOptions {
  readonly clientId: string;
  readonly token: string;
  /** `host:port` of its push-server. */
  readonly tcp: string;
  /** Whom it sends to. */
  readonly peer: string;
  readonly kind: string;
  readonly messagesPerSecond: number;
}

/** How long the server may take to answer, with the settings of the laboratory. */
export const WIRE_DEADLINES_MS = { publish: 5000, send: 11_000 } as const;
const GRACE_MS = 500;
const RECONNECT_PAUSE_MS = 500;

type Asked = keyof typeof WIRE_DEADLINES_MS;

/**
 * A client without patience: it never sends anything twice, so that every answer of the push-server is seen as it is, and when.
 */
export class WireProbe {
  readonly clientId: string;
  /** Answers by `publish ACCEPTED` and the like. */
  readonly answers: Record<string, number> = {};
  readonly closes: string[] = [];
  /** Names of the pushes that came, as `pushId clientId`. */
  readonly pushes = new Set<string>();
  slowestMs: Record<Asked, number> = { publish: 0, send: 0 };
  readonly #options: WireProbeOptions;
  readonly #asked = new Map<string, { readonly what: Asked; readonly atMs: number }>();
  #client: LeanClient | null = null;
  #isConnected = false;
  #isTalking = false;
  #isOver = false;
  #lastId = 0;

  constructor(options: WireProbeOptions) {
    this.#options = options;
    this.clientId = options.clientId;
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  start(): void {
    void this.#stayConnected();
    void this.#talk();
  }

  /** Begins to ask, with empty books. */
  begin(): void {
    for (const answer of Object.keys(this.answers)) delete this.answers[answer];
    this.closes.length = 0;
    this.pushes.clear();
    this.slowestMs = { publish: 0, send: 0 };
    this.#asked.clear();
    this.#isTalking = true;
  }

  /** Asks no more, and waits for the answers that are still due. */
  async end(): Promise<void> {
    this.#isTalking = false;
    const deadlineMs = performance.now() + WIRE_DEADLINES_MS.send + GRACE_MS;
    while (this.#asked.size > 0 && performance.now() < deadlineMs) await sleep(50);
  }

  stop(): void {
    this.#isOver = true;
    this.#client?.close();
  }

  /** Questions that were answered too late, or are not answered though they should be. */
  get failures(): string[] {
    const late = (['publish', 'send'] as const).filter(
      (what) => this.slowestMs[what] > WIRE_DEADLINES_MS[what] + GRACE_MS,
    );
    const nowMs = performance.now();
    const open = [...this.#asked.values()].filter(
      ({ what, atMs }) => nowMs - atMs > WIRE_DEADLINES_MS[what] + GRACE_MS,
    );
    return [
      ...late.map(
        (what) => `${this.clientId}: a ${what} was answered after ${Math.round(this.slowestMs[what])} ms`,
      ),
      ...(open.length > 0
        ? [`${this.clientId}: ${open.length} were never answered, such as a ${open[0]!.what}`]
        : []),
    ];
  }

  async #stayConnected(): Promise<void> {
    const [host = '', port] = this.#options.tcp.split(':');
    while (!this.#isOver) {
      const closed = new Promise<string>((resolve) => {
        this.#client = new LeanClient({
          host,
          port: Number(port),
          localAddress: '127.0.0.1',
          token: this.#options.token,
          onDeliver: (messageId, from) => {
            if (from === '') this.pushes.add(`${messageId} ${this.clientId}`);
          },
          onSent: (id, status) => this.#answered(id, SendStatus[status] ?? String(status)),
          onPublished: (id, status) => this.#answered(id, PublishStatus[status] ?? String(status)),
          onClosed: resolve,
        });
      });
      this.#isConnected = await this.#client!.login();
      const reason = await closed;
      if (this.#isConnected) this.closes.push(reason);
      this.#isConnected = false;
      // A connection that is gone answers nothing.
      this.#asked.clear();
      await sleep(RECONNECT_PAUSE_MS);
    }
  }

  async #talk(): Promise<void> {
    const pauseMs = 2000 / this.#options.messagesPerSecond;
    for (; !this.#isOver; await sleep(pauseMs)) {
      if (!this.#isConnected) continue;
      if (!this.#isTalking) {
        this.#client!.ping();
        continue;
      }
      this.#ask('publish', (id) => this.#client!.publish(id, this.#options.kind, Buffer.from(id)));
      this.#ask('send', (id) => this.#client!.send(id, this.#options.peer, Buffer.from(id)));
    }
  }

  #ask(what: Asked, write: (id: string) => void): void {
    const id = `w${++this.#lastId}`;
    this.#asked.set(id, { what, atMs: performance.now() });
    write(id);
  }

  #answered(id: string, status: string): void {
    const question = this.#asked.get(id);
    if (question === undefined) return;
    this.#asked.delete(id);
    const { what, atMs } = question;
    this.slowestMs[what] = Math.max(this.slowestMs[what], performance.now() - atMs);
    const name = `${what} ${status.replace(/^[A-Z]+_STATUS_/, '')}`;
    this.answers[name] = (this.answers[name] ?? 0) + 1;
  }
}
