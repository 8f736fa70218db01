/** A server, or a cluster of one, that is compared: the same clients, in the language that it speaks. */
export interface Contender {
  readonly name: string;
  readonly version: string;
  /** How it was set up, and what it does not do that others do. */
  readonly remarks: string;
  /** As `load-client` calls it. */
  readonly protocol: string;
  /** `host:port` for clients. */
  readonly address: string;
  /** The process that holds the connections. */
  readonly serverPid: number;
  /** All processes that it takes: the server's, and what that cannot do without. */
  pids(): readonly number[];
  mintToken(clientId: string): string;
  /** Hands over a message for everyone who is connected. */
  tellEveryone(text: string): Promise<void>;
  /** Has the server collect its garbage, where there is such a thing. */
  collectGarbage(): Promise<void>;
  stop(): Promise<void>;
}

/** Where a contender lives: ports of its own, and a folder for logs and settings. */
export interface Place {
  readonly folder: string;
  /** Also the one after it. */
  readonly port: number;
  /** Each client has a heartbeat in this time: for servers that begin them. */
  readonly heartbeatSeconds: number;
}

export interface Peer {
  readonly name: string;
  /** What must be installed before it can start, in words; null: nothing. */
  missing(): string | null;
  /** Throws, saying why, where it cannot be installed. */
  install(): Promise<void>;
  start(place: Place): Promise<Contender>;
}
