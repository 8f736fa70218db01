import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import {
  FrameParser,
  FrameType,
  MAX_FRAME_BYTES,
  PONG_FRAME,
  decodeMessage,
  encodeFrame,
  isProtocolError,
  type Frame,
  type MessageName,
  type Messages,
} from '@longwire/protocol';

const PATIENCE_MS = 30_000;

/** The other end of the wire: a TCP server that speaks the protocol and does what the test says. */
export class TestNode {
  readonly #server: Server = createServer((socket) => this.#accepted(socket));
  readonly #peers = new Waiting<TestPeer>();
  readonly #open = new Set<TestPeer>();
  accepted = 0;

  async listen(port = 0): Promise<this> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The next connection that comes in. */
  peer(): Promise<TestPeer> {
    return this.#peers.next('a connection');
  }

  /** The next connection, after its login. */
  async loggedIn(connected: Partial<Messages['connected']> = {}): Promise<TestPeer> {
    const peer = await this.peer();
    await peer.login(connected);
    return peer;
  }

  async close(): Promise<void> {
    for (const peer of this.#open) peer.socket.destroy();
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }

  #accepted(socket: Socket): void {
    this.accepted++;
    const peer = new TestPeer(socket);
    this.#open.add(peer);
    socket.on('close', () => this.#open.delete(peer));
    this.#peers.add(peer);
  }
}

export class TestPeer {
  readonly socket: Socket;
  /** Whether PING is answered without a word of the test. */
  answersPings = true;
  pings = 0;
  readonly closed: Promise<unknown>;
  readonly #frames = new Waiting<Frame>();

  constructor(socket: Socket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', resolve));
    const parser = new FrameParser(MAX_FRAME_BYTES);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      parser.push(chunk, (frame) => {
        if (frame.type !== FrameType.ping) return this.#frames.add(frame);
        this.pings++;
        if (this.answersPings) socket.write(PONG_FRAME);
        return true;
      });
    });
  }

  /** The next frame, which must be of this type. */
  async expect<Name extends MessageName>(name: Name): Promise<Messages[Name]> {
    const frame = await this.#frames.next(name.toUpperCase());
    if (frame.type !== FrameType[name])
      throw new Error(`expected ${name.toUpperCase()}, got frame type ${frame.type}`);
    const message = decodeMessage(name, frame);
    if (isProtocolError(message)) throw new Error(message.detail);
    return message;
  }

  async login(connected: Partial<Messages['connected']> = {}): Promise<Messages['connect']> {
    const connect = await this.expect('connect');
    this.send('connected', {
      version: 1,
      connection: 'test/0/1',
      heartbeatIntervalMs: 60_000,
      idleTimeoutMs: 150_000,
      limits: { maxFrameBytes: MAX_FRAME_BYTES, maxInFlight: 64 },
      tokenExpiresAtMs: Date.now() + 3_600_000,
      ...connected,
    });
    return connect;
  }

  send<Name extends MessageName>(name: Name, message: Parameters<typeof encodeFrame<Name>>[1]): void {
    this.socket.write(encodeFrame(name, message));
  }
}

/** Values in the order in which they came, to be awaited one by one. */
class Waiting<Value> {
  readonly #values: Value[] = [];
  readonly #readers: ((value: Value) => void)[] = [];

  add(value: Value): true {
    const reader = this.#readers.shift();
    if (reader === undefined) this.#values.push(value);
    else reader(value);
    return true;
  }

  next(what: string): Promise<Value> {
    if (this.#values.length > 0) return Promise.resolve(this.#values.shift()!);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${what} did not come`)), PATIENCE_MS);
      this.#readers.push((value) => {
        clearTimeout(timer);
        resolve(value);
      });
    });
  }
}
