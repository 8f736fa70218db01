import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { SessionTicket } from '../src/membership/zookeeper-connection.ts';

/** A TCP proxy in front of one ZooKeeper server, which can go silent, refuse, or cut a frame in two. */
export class ZooKeeperProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isSilent = false;
  #cutNextFrame = false;
  #ticket: SessionTicket | null = null;

  /** `target` is `host:port`. */
  static async start(target: string): Promise<ZooKeeperProxy> {
    const proxy = new ZooKeeperProxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  private constructor(target: string) {
    const { hostname, port } = new URL(`tcp://${target}`);
    this.#server = createServer((client) => {
      const upstream = connect(Number(port), hostname);
      this.#pipe(client, upstream, (chunk) => upstream.write(chunk));
      let isFirst = true;
      this.#pipe(upstream, client, (chunk) => {
        if (isFirst) this.#ticket = readTicket(chunk);
        isFirst = false;
        if (!this.#cutNextFrame) return client.write(chunk);
        this.#cutNextFrame = false;
        client.end(chunk.subarray(0, Math.ceil(chunk.length / 2)));
        return upstream.destroy();
      });
    });
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The session that went through last. */
  get ticket(): SessionTicket {
    if (!this.#ticket) throw new Error('no session has gone through yet');
    return this.#ticket;
  }

  /** From now on connections are taken and kept, and every byte disappears. */
  goSilent(): void {
    this.#isSilent = true;
  }

  /** Lets the next connections through; those that were silent are gone. */
  heal(): void {
    this.#isSilent = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Sends half of what the server says next, then closes. */
  cutNextFrame(): void {
    this.#cutNextFrame = true;
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.heal();
    await once(this.#server, 'close');
  }

  #pipe(from: Socket, to: Socket, forward: (chunk: Buffer) => unknown): void {
    this.#sockets.add(from);
    from.on('data', (chunk) => {
      if (!this.#isSilent) forward(chunk);
    });
    from.on('error', () => {}); // followed by close
    from.on('close', () => {
      this.#sockets.delete(from);
      if (!this.#isSilent) to.destroySoon();
    });
  }
}

/** Answer to connect: length, protocol version, timeout (4 bytes each), session id (8), length (4) and password (16). */
function readTicket(frame: Buffer): SessionTicket {
  return { id: Buffer.from(frame.subarray(12, 20)), password: Buffer.from(frame.subarray(24, 40)) };
}
