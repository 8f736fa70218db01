import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Stands between a client and a real server, and spoils what goes through. */
export class Relay {
  readonly #server: Server;
  readonly #pairs = new Set<{ client: Socket; upstream: Socket }>();
  #silent = false;
  #isLosingReplies = false;
  #replyBytesLeft = Infinity;
  #delayMs = 0;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** On a port of its own choice unless told one. */
  static async open(target: { host: string; port: number }, port = 0): Promise<Relay> {
    const server = createServer();
    const relay = new Relay(server);
    server.on('connection', (client) => relay.#accept(client, target));
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return relay;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** From now on nothing goes through, and nothing is closed: what a hung server looks like. */
  goSilent(): void {
    this.#silent = true;
  }

  /** What the client asks arrives and is done; what the server answers does not. */
  loseReplies(): void {
    this.#isLosingReplies = true;
  }

  /** Breaks the connection that would carry more than so many bytes of replies from now on. */
  cutReplyAfter(bytes: number): void {
    this.#replyBytesLeft = bytes;
  }

  /** Replies come so much later. */
  slowDown(delayMs: number): void {
    this.#delayMs = delayMs;
  }

  speakAgain(): void {
    this.#silent = false;
    this.#isLosingReplies = false;
    this.#replyBytesLeft = Infinity;
    this.#delayMs = 0;
  }

  /** With a reset (RST) instead of an orderly end. */
  resetConnections(): void {
    for (const { client } of this.#pairs) client.resetAndDestroy();
  }

  breakConnections(): void {
    for (const { client, upstream } of this.#pairs) {
      client.destroy();
      upstream.destroy();
    }
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.breakConnections();
    await closed;
  }

  #accept(client: Socket, target: { host: string; port: number }): void {
    const upstream = connect(target);
    const pair = { client, upstream };
    this.#pairs.add(pair);
    client.on('data', (bytes) => this.#silent || upstream.write(bytes));
    upstream.on('data', (bytes) => {
      if (this.#delayMs > 0) setTimeout(() => this.#reply(client, bytes), this.#delayMs);
      else this.#reply(client, bytes);
    });
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => one.destroy());
      one.on('close', () => {
        other.destroy();
        this.#pairs.delete(pair);
      });
    }
  }

  #reply(client: Socket, bytes: Buffer): void {
    if (this.#silent || this.#isLosingReplies) return;
    const passed = bytes.subarray(0, this.#replyBytesLeft);
    this.#replyBytesLeft -= passed.length;
    client.write(passed);
    if (passed.length < bytes.length) client.destroySoon();
  }
}
