import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Stands between a client and a real server, and can go silent or break the connections. */
export class Relay {
  readonly #server: Server;
  readonly #pairs = new Set<{ client: Socket; upstream: Socket }>();
  #silent = false;

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

  speakAgain(): void {
    this.#silent = false;
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
    upstream.on('data', (bytes) => this.#silent || client.write(bytes));
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
}
