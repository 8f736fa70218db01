/**
 * Directory: which connection of which node holds a client, for the whole cluster.
 *
 * Each call on one client is atomic. Adapters: `EmbeddedDirectory` and `RedisDirectory`; both pass
 * `test/directory.conformance.ts`. Every call rejects with `DirectoryUnavailable` once its deadline has passed.
 */
export interface Route {
  readonly nodeId: string;
  /** 16 hex digits; see Member.boot. */
  readonly boot: string;
  /** Number of the connection in that process, 1 to 2^53 - 1. `nodeId/boot/conn` names one connection for ever. */
  readonly conn: number;
  readonly transport: 'tcp';
  /** Milliseconds since 1970 when the connection signed in. */
  readonly sinceMs: number;
}

export type ClaimResult =
  /** The route is this connection's now. `replaced` is the route that stood there before, if any. */
  | { readonly status: 'claimed'; readonly replaced: Route | null }
  /** The token was issued at or before the client's last revocation; the directory is unchanged. */
  | { readonly status: 'revoked' };

/** What one life of a push-server says of itself at each refresh; gone when it stops saying so for `ttlMs`. */
export interface NodeLease {
  readonly nodeId: string;
  readonly boot: string;
  readonly sessions: number;
  /** Resident memory of the process in bytes. */
  readonly memoryBytes: number;
  /** How late the event loop was at the worst since the last refresh, in milliseconds. */
  readonly eventLoopDelayMs: number;
  readonly updatedAtMs: number;
  /** Base URL of the node API: how a node is reached that has left the membership and still has clients. */
  readonly apiUrl: string;
  /** What the node says its share should be multiplied by now: 0.05 to 1. */
  readonly loadFactor: number;
}

/**
 * 'kept': as usual. 'forgotten': the directory did not know this boot (it has lost its data); it does again now, and the caller puts
 * its routes back. 'fenced': this boot was declared dead; nothing was written.
 */
export type LeaseResult = 'kept' | 'forgotten' | 'fenced';

/** A route: that of another connection stands there, which may or may not live. 'revoked': the session's token was revoked. Both: nothing was written. */
export type ConfirmResult = 'standing' | 'restored' | 'revoked' | Route;

export interface Directory {
  /** Writes the route of a client who has just signed in, whatever stood there: the newest login wins. */
  claim(clientId: string, route: Route, tokenIssuedAtMs: number): Promise<ClaimResult>;
  /** Deletes the route only if it is still exactly this connection's (node, boot and conn). Answers whether it was. */
  release(clientId: string, route: Pick<Route, 'nodeId' | 'boot' | 'conn'>): Promise<boolean>;
  /**
   * Asks whether the route of a live session stands, and puts it back where none does. It never takes a client from another
   * connection. A backend that has lost its last writes may show one again that has long ended: the caller asks that one's node,
   * and releases such a route before it confirms again.
   */
  confirm(clientId: string, route: Route, tokenIssuedAtMs: number): Promise<ConfirmResult>;
  /** Routes in the order asked for; null where the client is offline. Many ids take several calls of the backend. */
  lookup(clientIds: readonly string[]): Promise<(Route | null)[]>;
  /**
   * Refuses from now on every token of the client issued at or before this time (milliseconds since 1970). Never moves
   * back. Such a floor (in Redis 30 to 70 bytes) is kept for `maxTokenLifeMs`; one that is older goes at the client's next claim,
   * or at a revocation of a client close to it. The route stays; it is answered, so that the caller can have its connection closed.
   */
  revoke(clientId: string, issuedAtOrBeforeMs: number): Promise<Route | null>;
  /** Whether a token issued then has been revoked. */
  isRevoked(clientId: string, tokenIssuedAtMs: number): Promise<boolean>;
  /** How many routes there are, counted exactly. */
  count(): Promise<number>;
  /**
   * Declares one life of a node dead, for `fenceLifeMs`: each refreshLease of it answers 'fenced' from now on. Answers false, and declares nothing, where
   * that life has a lease. Comes before its sweep. `claim` and `confirm` do not look at it: what lives writes on until its next refresh.
   */
  fence(nodeId: string, boot: string): Promise<boolean>;
  /** Deletes the routes of one dead life of a node and nothing else. Answers how many. */
  sweep(nodeId: string, boot: string): Promise<number>;
  /** Announces a boot before its first claim, so that a sweeper finds it even if nobody saw the node die. */
  rememberBoot(nodeId: string, boot: string): Promise<void>;
  /** Every boot announced and not forgotten. */
  knownBoots(): Promise<{ nodeId: string; boot: string }[]>;
  /** Ends with it: this life has left, or was swept and writes nothing more. */
  forgetBoot(nodeId: string, boot: string): Promise<void>;
  /** Publishes the lease of one life of a node, which disappears after `ttlMs` without another, and remembers the boot. */
  refreshLease(lease: NodeLease, ttlMs: number): Promise<LeaseResult>;
  /** Whether the lease of this life of a node has not run out. */
  isLeased(nodeId: string, boot: string): Promise<boolean>;
  /** Takes the lease of this life back at an orderly stop. */
  dropLease(nodeId: string, boot: string): Promise<void>;
  /**
   * Every lease that has not run out; two lives of a node have one each. It rejects where some of them cannot be read, in a Redis Cluster without one of its masters for
   * example: who is missing in the answer is to be taken for gone.
   */
  leases(): Promise<NodeLease[]>;
  /** Answers when the backend does; rejects when not. For readiness. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** No token lives longer than this: an older revocation floor has nothing left to refuse. */
export const maxTokenLifeMs = 30 * 24 * 3_600_000;

/** How long a boot that was declared dead stays so: longer than any process sleeps and wakes again. */
export const fenceLifeMs = 7 * 24 * 3_600_000;

/** The directory did not answer in time or refused the call; whether the call took effect is unknown. */
export class DirectoryUnavailable extends Error {
  override readonly name = 'DirectoryUnavailable';
}
