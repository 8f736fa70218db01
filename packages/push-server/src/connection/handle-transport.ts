import type { Server } from 'node:net';
import { getSystemErrorName } from 'node:util';
import type { Transport, TransportUser } from './transport.ts';

/**
 * Connections on the TCP handle, on which `net.Socket` stands: a third of its memory, and less work for each write. That is no documented
 * API, so nothing else knows of it, this module throws where it is not there at all, and `chooseTransport` tries what is used here when a
 * node starts.
 */

/** What the system is asked to do; it holds the request until it has done it. `oncomplete` is told 0 or a negative error. */
interface Request {
  oncomplete: (this: Request, status: number) => void;
  transport: HandleTransport;
  /** What must not be collected meanwhile. */
  pieces: readonly Uint8Array[];
}

interface TcpHandle {
  readonly fd: number;
  /** Bytes that it was given to write. */
  readonly bytesWritten: number;
  /** Those of them that the system has not taken. */
  readonly writeQueueSize: number;
  /** What it answers is taken for the next buffer to read into: nothing. */
  onread: (this: TcpHandle) => void;
  /** Ours: Node's own sockets have a place for themselves there, too. */
  transport: HandleTransport;
  useUserBuffer(buffer: Uint8Array): void;
  readStart(): number;
  writeBuffer(request: Request, bytes: Uint8Array): number;
  writev(request: Request, pieces: readonly Uint8Array[], areAllBuffers: true): number;
  shutdown(request: Request): number;
  close(onClosed: () => void): void;
  setNoDelay(isOn: boolean): void;
  getpeername(answer: { address?: string }): number;
}

interface ListeningHandle {
  onconnection: (status: number, handle: TcpHandle) => void;
}

interface StreamBinding {
  readonly WriteWrap: new () => Request;
  readonly ShutdownWrap: new () => Request;
  /** What the last call has to say beside its answer, at the places named below. */
  readonly streamBaseState: Int32Array;
  readonly kReadBytesOrError: number;
  readonly kLastWriteWasAsync: number;
}

const { binding } = process as unknown as { binding(name: 'stream_wrap'): StreamBinding };
const { WriteWrap, ShutdownWrap, streamBaseState, kReadBytesOrError, kLastWriteWasAsync } =
  binding('stream_wrap');
if (!(streamBaseState instanceof Int32Array)) throw new Error("this Node's stream_wrap is different");
const UV_EOF = -4095;
/** All connections read into it: what has come is looked at before the next read. */
const readBuffer = Buffer.allocUnsafeSlow(65_536);
/** So many pieces go to the system without an allocation; more are cheaper copied into one. */
const MAX_PIECES = 16;
/** A write that is done when the call returns keeps nothing of its request. */
let spareRequest = new WriteWrap();

/** Has a server that listens hand its connections to `onAccepted`, and not make sockets of them. */
export function acceptHandles(
  server: Server,
  onAccepted: (transport: Transport) => void,
  onError: (error: Error) => void,
): void {
  const listening = Reflect.get(server, '_handle') as ListeningHandle;
  listening.onconnection = (status, handle) => {
    if (status === 0) onAccepted(new HandleTransport(handle));
    else onError(new Error(`accept ${getSystemErrorName(status)}`));
  };
}

class HandleTransport implements Transport {
  #handle: TcpHandle | null;
  #user: TransportUser | null = null;
  #isBlocked = false;
  #isReading = true;
  #writing: 'open' | 'ending' | 'ended' = 'open';

  constructor(handle: TcpHandle) {
    this.#handle = handle;
    handle.setNoDelay(true);
  }

  get remoteAddress(): string {
    const answer: { address?: string } = {};
    this.#handle?.getpeername(answer);
    return answer.address ?? '';
  }

  get fileDescriptor(): number {
    return this.#handle?.fd ?? -1;
  }

  get isSecure(): boolean {
    return false;
  }

  get isDestroyed(): boolean {
    return this.#handle === null;
  }

  get queuedBytes(): number {
    return this.#isBlocked && this.#handle !== null ? this.#handle.writeQueueSize : 0;
  }

  get takenBytes(): number {
    return this.#handle === null ? 0 : this.#handle.bytesWritten - this.#handle.writeQueueSize;
  }

  start(user: TransportUser): void {
    this.#user = user;
    const handle = this.#handle;
    if (handle === null) return;
    handle.transport = this;
    handle.onread = HandleTransport.#onRead;
    handle.useUserBuffer(readBuffer);
    if (handle.readStart() !== 0) this.destroy();
  }

  write(pieces: readonly Uint8Array[]): void {
    const handle = this.#handle;
    if (handle === null || this.#writing !== 'open') return;
    const few = pieces.length > MAX_PIECES ? [Buffer.concat(pieces)] : pieces;
    const error =
      few.length === 1 ? handle.writeBuffer(spareRequest, few[0]!) : handle.writev(spareRequest, few, true);
    if (error === 0 && streamBaseState[kLastWriteWasAsync] === 0) return;
    const request = spareRequest;
    spareRequest = new WriteWrap();
    if (error !== 0) return this.destroy();
    request.transport = this;
    request.pieces = few;
    request.oncomplete = HandleTransport.#onWritten;
    this.#isBlocked = true;
  }

  end(): void {
    if (this.#handle === null || this.#writing !== 'open') return;
    this.#writing = 'ending';
    const request = new ShutdownWrap();
    request.transport = this;
    request.oncomplete = HandleTransport.#onEnded;
    if (this.#handle.shutdown(request) !== 0) this.destroy();
  }

  endAndDestroy(): void {
    this.end();
    this.#isReading = false;
    this.#destroyIfDone();
  }

  destroy(): void {
    const handle = this.#handle;
    this.#handle = null;
    handle?.close(() => this.#user?.closed());
  }

  #destroyIfDone(): void {
    if (!this.#isReading && this.#writing === 'ended') this.destroy();
  }

  static #onRead(this: TcpHandle): void {
    const { transport } = this;
    const count = streamBaseState[kReadBytesOrError]!;
    if (transport.#handle === null || count === 0) return;
    if (count > 0) return transport.#user!.receive(readBuffer.subarray(0, count));
    if (count !== UV_EOF) return transport.destroy();
    transport.#isReading = false;
    transport.#user!.end();
    transport.end();
    transport.#destroyIfDone();
  }

  static #onWritten(this: Request, status: number): void {
    const { transport } = this;
    if (status !== 0) return transport.destroy();
    if (transport.#handle === null || transport.#handle.writeQueueSize > 0) return;
    transport.#isBlocked = false;
    transport.#user!.drained();
  }

  static #onEnded(this: Request, status: number): void {
    const { transport } = this;
    if (status !== 0) return transport.destroy();
    transport.#writing = 'ended';
    transport.#destroyIfDone();
  }
}
