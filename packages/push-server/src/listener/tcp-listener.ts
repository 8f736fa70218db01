import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Logger } from 'pino';
import type { Connection } from '../connection/connection.ts';
import { handleOf } from '../connection/socket-handle.ts';
import type { Admission, Refusal } from './admission.ts';

/** Makes connections of sockets. */
export interface SocketOwner {
  accept(socket: Socket, address: string): Connection;
  refuse(socket: Socket, refusal: Refusal): Connection;
}

export interface TcpListenerOptions {
  readonly admission: Admission;
  readonly owner: SocketOwner;
  readonly logger: Logger;
}

const connectionOf = Symbol('connection');
type ConnectedSocket = Socket & { [connectionOf]?: Connection };

/** Accepts plain TCP. The four listeners of every socket are the same functions: nothing is allocated per connection but itself. */
export class TcpListener {
  readonly #server: Server;
  readonly #logger: Logger;

  constructor({ admission, owner, logger }: TcpListenerOptions) {
    this.#server = createServer({ noDelay: true }, (socket: ConnectedSocket) => {
      const address = socket.remoteAddress ?? '';
      const refusal = admission.admit(address, handleOf(socket)?.fd ?? -1);
      socket[connectionOf] = refusal === null ? owner.accept(socket, address) : owner.refuse(socket, refusal);
      socket.on('data', onData);
      socket.on('error', ignore);
      socket.on('end', onEnd);
      socket.on('close', onClose);
    });
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
