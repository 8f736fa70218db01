/** The bytes of one connection, whatever carries them. Nothing here calls its user back before it returns. */
export interface Transport {
  /** Where the other end is; empty when it has gone. */
  readonly remoteAddress: string;
  /** Negative once it is closed. */
  readonly fileDescriptor: number;
  readonly isSecure: boolean;
  /** Nothing is read or written any more; `closed` has been called, or will be. */
  readonly isDestroyed: boolean;
  /** Bytes of writes that the system has not taken whole. */
  readonly queuedBytes: number;
  /** Bytes that the system has taken; 0 once it is destroyed. */
  readonly takenBytes: number;
  /** Says who is to hear of what comes in, and begins to read. Call it once. */
  start(user: TransportUser): void;
  /** In one system call. The pieces may be shared, and are never changed. What cannot leave waits, and `drained` is called when it has left. */
  write(pieces: readonly Uint8Array[]): void;
  /** Tells the other end, after all that was written, that no more comes. Reading goes on until the other end has said so too. */
  end(): void;
  /** The same, and does not wait for the other end. */
  endAndDestroy(): void;
  /** At once; what waits to leave is lost. */
  destroy(): void;
}

/** What stands above a transport. */
export interface TransportUser {
  /** `bytes` are only good during the call: all connections may read into one buffer. */
  receive(bytes: Uint8Array): void;
  /** All that was written has been taken. */
  drained(): void;
  /** The other end sends no more. The transport ends by itself. */
  end(): void;
  /** It is gone, for whatever reason. The last call, and there is always one. */
  closed(): void;
}
