import { connect, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import {
  closeName,
  decodeMessage,
  encodeFrame,
  FrameParser,
  FrameType,
  isProtocolError,
  MAX_FRAME_BYTES,
  PING_FRAME,
  type Frame,
  type MessageName,
  type Messages,
} from '@longwire/protocol';
import { waitFor } from '../../../test-support/backends.ts';

/** The other end of the protocol, with everything in the hands of the test. Acknowledges deliveries unless told not to. */
export class TestClient {
  readonly socket: Socket;
  /** Frames that came and that no one has asked for yet. */
  readonly frames: Frame[] = [];
  isClosed = false;
  acknowledges = true;
  readonly #parser = new FrameParser(MAX_FRAME_BYTES);

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => undefined);
    socket.on('close', () => (this.isClosed = true));
    socket.on('data', (chunk) => {
      const error = this.#parser.push(chunk, (frame) => {
        this.#take({ ...frame, body: Uint8Array.from(frame.body) });
        return true;
      });
      if (error !== null) throw new Error(`the server sent bad bytes: ${error.detail}`);
    });
  }

  /** `from`: another address of this machine, 127.0.0.2 for example. */
  static async open(address: string, from?: string): Promise<TestClient> {
    const { hostname, port } = new URL(`tcp://${address}`);
    const socket = connect({
      ...{ host: hostname, port: Number(port), noDelay: true },
      ...(from !== undefined && { localAddress: from }),
    });
    const client = new TestClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return client;
  }

  /** Over TLS. Rejects when the handshake fails. */
  static async openTls(address: string, options: ConnectionOptions): Promise<TestClient> {
    const { hostname, port } = new URL(`tcp://${address}`);
    const socket = connectTls({ host: hostname, port: Number(port), ...options });
    const client = new TestClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve);
      socket.once('error', reject);
    });
    return client;
  }

  send<Name extends MessageName>(...message: Parameters<typeof encodeFrame<Name>>): void {
    this.socket.write(encodeFrame(...message));
  }

  /** Bytes as they are. */
  sendBytes(bytes: Uint8Array | readonly number[]): void {
    this.socket.write(Uint8Array.from(bytes));
  }

  /** The next frame of this type, decoded; frames of other types before it stay. */
  async next<Name extends MessageName>(name: Name): Promise<Messages[Name]> {
    const type = FrameType[name];
    await waitFor(() => this.isClosed || this.frames.some((frame) => frame.type === type));
    const index = this.frames.findIndex((frame) => frame.type === type);
    if (index < 0) throw new Error(`the connection closed before ${name} came`);
    const message = decodeMessage(name, this.frames.splice(index, 1)[0]!);
    if (isProtocolError(message)) throw new Error(message.detail);
    return message;
  }

  /** How the server closed the connection: the name of its code, its reason, and that the socket ended. */
  async closed(): Promise<{ name: string | null; reason: string; retryAfterMs: number }> {
    const { code, reason, retryAfterMs } = await this.next('close');
    await waitFor(() => this.isClosed);
    return { name: closeName(code), reason, retryAfterMs };
  }

  async pong(): Promise<void> {
    this.socket.write(PING_FRAME);
    await waitFor(() => this.frames.some((frame) => frame.type === FrameType.pong));
    this.frames.splice(
      this.frames.findIndex((frame) => frame.type === FrameType.pong),
      1,
    );
  }

  #take(frame: Frame): void {
    this.frames.push(frame);
    if (frame.type !== FrameType.deliver || !this.acknowledges) return;
    const message = decodeMessage('deliver', frame);
    if (!isProtocolError(message) && message.deliveryId !== 0)
      this.send('acknowledge', { deliveryIds: [message.deliveryId] });
  }
}
