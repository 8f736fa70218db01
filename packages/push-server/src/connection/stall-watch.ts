import type { Connection } from './connection.ts';

export interface StallLimits {
  readonly frameTimeoutMs: number;
  readonly writeTimeoutMs: number;
}

const LOOK_INTERVAL_MS = 1000;

/** What is known of a watched connection, in looks: a node that did not run has not looked either, and blames no client for it. */
interface Watched {
  takenBytes: number;
  looksWithoutWrite: number;
  looksAtFrame: number;
}

/**
 * Looks each second at the connections where something is pending: bytes that wait to leave, or a frame of which a part came.
 * The others cost nothing.
 */
export class StallWatch {
  readonly #watched = new Map<Connection, Watched>();
  readonly #maxLooksWithoutWrite: number;
  readonly #maxLooksAtFrame: number;
  #timer: NodeJS.Timeout | null = null;

  constructor({ frameTimeoutMs, writeTimeoutMs }: StallLimits) {
    this.#maxLooksAtFrame = Math.ceil(frameTimeoutMs / LOOK_INTERVAL_MS);
    this.#maxLooksWithoutWrite = Math.ceil(writeTimeoutMs / LOOK_INTERVAL_MS);
  }

  /** Connections with something pending, or that had at the last look. */
  get size(): number {
    return this.#watched.size;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.look(), LOOK_INTERVAL_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Bytes wait to leave. */
  writeWaits(connection: Connection): void {
    if (!this.#watched.has(connection)) this.#watch(connection);
  }

  /** A frame has begun that is not whole yet. */
  frameBegan(connection: Connection): void {
    (this.#watched.get(connection) ?? this.#watch(connection)).looksAtFrame = 0;
  }

  forget(connection: Connection): void {
    this.#watched.delete(connection);
  }

  /** Closes what has not moved for too long. */
  look(): void {
    for (const [connection, watched] of this.#watched) {
      if (connection.queuedBytes === 0 && connection.pendingBytes === 0) {
        this.#watched.delete(connection);
        continue;
      }
      if (this.#isWriteStuck(connection, watched))
        connection.close('slowConsumer', 'the client takes none of the bytes that wait for it');
      else if (this.#isFrameLate(connection, watched)) connection.close('frameTimeout');
    }
  }

  #isWriteStuck(connection: Connection, watched: Watched): boolean {
    const { takenBytes } = connection.transport;
    const isMoving = connection.queuedBytes === 0 || takenBytes !== watched.takenBytes;
    watched.takenBytes = takenBytes;
    watched.looksWithoutWrite = isMoving ? 0 : watched.looksWithoutWrite + 1;
    return watched.looksWithoutWrite > this.#maxLooksWithoutWrite;
  }

  /** Before the login its own deadline counts. */
  #isFrameLate({ channel, pendingBytes }: Connection, watched: Watched): boolean {
    watched.looksAtFrame = pendingBytes > 0 ? watched.looksAtFrame + 1 : 0;
    return channel.state === 'connected' && watched.looksAtFrame > this.#maxLooksAtFrame;
  }

  #watch(connection: Connection): Watched {
    const watched = { takenBytes: connection.transport.takenBytes, looksWithoutWrite: 0, looksAtFrame: 0 };
    this.#watched.set(connection, watched);
    return watched;
  }
}
