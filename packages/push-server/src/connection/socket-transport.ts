import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Transport, TransportUser } from './transport.ts';

/** What Node keeps for itself of a socket. Its own socket timeouts look at the same. */
interface SocketHandle {
  readonly fd: number;
  /** Bytes that it was given to write. */
  readonly bytesWritten: number;
  /** Those of them that the system has not taken. */
  readonly writeQueueSize: number;
  getpeername(answer: { address?: string }): number;
}

const userOf = Symbol('user');
type UsedSocket = Socket & { [userOf]?: TransportUser };

/** Connections on Node's sockets: with TLS, and where `handle-transport.ts` does not work. The listeners of all sockets are the same functions. */
export class SocketTransport implements Transport {
  readonly #socket: UsedSocket;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** `socket.remoteAddress` keeps its answer as long as the socket lives: 75 bytes. */
  get remoteAddress(): string {
    const answer: { address?: string } = {};
    this.#handle?.getpeername(answer);
    return answer.address ?? '';
  }

  get fileDescriptor(): number {
    return this.#handle?.fd ?? -1;
  }

  get isSecure(): boolean {
    return this.#socket instanceof TLSSocket;
  }

  get isDestroyed(): boolean {
    return this.#socket.destroyed;
  }

  get queuedBytes(): number {
    return this.#socket.writableLength;
  }

  /** Node's own count (`socket.bytesWritten`) has those in it that wait to leave. */
  get takenBytes(): number {
    const handle = this.#handle;
    return handle === null ? 0 : handle.bytesWritten - handle.writeQueueSize;
  }

  start(user: TransportUser): void {
    const socket = this.#socket;
    socket[userOf] = user;
    socket.on('data', onData);
    socket.on('end', onEnd);
    socket.on('error', ignore);
    socket.on('close', onClose);
  }

  write(pieces: readonly Uint8Array[]): void {
    if (!this.#socket.writable) return;
    this.#socket.write(pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces), this.#onWritten);
  }

  end(): void {
    this.#socket.end();
  }

  endAndDestroy(): void {
    this.#socket.destroySoon();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Null once the socket is closed. For TLS the handle below it: what was encrypted tells nothing of what has left. */
  get #handle(): SocketHandle | null {
    const handle = Reflect.get(this.#socket, '_handle') as SocketHandle | null | undefined;
    if (!handle) return null;
    return (Reflect.get(handle, '_parent') as SocketHandle | undefined) ?? handle;
  }

  /** The event `drain` would only come after more than some bytes had to wait. */
  readonly #onWritten = (): void => {
    if (this.#socket.writableLength === 0 && !this.#socket.destroyed) this.#socket[userOf]?.drained();
  };
}

function onData(this: UsedSocket, bytes: Uint8Array): void {
  this[userOf]!.receive(bytes);
}

function onEnd(this: UsedSocket): void {
  this[userOf]!.end();
}

function onClose(this: UsedSocket): void {
  this[userOf]!.closed();
}

/** 'close' follows, and tells all that matters. */
function ignore(): void {}
