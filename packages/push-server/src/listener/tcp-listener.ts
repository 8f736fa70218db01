import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Logger } from 'pino';
import type { Connection } from '../connection/connection.ts';

export interface TcpListenerOptions {
  /** Sockets above this are dropped unheard. */
  readonly maxSockets: number;
  /** Answers the connection of a new socket. */
  readonly accept: (socket: Socket) => Connection;
  readonly onDropped: () => void;
  readonly logger: Logger;
}

const connectionOf = Symbol('connection');
type ConnectedSocket = Socket & { [connectionOf]?: Connection };

/** Accepts plain TCP. The four listeners of every socket are the same functions: nothing is allocated per connection but itself. */
export class TcpListener {
  readonly #server: Server;
  readonly #logger: Logger;

  constructor({ maxSockets, accept, onDropped, logger }: TcpListenerOptions) {
    this.#server = createServer({ noDelay: true }, (socket: ConnectedSocket) => {
      socket[connectionOf] = accept(socket);
      socket.on('data', onData);
      socket.on('error', ignore);
      socket.on('end', onEnd);
      socket.on('close', onClose);
    });
    this.#server.maxConnections = maxSockets;
    this.#server.on('drop', onDropped);
    this.#logger = logger;
  }

  /** @throws the listen error, for example EADDRINUSE. */
  async listen(host: string, port: number): Promise<AddressInfo> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host, port, backlog: 4096 }, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    // From now on an accept that failed, for example without a free file descriptor: the connections that exist go on.
    this.#server.on('error', (error) => this.#logger.error({ err: error }, 'could not accept a connection'));
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

function onClose(this: ConnectedSocket): void {
  this[connectionOf]!.closed();
}

/** 'close' follows, and tells all that matters. */
function ignore(): void {}
