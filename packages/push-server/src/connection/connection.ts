import type { Socket } from 'node:net';
import {
  closeCodes,
  encodeFrame,
  FrameParser,
  MAX_LOGIN_FRAME_BYTES,
  type CloseName,
  type Frame,
} from '@longwire/protocol';
import type { Channel } from '../channel/channel.ts';
import type { Session } from '../session/session.ts';
import { handleOf } from './socket-handle.ts';
import type { WheelEntry } from './timing-wheel.ts';

/** What stands above a connection. One object serves all of them. */
export interface ConnectionOwner {
  /** Bytes that may wait to leave; a client that lets twice as many pile up is closed. */
  readonly maxQueuedBytes: number;
  /** Called before bytes of a client are looked at and before it is written to; may close the connection. */
  checkAwake(): void;
  onFrame(connection: Connection, frame: Frame): void;
  onProtocolError(connection: Connection, close: CloseName, detail: string): void;
  /** A frame has begun with the last chunk, and is not whole. */
  onPartialFrame(connection: Connection): void;
  /** Bytes wait to leave. */
  onBacklog(connection: Connection): void;
  /** The conversation is over; the socket may still send its last bytes. */
  onEnd(connection: Connection): void;
  /** The socket is gone. */
  onClosed(connection: Connection): void;
}

/**
 * One socket with its bounded write side and its parser. Knows no frame but CLOSE. Kept small: there may be
 * millions, so it has no closure, timer or map of its own.
 */
export class Connection implements WheelEntry {
  deadlineTick = 0;
  wheelNext: WheelEntry | null = null;
  wheelPrevious: WheelEntry | null = null;
  session: Session | null = null;
  /** Why this side closed it; null while open, and when the client left by itself. */
  closedBy: CloseName | null = null;
  /** Where it comes from, until it has signed in; null from then on, and for one that was refused. */
  address: string | null = null;
  readonly conn: number;
  readonly socket: Socket;
  readonly channel: Channel;
  readonly #parser = new FrameParser(MAX_LOGIN_FRAME_BYTES);
  readonly #owner: ConnectionOwner;
  #isOpen = true;
  #isReceiving = false;
  /** What was written while a chunk is received; null while there is nothing. */
  #answers: Uint8Array[] | null = null;

  constructor(socket: Socket, conn: number, channel: Channel, owner: ConnectionOwner) {
    this.socket = socket;
    this.conn = conn;
    this.channel = channel;
    this.#owner = owner;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Bytes that wait to leave. */
  get queuedBytes(): number {
    return this.socket.writableLength;
  }

  /** Bytes of a frame that is not whole yet. */
  get pendingBytes(): number {
    return this.#parser.pendingBytes;
  }

  /** Bytes that the system has taken. Node's own count (`socket.bytesWritten`) has those in it that wait to leave. */
  get takenBytes(): number {
    const handle = handleOf(this.socket);
    return handle === null ? 0 : handle.bytesWritten - handle.writeQueueSize;
  }

  set maxFrameBytes(bytes: number) {
    this.#parser.maxFrameBytes = bytes;
  }

  receive(chunk: Uint8Array): void {
    this.#owner.checkAwake();
    if (!this.#isOpen) return;
    this.#isReceiving = true;
    let isNewFrame = this.#parser.pendingBytes === 0;
    const error = this.#parser.push(chunk, (frame) => {
      isNewFrame = true;
      this.#owner.onFrame(this, frame);
      return this.#isOpen;
    });
    if (error !== null && this.#isOpen) this.#owner.onProtocolError(this, error.close, error.detail);
    this.#isReceiving = false;
    this.#writeAnswers();
    if (isNewFrame && this.#isOpen && this.#parser.pendingBytes > 0) this.#owner.onPartialFrame(this);
  }

  /** Deliveries ask `queuedBytes` first; an answer to a client that does not read is where patience ends. */
  write(frame: Uint8Array): void {
    if (!this.#isReceiving) this.#owner.checkAwake();
    if (!this.#isOpen) return;
    if (this.queuedBytes > 2 * this.#owner.maxQueuedBytes) this.close('slowConsumer');
    else if (this.#isReceiving) (this.#answers ??= []).push(frame);
    else this.#send(frame);
  }

  /** Sends CLOSE as the last frame and ends the socket; what the client still sends is dropped. The owner destroys it in the end. */
  close(close: CloseName, detail = '', retryAfterMs = 0): void {
    if (!this.#isOpen) return;
    this.closedBy = close;
    this.#writeAnswers();
    const { code, meaning } = closeCodes[close];
    this.socket.end(encodeFrame('close', { code, reason: detail === '' ? meaning : detail, retryAfterMs }));
    this.end();
  }

  /** The client has said goodbye. */
  leave(): void {
    if (!this.#isOpen) return;
    this.#writeAnswers();
    this.socket.end();
    this.end();
  }

  /** The client sends no more. Safe to call twice. */
  end(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#owner.onEnd(this);
  }

  closed(): void {
    this.end();
    this.#owner.onClosed(this);
  }

  /**
   * One write for all answers to what came in one read. In one piece: each write that waits costs a hundred bytes beside its own,
   * and a client may send PINGs of two bytes and read nothing.
   */
  #writeAnswers(): void {
    const answers = this.#answers;
    this.#answers = null;
    if (answers !== null) this.#send(answers.length === 1 ? answers[0]! : Buffer.concat(answers));
  }

  #send(bytes: Uint8Array): void {
    this.socket.write(bytes);
    if (this.socket.writableLength > 0) this.#owner.onBacklog(this);
  }
}
