import { chunks } from './chunks.ts';
import { fenceLifeMs, type LeaseResult, type NodeLease } from './directory.ts';
import type { RedisClient } from './redis-client.ts';
import type { RedisConnection } from './redis-connection.ts';
import type { RedisLayout } from './redis-layout.ts';

/** How long the name of a node that is gone, and swept, stays in the index of nodes. */
const nodeIndexLifeMs = 24 * 3_600_000;
/** How many nodes are asked for at once. */
const nodesPerRead = 200;

interface Life {
  readonly nodeId: string;
  readonly boot: string;
}

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

  async knownBoots(): Promise<Life[]> {
    const nodes = await this.#nodesWithBoots();
    await this.#forgetSilent(
      new Set(nodes.filter(({ boots }) => boots.length === 0).map(({ nodeId }) => nodeId)),
    );
    return livesOf(nodes);
  }

  async refreshLease(lease: NodeLease, ttlMs: number): Promise<LeaseResult> {
    const { nodeId, boot } = lease;
    // First, and each time: what is not in the index is not found, and a Redis that has lost its data has none.
    await this.#index(nodeId);
    return this.#client.script<LeaseResult>(
      'refresh-lease',
      [this.#layout.lease(nodeId, boot), this.#layout.boots(nodeId), this.#layout.fenced(nodeId, boot)],
      [boot, JSON.stringify(lease), ttlMs],
    );
  }

  async isLeased(nodeId: string, boot: string): Promise<boolean> {
    return (await this.#client.call((redis) => redis.exists(this.#layout.lease(nodeId, boot)))) === 1;
  }

  async dropLease(nodeId: string, boot: string): Promise<void> {
    await this.#client.call((redis) => redis.del(this.#layout.lease(nodeId, boot)));
  }

  async leases(): Promise<NodeLease[]> {
    const lives = livesOf(await this.#nodesWithBoots());
    const found = await this.#read(lives, (redis, { nodeId, boot }) =>
      redis.get(this.#layout.lease(nodeId, boot)),
    );
    return found.filter((json) => json !== null).map((json) => JSON.parse(json) as NodeLease);
  }

  async fence(nodeId: string, boot: string): Promise<boolean> {
    const keys = [this.#layout.lease(nodeId, boot), this.#layout.fenced(nodeId, boot)];
    return (await this.#client.script<number>('fence', keys, [fenceLifeMs])) === 1;
  }

  async #index(nodeId: string): Promise<void> {
    await this.#client.call((redis) => redis.zadd(this.#layout.nodes, Date.now(), nodeId));
  }

  async #nodesWithBoots(): Promise<{ nodeId: string; boots: string[] }[]> {
    const nodeIds = await this.#client.call((redis) =>
      redis.zrangebyscore(this.#layout.nodes, '-inf', '+inf'),
    );
    const boots = await this.#read(nodeIds, (redis, nodeId) => redis.smembers(this.#layout.boots(nodeId)));
    return nodeIds.map((nodeId, i) => ({ nodeId, boots: boots[i] ?? [] }));
  }

  /** A call each: in a cluster the keys of two nodes lie apart. */
  async #read<Of, Found>(
    all: readonly Of[],
    read: (redis: RedisConnection, one: Of) => Promise<Found>,
  ): Promise<Found[]> {
    const found: Found[] = [];
    for (const part of chunks(all, nodesPerRead)) {
      found.push(...(await Promise.all(part.map((one) => this.#client.call((redis) => read(redis, one))))));
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

function livesOf(nodes: readonly { nodeId: string; boots: readonly string[] }[]): Life[] {
  return nodes.flatMap(({ nodeId, boots }) => boots.map((boot) => ({ nodeId, boot })));
}
