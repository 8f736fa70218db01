/**
 * Store: the tables of the cluster. Adapters: MySQL/MariaDB through mysql2, and SQLite through node:sqlite; both
 * speak through kysely and pass `test/store.conformance.ts`. Every call rejects with `StoreUnavailable` once its deadline has passed.
 *
 * Times are milliseconds since 1970. Cursors are opaque strings; null means that there is no further page.
 */
export interface ClientRow {
  readonly clientId: string;
  /** SHA-256 of the client's secret. */
  readonly secretHash: Uint8Array;
  readonly registeredAtMs: number;
}

export interface UpstreamRow {
  readonly clientId: string;
  readonly messageId: string;
  readonly kind: string;
  readonly payload: Uint8Array;
  readonly traceId: string;
  readonly nodeId: string;
  readonly receivedAtMs: number;
}

export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly nextCursor: string | null;
}

export type PushAudience =
  | { readonly type: 'clients'; readonly count: number }
  | { readonly type: 'everyone' }
  | { readonly type: 'registered-since'; readonly sinceMs: number };

export type PushState = 'running' | 'done' | 'failed';

/** What `delivered` means: the client acknowledged it, or it was written to the client's socket. */
export type PushDelivery = 'acknowledged' | 'live';

export interface PushRow {
  readonly pushId: string;
  /** Chosen by the caller; unique per API key name. */
  readonly idempotencyKey: string | null;
  /** Name of the API key that asked. */
  readonly requestedBy: string;
  /** SHA-256 over the request, so that a reused key with another body is told apart. */
  readonly requestHash: Uint8Array;
  readonly audience: PushAudience;
  readonly delivery: PushDelivery;
  readonly payload: Uint8Array;
  readonly traceId: string;
  /** `nodeId/boot` of the push-route that carries it. */
  readonly router: string;
  readonly state: PushState;
  /** Why the push as a whole failed, in one word; null unless failed. */
  readonly failure: string | null;
  readonly createdAtMs: number;
  readonly finishedAtMs: number | null;
  /** How many targets the audience turned out to have; null until known. */
  readonly targets: number | null;
}

export type PushOutcome = 'delivered' | 'offline' | 'failed';

export interface PushResultRow {
  readonly pushId: string;
  readonly clientId: string;
  readonly outcome: PushOutcome;
  /** Why it failed: a word of the catalogue of delivery outcomes; null unless failed. */
  readonly reason: string | null;
  /** The node that answered; null when none was asked. */
  readonly nodeId: string | null;
  readonly settledAtMs: number;
}

/** What one node made of a push to everyone: counted there, never a row per client. */
export interface PushNodeResultRow {
  readonly pushId: string;
  readonly nodeId: string;
  readonly delivered: number;
  readonly failed: number;
  /** Why the node's call failed as a whole, or null. */
  readonly reason: string | null;
}

export interface PushTotals {
  readonly delivered: number;
  readonly offline: number;
  readonly failed: number;
  /** Count per reason among the failed. */
  readonly reasons: Readonly<Record<string, number>>;
}

export interface Store {
  /** Adds a client. Answers false, changing nothing, if the id is taken. */
  insertClient(row: ClientRow): Promise<boolean>;
  findClient(clientId: string): Promise<ClientRow | null>;
  /** Ids of the clients registered at or after a time, oldest first. */
  clientsRegisteredSince(sinceMs: number, cursor: string | null, limit: number): Promise<Page<string>>;

  /** Inserts many rows in one statement; a row whose (clientId, messageId) exists is left as it is. Answers how many were new. */
  insertUpstream(rows: readonly UpstreamRow[]): Promise<number>;
  /** Newest first. Each filter may be left out; from is inclusive, to exclusive. */
  upstreamMessages(
    filter: { clientId?: string; kind?: string; fromMs?: number; toMs?: number },
    cursor: string | null,
    limit: number,
  ): Promise<Page<UpstreamRow>>;
  countUpstream(): Promise<number>;

  /** Adds a push; if its idempotency key was used before, answers the push that stands there and changes nothing. */
  insertPush(row: PushRow): Promise<{ created: boolean; push: PushRow }>;
  findPush(pushId: string): Promise<PushRow | null>;
  updatePush(
    pushId: string,
    change: Partial<Pick<PushRow, 'state' | 'failure' | 'finishedAtMs' | 'targets'>>,
  ): Promise<void>;
  /** A later result for the same target replaces the earlier. */
  insertPushResults(rows: readonly PushResultRow[]): Promise<void>;
  insertPushNodeResults(rows: readonly PushNodeResultRow[]): Promise<void>;
  /** Totals over both kinds of result. */
  pushTotals(pushId: string): Promise<PushTotals>;
  pushResults(
    pushId: string,
    filter: { outcome?: PushOutcome },
    cursor: string | null,
    limit: number,
  ): Promise<Page<PushResultRow>>;
  pushNodeResults(pushId: string): Promise<PushNodeResultRow[]>;

  ping(): Promise<void>;
  close(): Promise<void>;
}

/** The database did not answer in time or could not be reached; a write may or may not have happened. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** The database refused one value for good: trying again cannot help. Nothing of the call was stored. */
export class StoreRejected extends Error {
  override readonly name = 'StoreRejected';
  /** `too-long`: longer than its column; `wrong-value`: of another type or alphabet, out of range, or missing. */
  readonly reason: 'too-long' | 'wrong-value';

  constructor(message: string, reason: StoreRejected['reason'], options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
