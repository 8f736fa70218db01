import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A server that is played by a test, byte by byte. */
export class ScriptedServer {
  /** Those that have come, in their order. */
  readonly sockets: Socket[] = [];
  /** What it does once a client has sent its first bytes. */
  onConnect: (socket: Socket) => void = () => undefined;
  readonly #server: Server = createServer({ noDelay: true }, (socket) => {
    this.sockets.push(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => this.onConnect(socket));
  });

  async listen(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.#server.close();
  }
}
