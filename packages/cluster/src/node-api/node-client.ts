// oxlint-disable-next-line import/no-unassigned-import -- lets 64-bit fields decode to numbers; must load before the generated code
import '@longwire/protocol';
import type { buildConnector, Pool } from 'undici';
import { longwire } from '../../generated/node-api.js';
import type { Membership } from '../membership/membership.ts';
import { CallConnection } from './call-connection.ts';
import { CallFailed, type CallFailure } from './call-failed.ts';
import { CallCode } from './call-frames.ts';
import { NodeCall } from './node-call.ts';
import { nodeConnector, type NodeTls } from './node-tls.ts';
import { PoolClass } from './undici-parts.ts';

const v1 = longwire.node.v1;

export const NODE_API_PREFIX = '/node/v1';
export const NODE_API_CONTENT_TYPE = 'application/x-protobuf';

/** The calls by name: what goes out and what comes back. */
export const nodeApi = {
  deliver: { request: v1.DeliverRequest, response: v1.DeliverResponse },
  outcomes: { request: v1.OutcomesRequest, response: null },
  broadcast: { request: v1.BroadcastRequest, response: v1.BroadcastResponse },
  kick: { request: v1.KickRequest, response: v1.KickResponse },
  holds: { request: v1.HoldsRequest, response: v1.HoldsResponse },
  drain: { request: v1.DrainRequest, response: v1.DrainResponse },
  rebalance: { request: v1.RebalanceRequest, response: v1.RebalanceResponse },
} as const;

export type NodeMessage = longwire.node.v1.Message.$Properties;
export type Delivery = longwire.node.v1.Delivery.$Properties;
export type Outcomes = longwire.node.v1.Outcomes.$Properties;
export type HeldConnection = longwire.node.v1.HeldConnection.$Properties;
export type OutcomesReport = longwire.node.v1.OutcomesRequest.$Properties;
export const OriginRole = v1.OriginRole;

/** The node did not answer in time, or answered something else than success. Whether it acted is not known, unless the reason is 'unsent'. */
export class NodeUnreachable extends CallFailed {
  override readonly name = 'NodeUnreachable';
}

const CONNECTIONS_PER_NODE = 4;
/** As many as a push-route runs pushes at most. */
const BROADCASTS_PER_NODE = 100;
const CONNECT_TIMEOUT_MS = 1000;

/** A broadcast is answered when the slowest client has answered: other calls must not wait for its connection. */
interface NodePools {
  readonly short: Pool;
  readonly broadcasts: Pool;
  /** Opens the connection for frequent calls. */
  readonly upgrades: Pool;
  /** Null until the first frequent call. */
  calls: CallConnection | null;
}

/**
 * Makes node-to-node calls: protobuf bodies, the cluster secret, TLS where the node speaks it, a deadline for each. Those that come a thousand times a
 * second go over a connection of their own, which was upgraded for them (see call-frames.ts); the others by HTTP/1.1 keep-alive.
 */
export class NodeClient {
  readonly #pools = new Map<string, NodePools>();
  readonly #headers: Readonly<Record<string, string>>;
  readonly #stopWatching: (() => void)[];
  readonly #connect: buildConnector.connector;
  readonly #onFailed: (reason: CallFailure) => void;
  /** Those for frequent calls that have not ended, retired ones too. */
  readonly #connections = new Set<CallConnection>();
  #isClosed = false;

  /**
   * `tls`: for nodes whose URL is https; null for what Node.js trusts, and no certificate of its own. `onFailed` is called once for each call that
   * fails.
   */
  constructor(
    membership: Membership,
    clusterSecret: string,
    tls: NodeTls | null = null,
    onFailed: (reason: CallFailure) => void = () => undefined,
  ) {
    this.#onFailed = onFailed;
    this.#connect = nodeConnector(tls, CONNECT_TIMEOUT_MS);
    this.#headers = { authorization: `Bearer ${clusterSecret}`, 'content-type': NODE_API_CONTENT_TYPE };
    const prune = (): void => {
      const alive = new Set(
        [...membership.members('push-server'), ...membership.members('push-route')].map(
          ({ addresses }) => addresses.api,
        ),
      );
      for (const [api, pools] of this.#pools) if (!alive.has(api)) this.#drop(api, pools);
    };
    this.#stopWatching = [
      membership.onChange('push-server', prune),
      membership.onChange('push-route', prune),
    ];
  }

  async deliver(
    api: string,
    request: longwire.node.v1.DeliverRequest.$Properties,
    deadlineMs: number,
  ): Promise<longwire.node.v1.DeliverResponse> {
    const body = await this.#call(api, 'deliver', v1.DeliverRequest.encode(request).finish(), deadlineMs);
    return this.#decode(() => v1.DeliverResponse.decode(body));
  }

  async outcomes(
    api: string,
    request: longwire.node.v1.OutcomesRequest.$Properties,
    deadlineMs: number,
  ): Promise<void> {
    await this.#call(api, 'outcomes', v1.OutcomesRequest.encode(request).finish(), deadlineMs);
  }

  async broadcast(
    api: string,
    request: longwire.node.v1.BroadcastRequest.$Properties,
    deadlineMs: number,
  ): Promise<longwire.node.v1.BroadcastResponse> {
    const body = await this.#post(api, 'broadcast', v1.BroadcastRequest.encode(request).finish(), deadlineMs);
    return this.#decode(() => v1.BroadcastResponse.decode(body));
  }

  async kick(
    api: string,
    request: longwire.node.v1.KickRequest.$Properties,
    deadlineMs: number,
  ): Promise<boolean> {
    const body = await this.#post(api, 'kick', v1.KickRequest.encode(request).finish(), deadlineMs);
    return this.#decode(() => v1.KickResponse.decode(body)).closed;
  }

  async holds(
    api: string,
    request: longwire.node.v1.HoldsRequest.$Properties,
    deadlineMs: number,
  ): Promise<readonly boolean[]> {
    const body = await this.#post(api, 'holds', v1.HoldsRequest.encode(request).finish(), deadlineMs);
    const { holds } = this.#decode(() => v1.HoldsResponse.decode(body));
    if (holds.length === request.connections?.length) return holds;
    throw this.#failed(new CallFailed('unreadable', 'the answer is not one for each connection'));
  }

  async drain(
    api: string,
    request: longwire.node.v1.DrainRequest.$Properties,
    deadlineMs: number,
  ): Promise<boolean> {
    const body = await this.#post(api, 'drain', v1.DrainRequest.encode(request).finish(), deadlineMs);
    return this.#decode(() => v1.DrainResponse.decode(body)).accepted;
  }

  async rebalance(
    api: string,
    request: longwire.node.v1.RebalanceRequest.$Properties,
    deadlineMs: number,
  ): Promise<number> {
    const body = await this.#post(api, 'rebalance', v1.RebalanceRequest.encode(request).finish(), deadlineMs);
    return this.#decode(() => v1.RebalanceResponse.decode(body)).clients;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const stop of this.#stopWatching) stop();
    for (const connection of this.#connections)
      connection.destroy(new CallFailed('lost', 'this node is going'));
    const pools = [...this.#pools.values()].flatMap(({ short, upgrades, broadcasts }) => [
      ...[short, upgrades, broadcasts],
    ]);
    await Promise.all(pools.map((pool) => pool.destroy()));
    this.#pools.clear();
  }

  async #call(
    api: string,
    call: 'deliver' | 'outcomes',
    body: Uint8Array,
    deadlineMs: number,
  ): Promise<Uint8Array> {
    try {
      return await this.#connectionTo(api).call(CallCode[call], body, deadlineMs);
    } catch (error) {
      throw this.#failed(error, `${call} at ${api}: `);
    }
  }

  #connectionTo(api: string): CallConnection {
    const pools = this.#poolsOf(api);
    if (pools.calls?.isReplaceable === false) return pools.calls;
    const connection = new CallConnection(this.#headers, (ended) => this.#connections.delete(ended));
    pools.calls = connection;
    this.#connections.add(connection);
    connection.open(pools.upgrades);
    return connection;
  }

  async #post(
    api: string,
    call: Exclude<keyof typeof nodeApi, 'deliver' | 'outcomes'>,
    body: Uint8Array,
    deadlineMs: number,
  ): Promise<Uint8Array> {
    try {
      const { short, broadcasts } = this.#poolsOf(api);
      const pool = call === 'broadcast' ? broadcasts : short;
      return await new NodeCall(pool, `${NODE_API_PREFIX}/${call}`, this.#headers, body, deadlineMs).answer;
    } catch (error) {
      throw this.#failed(error, `${call} at ${api}: `);
    }
  }

  #decode<Message>(read: () => Message): Message {
    try {
      return read();
    } catch (cause) {
      throw this.#failed(new CallFailed('unreadable', 'the answer is not valid protobuf', { cause }));
    }
  }

  #failed(cause: unknown, where = ''): NodeUnreachable {
    const reason = cause instanceof CallFailed ? cause.reason : 'unsent';
    this.#onFailed(reason);
    return new NodeUnreachable(reason, where + (cause as Error).message, { cause });
  }

  /** @throws CallFailed */
  #poolsOf(api: string): NodePools {
    if (this.#isClosed) throw new CallFailed('unsent', 'this node is going');
    let pools = this.#pools.get(api);
    if (pools === undefined) {
      // Each call has a deadline of its own; undici's timers would only be more of them.
      const options = { connect: this.#connect, headersTimeout: 0, bodyTimeout: 0 };
      pools = {
        short: new PoolClass(api, { connections: CONNECTIONS_PER_NODE, ...options }),
        broadcasts: new PoolClass(api, { connections: BROADCASTS_PER_NODE, ...options }),
        upgrades: new PoolClass(api, { connections: 1, ...options }),
        calls: null,
      };
      this.#pools.set(api, pools);
    }
    return pools;
  }

  #drop(api: string, { short, upgrades, broadcasts, calls }: NodePools): void {
    this.#pools.delete(api);
    // Calls in flight to a node that has left the list still end by their own deadline.
    calls?.retire();
    for (const pool of [short, upgrades, broadcasts]) void pool.close().catch(() => undefined);
  }
}
