import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { TlsAcceptor, type ServerTls } from '@longwire/service-kit';
import type { Logger } from 'pino';
import type { Connection } from '../connection/connection.ts';
import { SocketTransport } from '../connection/socket-transport.ts';
import type { Transport } from '../connection/transport.ts';
import type { Admission, Refusal } from './admission.ts';
import type { AcceptHandles } from './choose-transport.ts';

/** Makes connections of what is accepted. */
export interface TransportOwner {
  accept(transport: Transport, address: string): Connection;
  refuse(transport: Transport, refusal: Refusal): Connection;
}

export interface TcpListenerOptions {
  readonly admission: Admission;
  readonly owner: TransportOwner;
  /** TLS alone; null: plain TCP. */
  readonly tls: ServerTls | null;
  /** Null: connections are Node's sockets. With TLS they are so anyway. */
  readonly acceptHandles: AcceptHandles | null;
  readonly logger: Logger;
}

const ERROR_LOG_INTERVAL_MS = 1000;

/** Accepts TCP, with TLS on it or without. */
export class TcpListener {
  readonly #server: Server;
  readonly #options: TcpListenerOptions;
  #toldErrorAtMs = -Infinity;

  constructor(options: TcpListenerOptions) {
    const acceptor = options.tls === null ? null : new TlsAcceptor(options.tls);
    this.#options = options;
    this.#server = createServer({ noDelay: true }, (socket) => this.#onSocket(socket, acceptor));
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
    const onError = (error: Error): void => this.#onAcceptError(error);
    this.#server.on('error', onError);
    const { acceptHandles, tls } = this.#options;
    if (tls === null) acceptHandles?.(this.#server, (transport) => this.#onAccepted(transport), onError);
    return this.#server.address() as AddressInfo;
  }

  /** Accepts no more; connections go on. */
  stopAccepting(): void {
    this.#server.close();
  }

  #onSocket(socket: Socket, acceptor: TlsAcceptor | null): void {
    const accepted = new SocketTransport(socket);
    if (acceptor === null) this.#onAccepted(accepted);
    else this.#onAccepted(accepted, () => new SocketTransport(acceptor.accept(socket)));
  }

  #onAccepted(accepted: Transport, secure?: () => Transport): void {
    const { admission, owner } = this.#options;
    const address = accepted.remoteAddress;
    const refusal = admission.admit(address, accepted.fileDescriptor);
    // One that may not linger gets no handshake, in a flood more work than a node has time for: it is cut. What is written to it goes nowhere.
    const isCut = secure !== undefined && refusal?.mayLinger === false;
    if (isCut) accepted.destroy();
    const transport = secure === undefined || isCut ? accepted : secure();
    const isAdmitted = refusal === null;
    transport.start(isAdmitted ? owner.accept(transport, address) : owner.refuse(transport, refusal));
  }

  /** The connections that exist go on. One that waits is tried again at once, so this may come thousands of times a second. */
  #onAcceptError(error: Error): void {
    const nowMs = performance.now();
    if (nowMs - this.#toldErrorAtMs < ERROR_LOG_INTERVAL_MS) return;
    this.#toldErrorAtMs = nowMs;
    this.#options.logger.error({ err: error }, 'could not accept a connection');
  }
}
