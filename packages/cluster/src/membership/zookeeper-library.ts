import type { Socket } from 'node:net';
// @ts-expect-error -- it brings no types of its own; those below are the part of 1.1.3 that is used here
import untyped from 'node-zookeeper-client';

export interface Stat {
  /** Session id of the owner of an ephemeral node, 8 bytes; zeros for a persistent node. */
  readonly ephemeralOwner: Buffer;
}

/** `error` is null, or an exception with the server's numeric `code`. */
type Callback<Results extends unknown[]> = (error: Error | null, ...results: Results) => void;

export interface Client {
  connect(): void;
  close(): void;
  on(event: 'connected' | 'disconnected' | 'expired' | 'authenticationFailed', listener: () => void): unknown;
  getSessionId(): Buffer;
  getSessionPassword(): Buffer;
  /** The timeout that the server settled on, in milliseconds. */
  getSessionTimeout(): number;
  create(path: string, data: Buffer | null, mode: number, callback: Callback<[path: string]>): void;
  setData(path: string, data: Buffer, callback: Callback<[stat: Stat]>): void;
  remove(path: string, callback: Callback<[]>): void;
  exists(path: string, callback: Callback<[stat: Stat | null]>): void;
  getData(
    path: string,
    watcher: () => void,
    callback: Callback<[data: Buffer | undefined, stat: Stat]>,
  ): void;
  getChildren(path: string, watcher: () => void, callback: Callback<[children: string[]]>): void;
  transaction(): Transaction;

  /** Not public in the library; see `ZooKeeperConnection` for why it is reached into. */
  readonly connectionManager: ConnectionManager;
}

export interface ConnectionManager {
  socket?: Socket;
  connectTimeoutHandler: NodeJS.Timeout | null;
  connect: () => void;
  onSocketData: (chunk: Buffer) => void;
}

export interface Transaction {
  remove(path: string): Transaction;
  create(path: string, data: Buffer, mode: number): Transaction;
  commit(callback: Callback<[results: unknown[]]>): void;
}

interface Library {
  createClient(
    connectionString: string,
    options: {
      sessionTimeout: number;
      retries: number;
      sessionId?: Buffer;
      sessionPassword?: Buffer;
    },
  ): Client;
  readonly CreateMode: { readonly PERSISTENT: number; readonly EPHEMERAL: number };
  readonly Exception: {
    readonly CONNECTION_LOSS: number;
    readonly NO_NODE: number;
    readonly NODE_EXISTS: number;
    readonly SESSION_EXPIRED: number;
  };
}

export const zookeeper = untyped as Library;
