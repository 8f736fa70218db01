import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { TlsAcceptor, type ServerTls } from '@longwire/service-kit';
import type { Logger } from 'pino';
import type { Connection } from '../connection/connection.ts';
import { handleOf, remoteAddressOf } from '../connection/socket-handle.ts';
import type { Admission, Refusal } from './admission.ts';

/** Makes connections of sockets. */
export interface SocketOwner {
  accept(socket: Socket, address: string): Connection;
  refuse(socket: Socket, refusal: Refusal): Connection;
}

export interface TcpListenerOptions {
  readonly admission: Admission;
  readonly owner: SocketOwner;
  /** TLS alone; null: plain TCP. */
  readonly tls: ServerTls | null;
  readonly logger: Logger;
}

const ERROR_LOG_INTERVAL_MS = 1000;
const connectionOf = Symbol('connection');
type ConnectedSocket = Socket & { [connectionOf]?: Connection };

/** Accepts TCP, with TLS on it or without. The four listeners of every socket are the same functions: nothing is allocated per connection but itself. */
export class TcpListener {
  readonly #server: Server;
  readonly #logger: Logger;
  #toldErrorAtMs = -Infinity;

  constructor({ admission, owner, tls, logger }: TcpListenerOptions) {
    const acceptor = tls === null ? null : new TlsAcceptor(tls);
    this.#server = createServer({ noDelay: true }, (accepted) => {
      const address = remoteAddressOf(accepted);
      const refusal = admission.admit(address, handleOf(accepted)?.fd ?? -1);
      // One that may not linger gets no handshake, in a flood more work than a node has time for: it is cut. What is written to it goes nowhere.
      const isCut = acceptor !== null && refusal?.mayLinger === false;
      if (isCut) accepted.destroy();
      const socket: ConnectedSocket = acceptor === null || isCut ? accepted : acceptor.accept(accepted);
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
    this.#server.on('error', (error) => this.#onAcceptError(error));
    return this.#server.address() as AddressInfo;
  }

  /** Accepts no more; connections go on. */
  stopAccepting(): void {
    this.#server.close();
  }

  /** The connections that exist go on. One that waits is tried again at once, so this may come thousands of times a second. */
  #onAcceptError(error: Error): void {
    const nowMs = performance.now();
    if (nowMs - this.#toldErrorAtMs < ERROR_LOG_INTERVAL_MS) return;
    this.#toldErrorAtMs = nowMs;
    this.#logger.error({ err: error }, 'could not accept a connection');
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
