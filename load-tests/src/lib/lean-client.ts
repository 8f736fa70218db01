import { connect, type Socket } from 'node:net';
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
} from '@longwire/protocol';

export interface LeanClientOptions {
  readonly host: string;
  readonly port: number;
  /** Source address: each has some 28,000 ports of its own. */
  readonly localAddress: string;
  readonly token: string;
  /** `from` is empty for a push; then `messageId` is the push's id. */
  readonly onDeliver: (messageId: string, from: string) => void;
  readonly onSent: (messageId: string, status: number) => void;
  readonly onPublished?: (messageId: string, status: number, detail: string) => void;
  /** With the name of the server's close code, `lost` when it sent none, and when it may come back at the earliest. */
  readonly onClosed: (reason: string, retryAfterMs: number) => void;
}

/** A client that does just what the protocol asks, for many in one process: no reconnecting, no outbox. The SDK is for real work. */
export class LeanClient {
  readonly #socket: Socket;
  readonly #options: LeanClientOptions;
  readonly #parser = new FrameParser(MAX_FRAME_BYTES);
  /** `nodeId/boot/number`, once connected. */
  connection = '';
  /** Whether it says that it got what was delivered. */
  acknowledges = true;
  #closeReason = 'lost';
  #retryAfterMs = 0;
  #isConnected = false;
  #onConnected: ((ok: boolean) => void) | null = null;

  constructor(options: LeanClientOptions) {
    this.#options = options;
    const { host, port, localAddress } = options;
    this.#socket = connect({ host, port, localAddress, noDelay: true });
    this.#socket.on('data', (chunk) => this.#parser.push(chunk, (frame) => this.#take(frame)));
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => {
      this.#settle(false);
      options.onClosed(this.#closeReason, this.#retryAfterMs);
    });
  }

  /** Resolves with whether the server said CONNECTED. */
  async login(): Promise<boolean> {
    return new Promise((resolve) => {
      this.#onConnected = resolve;
      this.#socket.write(
        encodeFrame('connect', { versionMin: 1, versionMax: 1, token: this.#options.token }),
      );
    });
  }

  send(messageId: string, to: string, payload: Uint8Array): void {
    this.#socket.write(encodeFrame('send', { messageId, to, payload }));
  }

  publish(messageId: string, kind: string, payload: Uint8Array): void {
    this.#socket.write(encodeFrame('publish', { messageId, kind, payload }));
  }

  ping(): void {
    if (this.#isConnected) this.#socket.write(PING_FRAME);
  }

  /** Reads nothing more. */
  pause(): void {
    this.#socket.pause();
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(frame: Frame): boolean {
    if (frame.type === FrameType.connected) {
      const message = decodeMessage('connected', frame);
      if (!isProtocolError(message)) this.connection = message.connection;
      this.#settle(true);
    } else if (frame.type === FrameType.deliver) this.#deliver(frame);
    else if (frame.type === FrameType.sent) {
      const message = decodeMessage('sent', frame);
      if (!isProtocolError(message)) this.#options.onSent(message.messageId, message.status);
    } else if (frame.type === FrameType.published) {
      const message = decodeMessage('published', frame);
      if (!isProtocolError(message))
        this.#options.onPublished?.(message.messageId, message.status, message.detail);
    } else if (frame.type === FrameType.close) this.#takeClose(frame);
    return true;
  }

  #deliver(frame: Frame): void {
    const message = decodeMessage('deliver', frame);
    if (isProtocolError(message)) throw new Error(message.detail);
    if (message.deliveryId !== 0 && this.acknowledges)
      this.#socket.write(encodeFrame('acknowledge', { deliveryIds: [message.deliveryId] }));
    this.#options.onDeliver(message.messageId, message.from);
  }

  #takeClose(frame: Frame): void {
    const message = decodeMessage('close', frame);
    if (isProtocolError(message)) return;
    this.#closeReason = closeName(message.code) ?? String(message.code);
    this.#retryAfterMs = message.retryAfterMs;
  }

  #settle(ok: boolean): void {
    this.#isConnected = ok;
    this.#onConnected?.(ok);
    this.#onConnected = null;
  }
}
