import type { Generated } from 'kysely';
import type { PushDelivery, PushOutcome, PushState } from './store.ts';

/** The tables as kysely sees them: the same names and types on both databases. Made in `migrations/`. */
export interface Tables {
  clients: ClientsTable;
  upstream_messages: UpstreamMessagesTable;
  pushes: PushesTable;
  push_results: PushResultsTable;
  push_node_results: PushNodeResultsTable;
}

export interface ClientsTable {
  client_id: string;
  secret_hash: Uint8Array;
  registered_at_ms: number;
}

export interface UpstreamMessagesTable {
  /** Grows with each insert; breaks ties among messages of one millisecond when paging. */
  id: Generated<number>;
  client_id: string;
  message_id: string;
  kind: string;
  payload: Uint8Array;
  trace_id: string;
  node_id: string;
  received_at_ms: number;
}

export interface PushesTable {
  push_id: string;
  idempotency_key: string | null;
  requested_by: string;
  request_hash: Uint8Array;
  /** JSON of a PushAudience. */
  audience: string;
  delivery: PushDelivery;
  payload: Uint8Array;
  trace_id: string;
  router: string;
  state: PushState;
  failure: string | null;
  created_at_ms: number;
  finished_at_ms: number | null;
  targets: number | null;
}

export interface PushResultsTable {
  push_id: string;
  client_id: string;
  outcome: PushOutcome;
  reason: string | null;
  node_id: string | null;
  settled_at_ms: number;
}

export interface PushNodeResultsTable {
  push_id: string;
  node_id: string;
  delivered: number;
  failed: number;
  reason: string | null;
}
