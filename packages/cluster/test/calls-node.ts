import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { CallFrameReader, encodeCallFrames, type CallFrame } from '../src/node-api/call-frames.ts';

const NO_BYTES = new Uint8Array(0);

/** A call that came over an upgraded connection. It has no answer but those that the test gives. */
export interface ReceivedCall extends CallFrame {
  readonly socket: Socket;
  answer(status: number, body?: Uint8Array): void;
}

/** A node that answers as the test says: calls on upgraded connections, and other requests. */
export class CallsNode {
  readonly calls: ReceivedCall[] = [];
  /** Those that are open. */
  readonly upgraded = new Set<Socket>();
  connections = 0;
  authorization = '';
  /** False: it takes the request to upgrade and says nothing. */
  upgrades = true;
  onCall: (call: ReceivedCall) => void = () => undefined;
  onRequest: (request: IncomingMessage, response: ServerResponse) => void = (_request, response) =>
    void response.end();
  readonly #server: Server = createServer((request, response) => this.onRequest(request, response));

  constructor() {
    this.#server.on('connection', () => this.connections++);
    this.#server.on('upgrade', ({ headers }: IncomingMessage, socket: Socket, head: Buffer) => {
      this.authorization = headers.authorization ?? '';
      this.upgraded.add(socket);
      socket.on('close', () => this.upgraded.delete(socket));
      if (this.upgrades) this.#take(socket, head);
    });
  }

  /** Answers the base URL. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    for (const socket of this.upgraded) socket.destroy();
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** All connections are closed. */
  isIdle(): Promise<boolean> {
    return new Promise((resolve) => this.#server.getConnections((_, open) => resolve(open === 0)));
  }

  #take(socket: Socket, head: Buffer): void {
    const reader = new CallFrameReader(8 * 1024 * 1024);
    let unanswered = 0;
    let hasEnded = false;
    const endIfDone = (): void => {
      if (hasEnded && unanswered === 0) socket.end();
    };
    const onFrame = (frame: CallFrame): void => {
      unanswered++;
      const answer = (status: number, body = NO_BYTES): void => {
        socket.write(encodeCallFrames([{ number: frame.number, code: status, body }]));
        unanswered--;
        endIfDone();
      };
      const call = { ...frame, socket, answer };
      this.calls.push(call);
      this.onCall(call);
    };
    socket.on('data', (bytes: Buffer) => reader.push(bytes, onFrame));
    socket.on('end', () => {
      hasEnded = true;
      endIfDone();
    });
    socket.on('error', () => undefined);
    socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n');
    if (head.length > 0) reader.push(head, onFrame);
  }
}
