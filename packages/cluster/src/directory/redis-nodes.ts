import { chunks } from './chunks.ts';
import { fenceLifeMs, type LeaseResult, type NodeLease } from './directory.ts';
import type { RedisClient } from './redis-client.ts';
import type { RedisConnection } from './redis-connection.ts';
import type { RedisLayout } from './redis-layout.ts';

/** How long the name of a node that is gone, and swept, stays in the index of nodes. */
const nodeIndexLifeMs = 24 * 3_600_000;
/** How many nodes are asked for at once. */
const nodesPerRead = 200;

/** The nodes' part of the directory: leases, lives that were announced, lives that were declared dead. */
export class RedisNodes {
  readonly #client: RedisClient;
  readonly #layout: RedisLayout;

  constructor(client: RedisClient, layout: RedisLayout) {
    this.#client = client;
    this.#layout = layout;
  }

  async rememberBoot(nodeId: string, boot: string): Promise<void> {
    await this.#index(nodeId);
    await this.#client.call((redis) => redis.sadd(this.#layout.boots(nodeId), boot));
  }

  async forgetBoot(nodeId: string, boot: string): Promise<void> {
    await this.#client.call((redis) => redis.srem(this.#layout.boots(nodeId), boot));
  }

  async knownBoots(): Promise<{ nodeId: string; boot: string }[]> {
    const nodeIds = await this.#nodeIds();
    const boots = await this.#read(nodeIds, (redis, nodeId) => redis.smembers(this.#layout.boots(nodeId)));
    await this.#forgetSilent(new Set(nodeIds.filter((_, i) => boots[i]?.length === 0)));
    return nodeIds.flatMap((nodeId, i) => (boots[i] ?? []).map((boot) => ({ nodeId, boot })));
  }

  async refreshLease(lease: NodeLease, ttlMs: number): Promise<LeaseResult> {
    const { nodeId, boot } = lease;
    // First, and each time: what is not in the index is not found, and a Redis that has lost its data has none.
    await this.#index(nodeId);
    return this.#client.script<LeaseResult>(
      'refresh-lease',
      [this.#layout.lease(nodeId), this.#layout.boots(nodeId), this.#layout.fenced(nodeId, boot)],
      [boot, JSON.stringify(lease), ttlMs],
    );
  }

  async dropLease(nodeId: string, boot: string): Promise<void> {
    await this.#client.script('drop-lease', [this.#layout.lease(nodeId)], [boot]);
  }

  async leases(): Promise<NodeLease[]> {
    const nodeIds = await this.#nodeIds();
    const found = await this.#read(nodeIds, (redis, nodeId) => redis.get(this.#layout.lease(nodeId)));
    return found.filter((json) => json !== null).map((json) => JSON.parse(json) as NodeLease);
  }

  async fence(nodeId: string, boot: string): Promise<void> {
    await this.#client.call((redis) =>
      redis.set(this.#layout.fenced(nodeId, boot), 'dead', 'PX', fenceLifeMs),
    );
  }

  async #index(nodeId: string): Promise<void> {
    await this.#client.call((redis) => redis.zadd(this.#layout.nodes, Date.now(), nodeId));
  }

  #nodeIds(): Promise<string[]> {
    return this.#client.call((redis) => redis.zrangebyscore(this.#layout.nodes, '-inf', '+inf'));
  }

  /** A call each: in a cluster the keys of two nodes lie apart. */
  async #read<Found>(
    nodeIds: readonly string[],
    read: (redis: RedisConnection, nodeId: string) => Promise<Found>,
  ): Promise<Found[]> {
    const found: Found[] = [];
    for (const part of chunks(nodeIds, nodesPerRead)) {
      found.push(...(await Promise.all(part.map((id) => this.#client.call((redis) => read(redis, id))))));
    }
    return found;
  }

  /** Takes nodes without a boot out of the index once nothing has been heard of them for long. */
  async #forgetSilent(bootless: ReadonlySet<string>): Promise<void> {
    if (bootless.size === 0) return;
    const silent = await this.#client.call((redis) =>
      redis.zrangebyscore(this.#layout.nodes, 0, Date.now() - nodeIndexLifeMs),
    );
    const gone = silent.filter((nodeId) => bootless.has(nodeId));
    if (gone.length > 0) await this.#client.call((redis) => redis.zrem(this.#layout.nodes, ...gone));
  }
}
