import { FrameParser, MAX_LOGIN_FRAME_BYTES, type Frame } from '@longwire/protocol';
import type { Connection, ConnectionOwner } from './connection.ts';

/** Cuts what comes in into frames, for all connections with one parser: a connection has one of its own only while a frame is not whole. */
export class FrameReader {
  readonly #owner: ConnectionOwner;
  readonly #maxFrameBytes: number;
  #spare: FrameParser | null = null;
  #connection: Connection | null = null;
  #hasWholeFrame = false;

  /** `maxFrameBytes` counts for clients that are signed in. */
  constructor(owner: ConnectionOwner, maxFrameBytes: number) {
    this.#owner = owner;
    this.#maxFrameBytes = maxFrameBytes;
  }

  read(connection: Connection, bytes: Uint8Array): void {
    const { partial, channel } = connection;
    const parser = partial ?? this.#takeSpare();
    parser.maxFrameBytes = channel.state === 'connected' ? this.#maxFrameBytes : MAX_LOGIN_FRAME_BYTES;
    this.#connection = connection;
    this.#hasWholeFrame = false;
    const error = parser.push(bytes, this.#onFrame);
    this.#connection = null;
    const isPartial = parser.pendingBytes > 0;
    connection.partial = isPartial ? parser : null;
    if (!connection.isOpen) return;
    if (error !== null) connection.close(error.close, error.detail);
    else if (!isPartial) this.#spare = parser;
    else if (partial === null || this.#hasWholeFrame) this.#owner.onPartialFrame(connection);
  }

  readonly #onFrame = (frame: Frame): boolean => {
    const connection = this.#connection!;
    this.#hasWholeFrame = true;
    this.#owner.onFrame(connection, frame);
    return connection.isOpen;
  };

  /** Not given back when it has come upon bad bytes, for it takes no more then. */
  #takeSpare(): FrameParser {
    const parser = this.#spare ?? new FrameParser(this.#maxFrameBytes);
    this.#spare = null;
    return parser;
  }
}
