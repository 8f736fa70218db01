import type { Route } from '@longwire/cluster';
import type { Connection } from '../connection/connection.ts';
import type { PendingDelivery } from '../delivery/pending-delivery.ts';

/**
 * A client on a connection: from the moment its token is verified (claiming) over the claimed route (live) to the end.
 * A message that arrives while the route is being claimed is held, so that a client is never "not here" once Redis says that it is.
 */
export class Session {
  state: 'claiming' | 'live' | 'ended' = 'claiming';
  readonly clientId: string;
  readonly connection: Connection;
  readonly route: Route;
  /** Of the token that it lives by now. */
  tokenIssuedAtMs: number;
  /** The tick of the gateway's wheel after which that token is no longer good; set when the session becomes live. */
  tokenEndsTick = 0;
  /** Deliveries that wait for this client's acknowledgement, by delivery id; null while there is none. */
  unacknowledged: Map<number, PendingDelivery> | null = null;
  /** What to do once it is live or has ended; null while there is nothing. */
  held: (() => void)[] | null = null;

  constructor(clientId: string, connection: Connection, route: Route, tokenIssuedAtMs: number) {
    this.clientId = clientId;
    this.connection = connection;
    this.route = route;
    this.tokenIssuedAtMs = tokenIssuedAtMs;
  }

  /** Does what was held, in order. Called after the answer to CONNECT is written: a client knows no other first frame. */
  releaseHeld(): void {
    const { held } = this;
    this.held = null;
    held?.forEach((deliver) => deliver());
  }
}
