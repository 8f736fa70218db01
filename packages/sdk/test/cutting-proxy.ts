import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP relay that cuts its connections after so many bytes in one direction, wherever in a frame that is. */
export class CuttingProxy {
  /** Where to relay to, `host:port`. */
  target = '';
  /** Bytes until the cut of the next connection; null for none. Asked once for each direction of each connection. */
  nextCut: (direction: 'to-server' | 'to-client') => number | null = () => null;
  cuts = 0;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((client) => this.#relay(client));

  async listen(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Cuts every connection that there is. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.cutAll();
    await closed;
  }

  #relay(client: Socket): void {
    const [host, port] = this.target.split(':');
    const server = connect(Number(port), host);
    for (const [from, to, direction] of [
      [client, server, 'to-server'],
      [server, client, 'to-client'],
    ] as const) {
      this.#sockets.add(from);
      from.on('error', () => {});
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      let left = this.nextCut(direction) ?? Infinity;
      from.on('data', (chunk) => {
        to.write(chunk.subarray(0, left), () => {
          if (left <= 0) to.destroy();
        });
        left -= chunk.length;
        if (left > 0 || from.isPaused()) return;
        this.cuts++;
        from.pause();
      });
    }
  }
}
