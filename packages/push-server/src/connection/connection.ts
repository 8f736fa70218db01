import { closeCodes, encodeFrame, type CloseName, type Frame, type FrameParser } from '@longwire/protocol';
import type { Channel } from '../channel/channel.ts';
import type { Session } from '../session/session.ts';
import type { WheelEntry } from './timing-wheel.ts';
import type { Transport, TransportUser } from './transport.ts';

/** What stands above a connection. One object serves all of them. */
export interface ConnectionOwner {
  /** Bytes that may wait to leave; a client that lets twice as many pile up is closed. */
  readonly maxQueuedBytes: number;
  /** Called before bytes of a client are looked at and before it is written to; may close the connection. */
  checkAwake(): void;
  /** Bytes have come, of which the frames are to be found. */
  onBytes(connection: Connection, bytes: Uint8Array): void;
  onFrame(connection: Connection, frame: Frame): void;
  /** A frame has begun with the last bytes, and is not whole. */
  onPartialFrame(connection: Connection): void;
  /** Something was written: `flush` is to be called by the end of this turn of the event loop. */
  onUnsent(connection: Connection): void;
  /** Bytes wait to leave that the system does not take. */
  onBacklog(connection: Connection): void;
  /** The conversation is over; the transport may still send its last bytes. */
  onEnd(connection: Connection): void;
  /** The transport is gone. */
  onClosed(connection: Connection): void;
}

/** Beyond this nothing is gained by waiting for more to write with it. */
const UNSENT_BYTES = 65_536;
/** More pieces are made into one: a client may have small answers wait, and each place in a list is larger than they are. */
const UNSENT_PIECES = 1024;

/**
 * One client's transport, with what waits to be written to it. Knows no frame but CLOSE. Kept small: there may be millions, so it has no
 * closure, timer, list or parser of its own while nothing is pending.
 */
export class Connection implements WheelEntry, TransportUser {
  deadlineTick = 0;
  wheelNext: WheelEntry | null = null;
  wheelPrevious: WheelEntry | null = null;
  session: Session | null = null;
  /** Why this side closed it; null while open, and when the client left by itself. */
  closedBy: CloseName | null = null;
  /** Where it comes from, until it has signed in; null from then on, and for one that was refused. */
  address: string | null = null;
  /** Has the bytes of a frame that is not whole yet. Of `FrameReader`. */
  partial: FrameParser | null = null;
  readonly conn: number;
  readonly transport: Transport;
  readonly channel: Channel;
  readonly #owner: ConnectionOwner;
  #isOpen = true;
  #unsent: Uint8Array[] | null = null;
  #unsentBytes = 0;

  constructor(transport: Transport, conn: number, channel: Channel, owner: ConnectionOwner) {
    this.transport = transport;
    this.conn = conn;
    this.channel = channel;
    this.#owner = owner;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Bytes that wait to leave. */
  get queuedBytes(): number {
    return this.#unsentBytes + this.transport.queuedBytes;
  }

  /** Bytes of a frame that is not whole yet. */
  get pendingBytes(): number {
    return this.partial?.pendingBytes ?? 0;
  }

  receive(bytes: Uint8Array): void {
    this.#owner.checkAwake();
    if (this.#isOpen) this.#owner.onBytes(this, bytes);
  }

  /**
   * Leaves by the end of this turn of the event loop, in one piece with whatever else was written by then. The frame may go to other
   * connections too. Deliveries ask `queuedBytes` first; an answer to a client that does not read is where patience ends.
   */
  write(frame: Uint8Array): void {
    this.#owner.checkAwake();
    if (!this.#isOpen) return;
    if (this.queuedBytes > 2 * this.#owner.maxQueuedBytes) return this.close('slowConsumer');
    this.#unsentBytes += frame.length;
    if (this.#unsent === null) {
      this.#unsent = [frame];
      this.#owner.onUnsent(this);
    } else {
      this.#unsent.push(frame);
      if (this.#unsentBytes >= UNSENT_BYTES || this.#unsent.length >= UNSENT_PIECES) this.flush();
    }
  }

  /** Sends what was written, or leaves it where it is while the system has not taken what went before. */
  flush(): void {
    if (this.#unsent === null) return;
    if (this.transport.queuedBytes === 0) {
      this.#sendUnsent();
      if (this.transport.queuedBytes > 0) this.#owner.onBacklog(this);
    } else if (this.#unsent.length >= UNSENT_PIECES) this.#unsent = [Buffer.concat(this.#unsent)];
  }

  drained(): void {
    this.flush();
  }

  /** Sends CLOSE as the last frame; what the client still sends is dropped. The owner destroys the transport in the end. */
  close(close: CloseName, detail = '', retryAfterMs = 0): void {
    if (!this.#isOpen) return;
    this.closedBy = close;
    const { code, meaning } = closeCodes[close];
    const reason = detail === '' ? meaning : detail;
    (this.#unsent ??= []).push(encodeFrame('close', { code, reason, retryAfterMs }));
    this.leave();
  }

  /** No more is written; the transport ends after what was. */
  leave(): void {
    this.end();
    this.transport.end();
  }

  /** The client sends no more. Safe to call twice. */
  end(): void {
    if (!this.#isOpen) return;
    this.#sendUnsent();
    this.#isOpen = false;
    this.#owner.onEnd(this);
  }

  closed(): void {
    this.end();
    this.#owner.onClosed(this);
  }

  #sendUnsent(): void {
    const unsent = this.#unsent;
    this.#unsent = null;
    this.#unsentBytes = 0;
    if (unsent !== null) this.transport.write(unsent);
  }
}
