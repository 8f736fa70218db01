import type { Route } from '@longwire/cluster';
import type { NodeLife } from '../cluster/node-identity.ts';
import type { Connection } from '../connection/connection.ts';
import type { AwaitedDelivery } from '../delivery/awaited-deliveries.ts';

/**
 * A client on a connection: from the moment its token is verified (claiming) over the claimed route (live) to the end.
 * A message that arrives while the route is being claimed is held, so that a client is never "not here" once Redis says that it is.
 */
export class Session {
  state: 'claiming' | 'live' | 'ended' = 'claiming';
  readonly clientId: string;
  readonly connection: Connection;
  /** Of the node, in which the route is claimed. */
  readonly life: NodeLife;
  /** Milliseconds since 1970 when the token was verified. */
  readonly sinceMs: number = Date.now();
  /** Of the token that it lives by now. */
  tokenIssuedAtMs: number;
  /** The tick of the gateway's wheel after which that token is no longer good; set when the session becomes live. */
  tokenEndsTick = 0;
  /** Deliveries that wait for this client's acknowledgement, by delivery id; null while there is none. */
  unacknowledged: Map<number, AwaitedDelivery> | null = null;
  /** The number of the last message to everyone that it was handed; see Broadcasts. */
  lastBroadcast = 0;
  /** What to do once it is live or has ended; null while there is nothing. */
  held: (() => void)[] | null = null;

  constructor(clientId: string, connection: Connection, life: NodeLife, tokenIssuedAtMs: number) {
    this.clientId = clientId;
    this.connection = connection;
    this.life = life;
    this.tokenIssuedAtMs = tokenIssuedAtMs;
  }

  /** Made when it is asked for: most of it is the same for all sessions. */
  get route(): Route {
    const { nodeId, boot } = this.life;
    return { nodeId, boot, conn: this.connection.conn, transport: 'tcp', sinceMs: this.sinceMs };
  }

  /** Does what was held, in order. Called after the answer to CONNECT is written: a client knows no other first frame. */
  releaseHeld(): void {
    const { held } = this;
    this.held = null;
    held?.forEach((deliver) => deliver());
  }
}
