import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { RedisSettings } from '../config.ts';
import {
  fenceLifeMs,
  maxClockSkewMs,
  maxTokenLifeMs,
  type ClaimResult,
  type ConfirmResult,
  type Directory,
  type LeaseResult,
  type NodeLease,
  type Route,
} from './directory.ts';
import { RedisClient } from './redis-client.ts';
import { bootPrefix, ownerPrefix, packDetails, packRoute, RedisLayout, unpackRoute } from './redis-layout.ts';
import { TickBatch } from './tick-batch.ts';

/**
 * Entries in one script call: Redis does nothing else meanwhile, and 100 claims take it well under a millisecond.
 * Measured on 2 cores with Redis 7.0: 220,000 claims/s from one process in batches of 500, 75,000 with a call each.
 */
const entriesPerCall = 100;
/** Look-ups in one script call, and how many such calls one `lookup` keeps under way. */
const lookupsPerCall = 500;
const lookupCallsAtOnce = 4;
const bucketsPerCount = 1024;
/** A sweep reads whole buckets, so each call takes few and claims get in between. */
const bucketsPerSweep = 16;
/** How long the name of a node that is gone, and swept, stays in the index of nodes. */
const nodeIndexLifeMs = 24 * 3_600_000;
/** How many nodes are asked for at once. */
const nodesPerRead = 200;

interface Claim {
  readonly clientId: string;
  readonly route: Route;
  readonly tokenIssuedAtMs: number;
}

/**
 * The directory in Redis (7 or newer); see redis-layout.ts for what lies where. Calls made in the same turn of the event
 * loop share a script call. `lookup`, `count`, `sweep` and `leases` take several calls, and the deadline is for each.
 * One Redis, or one primary with replicas: a script call spans buckets, which Redis Cluster refuses.
 */
export class RedisDirectory implements Directory {
  readonly #client: RedisClient;
  readonly #layout: RedisLayout;
  readonly #claims: TickBatch<Claim, string>;
  readonly #confirms: TickBatch<Claim, ConfirmResult>;
  readonly #releases: TickBatch<{ clientId: string; owner: string }, number>;
  readonly #routes: TickBatch<string, string>;
  readonly #floors: TickBatch<string, string>;

  constructor({ settings, logger }: { settings: RedisSettings; logger: Logger }) {
    const layout = new RedisLayout(settings.keyPrefix, settings.buckets);
    const client = new RedisClient(settings, logger);
    this.#client = client;
    this.#layout = layout;
    this.#claims = new TickBatch(entriesPerCall, (claims) =>
      client.script<string[]>(
        'claim',
        claims.flatMap(({ clientId }) => layout.routesAndFloors(clientId)),
        [maxTokenLifeMs, ...claims.flatMap((c) => [c.clientId, packRoute(c.route), c.tokenIssuedAtMs])],
      ),
    );
    this.#confirms = new TickBatch(entriesPerCall, (claims) =>
      client.script<ConfirmResult[]>(
        'confirm',
        claims.flatMap(({ clientId }) => layout.routesAndFloors(clientId)),
        [
          maxClockSkewMs,
          ...claims.flatMap(({ clientId, route, tokenIssuedAtMs }) => [
            clientId,
            ownerPrefix(route),
            packDetails(route),
            tokenIssuedAtMs,
          ]),
        ],
      ),
    );
    this.#releases = new TickBatch(entriesPerCall, (releases) =>
      client.script<number[]>(
        'release',
        releases.map(({ clientId }) => layout.routes(layout.bucketOf(clientId))),
        releases.flatMap(({ clientId, owner }) => [clientId, owner]),
      ),
    );
    this.#routes = new TickBatch(lookupsPerCall, (clientIds) => this.#readRoutes(clientIds));
    this.#floors = new TickBatch(entriesPerCall, (clientIds) =>
      client.script<string[]>(
        'lookup',
        clientIds.map((clientId) => layout.floors(layout.bucketOf(clientId))),
        clientIds,
      ),
    );
  }

  async claim(clientId: string, route: Route, tokenIssuedAtMs: number): Promise<ClaimResult> {
    const answer = await this.#claims.add({ clientId, route, tokenIssuedAtMs });
    return answer === 'revoked'
      ? { status: 'revoked' }
      : { status: 'claimed', replaced: unpackRoute(answer) };
  }

  confirm(clientId: string, route: Route, tokenIssuedAtMs: number): Promise<ConfirmResult> {
    return this.#confirms.add({ clientId, route, tokenIssuedAtMs });
  }

  async release(clientId: string, owner: Pick<Route, 'nodeId' | 'boot' | 'conn'>): Promise<boolean> {
    return (await this.#releases.add({ clientId, owner: ownerPrefix(owner) })) === 1;
  }

  async lookup(clientIds: readonly string[]): Promise<(Route | null)[]> {
    const [only] = clientIds;
    if (only !== undefined && clientIds.length === 1) return [unpackRoute(await this.#routes.add(only))];
    const parts = chunks(clientIds, lookupsPerCall);
    const found: string[][] = [];
    for (const group of chunks(parts, lookupCallsAtOnce)) {
      found.push(...(await Promise.all(group.map((part) => this.#readRoutes(part)))));
    }
    return found.flat().map(unpackRoute);
  }

  async revoke(clientId: string, issuedAtOrBeforeMs: number): Promise<Route | null> {
    const keys = this.#layout.routesAndFloors(clientId);
    return unpackRoute(
      await this.#client.script<string>('revoke', keys, [clientId, issuedAtOrBeforeMs, maxTokenLifeMs]),
    );
  }

  async isRevoked(clientId: string, tokenIssuedAtMs: number): Promise<boolean> {
    const floor = await this.#floors.add(clientId);
    return floor !== '' && tokenIssuedAtMs <= Number(floor);
  }

  async count(): Promise<number> {
    const counts = await Promise.all(
      chunks(this.#routeKeys(), bucketsPerCount).map((keys) =>
        this.#client.script<number>('count', keys, []),
      ),
    );
    return counts.reduce((total, count) => total + count, 0);
  }

  async fence(nodeId: string, boot: string): Promise<void> {
    await this.#client.call((redis) =>
      redis.set(this.#layout.fenced(nodeId, boot), 'dead', 'PX', fenceLifeMs),
    );
  }

  async sweep(nodeId: string, boot: string): Promise<number> {
    let deleted = 0;
    for (const keys of chunks(this.#routeKeys(), bucketsPerSweep)) {
      deleted += await this.#client.script<number>('sweep', keys, [bootPrefix(nodeId, boot)]);
    }
    await this.#client.call((redis) => redis.srem(this.#layout.boots(nodeId), boot));
    return deleted;
  }

  async rememberBoot(nodeId: string, boot: string): Promise<void> {
    await this.#indexNode(nodeId);
    await this.#client.call((redis) => redis.sadd(this.#layout.boots(nodeId), boot));
  }

  async knownBoots(): Promise<{ nodeId: string; boot: string }[]> {
    const nodeIds = await this.#nodeIds();
    const boots = await this.#readNodes(nodeIds, (redis, id) => redis.smembers(this.#layout.boots(id)));
    await this.#forgetNodes(new Set(nodeIds.filter((_, i) => boots[i]?.length === 0)));
    return nodeIds.flatMap((nodeId, i) => (boots[i] ?? []).map((boot) => ({ nodeId, boot })));
  }

  async refreshLease(lease: NodeLease, ttlMs: number): Promise<LeaseResult> {
    const { nodeId, boot } = lease;
    // A node that comes back to a backend without its data is in no index; and what is not in it is not found.
    await this.#indexNode(nodeId);
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
    const found = await this.#readNodes(nodeIds, (redis, nodeId) => redis.get(this.#layout.lease(nodeId)));
    return found.filter((json) => json !== null).map((json) => JSON.parse(json) as NodeLease);
  }

  async ping(): Promise<void> {
    await this.#client.call((redis) => redis.ping());
  }

  async close(): Promise<void> {
    this.#client.close();
  }

  #readRoutes(clientIds: readonly string[]): Promise<string[]> {
    const keys = clientIds.map((clientId) => this.#layout.routes(this.#layout.bucketOf(clientId)));
    return this.#client.script<string[]>('lookup', keys, clientIds);
  }

  async #indexNode(nodeId: string): Promise<void> {
    await this.#client.call((redis) => redis.zadd(this.#layout.nodes, Date.now(), nodeId));
  }

  #nodeIds(): Promise<string[]> {
    return this.#client.call((redis) => redis.zrangebyscore(this.#layout.nodes, '-inf', '+inf'));
  }

  async #readNodes<Found>(
    nodeIds: readonly string[],
    read: (redis: Redis, nodeId: string) => Promise<Found>,
  ): Promise<Found[]> {
    const found: Found[] = [];
    for (const part of chunks(nodeIds, nodesPerRead)) {
      found.push(...(await Promise.all(part.map((id) => this.#client.call((redis) => read(redis, id))))));
    }
    return found;
  }

  /** Takes nodes without a boot out of the index once nothing has been heard of them for long. */
  async #forgetNodes(bootless: ReadonlySet<string>): Promise<void> {
    if (bootless.size === 0) return;
    const silent = await this.#client.call((redis) =>
      redis.zrangebyscore(this.#layout.nodes, 0, Date.now() - nodeIndexLifeMs),
    );
    const gone = silent.filter((nodeId) => bootless.has(nodeId));
    if (gone.length > 0) await this.#client.call((redis) => redis.zrem(this.#layout.nodes, ...gone));
  }

  #routeKeys(): string[] {
    return Array.from({ length: this.#layout.buckets }, (_, bucket) => this.#layout.routes(bucket));
  }
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  const parts: Item[][] = [];
  for (let start = 0; start < items.length; start += size) parts.push(items.slice(start, start + size));
  return parts;
}
