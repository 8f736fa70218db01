import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Connection } from '../connection/connection.ts';

/** Answers the connection of a new socket, or null if it was refused. */
export type Accept = (socket: Socket) => Connection | null;

const connectionOf = Symbol('connection');
type ConnectedSocket = Socket & { [connectionOf]?: Connection };

/** Accepts plain TCP. The three listeners of every socket are the same functions: nothing is allocated per connection but itself. */
export class TcpListener {
  readonly #server: Server;

  constructor(accept: Accept) {
    this.#server = createServer({ noDelay: true }, (socket: ConnectedSocket) => {
      const connection = accept(socket);
      if (connection === null) return;
      socket[connectionOf] = connection;
      socket.on('data', onData);
      socket.on('error', ignore);
      socket.on('end', onEnd);
      socket.on('close', onEnd);
    });
  }

  /** @throws the listen error, for example EADDRINUSE. */
  async listen(host: string, port: number): Promise<AddressInfo> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host, port, backlog: 4096 }, resolve);
    });
    return this.#server.address() as AddressInfo;
  }

  /** Accepts no more; connections go on. */
  stopAccepting(): void {
    this.#server.close();
  }
}

function onData(this: ConnectedSocket, chunk: Uint8Array): void {
  this[connectionOf]!.receive(chunk);
}

function onEnd(this: ConnectedSocket): void {
  this[connectionOf]!.end();
}

/** 'close' follows, and tells all that matters. */
function ignore(): void {}
