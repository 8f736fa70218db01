import { crc32 } from 'node:zlib';
import type { Route } from './directory.ts';

/**
 * What lies where in Redis, for whoever reads it from another language. `lw` stands for the key prefix in force:
 *
 *     lw:route:{b}          hash    clientId -> packed route
 *     lw:floor:{b}          hash    clientId -> milliseconds since 1970, in decimal: tokens issued up to then are revoked
 *     lw:nodes              zset    nodeId, scored with when it was last heard: tells which of the following keys to read
 *     lw:boots:{id}         set     every life of the node (its boot) that was announced and not forgotten since: two, while one drains and its successor serves
 *     lw:node:{id}:boot     string  the lease of this life as JSON, with a TTL; only of a life in that set
 *     lw:fenced:{id}:boot   string  this life was declared dead, with a TTL
 *
 * b = crc32(clientId in UTF-8; the CRC-32 of zlib, unsigned) mod the number of buckets. The braces are in the keys: they
 * are Redis Cluster's hash tag, and keep a client's route and floor in one slot, and so all keys of a node. What is asked in one script call for several
 * buckets when there is one Redis takes a call for each bucket in Redis Cluster.
 *
 * A packed route is `nodeId|boot|conn|transport|sinceMs`, conn and sinceMs in base 36, transport `t` for TCP. The owner
 * comes first so that "is it still mine" is a comparison of prefixes, and the whole stays within the 64 bytes that a
 * Redis listpack takes for a node id of up to 28 characters.
 */
export class RedisLayout {
  readonly #prefix: string;
  readonly buckets: number;
  readonly nodes: string;

  constructor(keyPrefix: string, buckets: number) {
    this.#prefix = keyPrefix;
    this.buckets = buckets;
    this.nodes = `${keyPrefix}:nodes`;
  }

  bucketOf(clientId: string): number {
    return crc32(clientId) % this.buckets;
  }

  routes(bucket: number): string {
    return `${this.#prefix}:route:{${bucket}}`;
  }

  floors(bucket: number): string {
    return `${this.#prefix}:floor:{${bucket}}`;
  }

  /** The two keys of a client's bucket. */
  routesAndFloors(clientId: string): [string, string] {
    const bucket = this.bucketOf(clientId);
    return [this.routes(bucket), this.floors(bucket)];
  }

  lease(nodeId: string, boot: string): string {
    return `${this.#prefix}:node:{${nodeId}}:${boot}`;
  }

  boots(nodeId: string): string {
    return `${this.#prefix}:boots:{${nodeId}}`;
  }

  fenced(nodeId: string, boot: string): string {
    return `${this.#prefix}:fenced:{${nodeId}}:${boot}`;
  }
}

export function bootPrefix(nodeId: string, boot: string): string {
  return `${nodeId}|${boot}|`;
}

export function ownerPrefix(owner: Pick<Route, 'nodeId' | 'boot' | 'conn'>): string {
  return `${bootPrefix(owner.nodeId, owner.boot)}${owner.conn.toString(36)}|`;
}

export function packRoute(route: Route): string {
  return ownerPrefix(route) + packDetails(route);
}

/** What follows the owner. */
export function packDetails(route: Route): string {
  return `t|${route.sinceMs.toString(36)}`;
}

/** Null for the empty string, which the scripts use for "none". */
export function unpackRoute(packed: string): Route | null {
  if (packed === '') return null;
  const [nodeId, boot, conn, transport, sinceMs] = packed.split('|');
  if (nodeId === undefined || boot === undefined || conn === undefined || transport !== 't' || !sinceMs) {
    throw new Error(`the directory holds a route that cannot be read: ${packed}`);
  }
  return { nodeId, boot, conn: parseInt(conn, 36), transport: 'tcp', sinceMs: parseInt(sinceMs, 36) };
}
