import { Cluster, Redis, type ClusterOptions, type RedisOptions } from 'ioredis';
import type { RedisSettings } from '../config.ts';
import { fullJitterMs } from '../full-jitter.ts';
import { parseRedisUrl, type RedisAddress } from './redis-address.ts';

export type RedisConnection = Redis | Cluster;

const reconnectPause = { baseMs: 50, capMs: 2000 };
/** How often a client of a cluster looks which master has which slots, besides at every MOVED. */
const slotsRefreshIntervalMs = 2000;
/** A node of a cluster that cannot be reached so often in a row, within about 2 s, is asked for anew by the next call. */
const nodeAttempts = 6;

/** Opens what `settings.url` and `settings.mode` name; it connects, and connects again, by itself. */
export function connectRedis(settings: RedisSettings): RedisConnection {
  const address = parseRedisUrl(settings.url, settings.mode);
  const options = connectionOptions(settings, address);
  switch (settings.mode) {
    case 'single':
      return new Redis({ ...options, ...address.servers[0], db: address.database });
    case 'sentinel':
      return new Redis({ ...options, ...sentinelOptions(settings, address) });
    case 'cluster': {
      const cluster = new Cluster([...address.servers], clusterOptions(settings, options));
      cluster.on('+node', catchAsking);
      return cluster;
    }
  }
}

/** ioredis (6.0.0) drops the promise of the ASKING that it sends before a redirected call; the loss of that node would end this process. */
function catchAsking(node: Redis): void {
  const asking = node.asking.bind(node);
  node.asking = (() => {
    const asked = asking();
    asked.catch(() => undefined);
    return asked;
  }) as typeof node.asking;
}

function connectionOptions(settings: RedisSettings, address: RedisAddress) {
  return {
    ...(address.username === undefined ? {} : { username: address.username }),
    ...(address.password === undefined ? {} : { password: address.password }),
    ...(address.tls ? { tls: {} } : {}),
    connectTimeout: settings.commandTimeoutMs,
    commandTimeout: settings.commandTimeoutMs,
    // A connection that goes silent while calls wait is given up: its calls are not only timed out but forgotten.
    socketTimeout: settings.commandTimeoutMs,
    // 0, not 1: what was under way when the connection broke is refused then, rather than at its deadline.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    enableOfflineQueue: false,
    retryStrategy: backoffMs,
    // A primary that has become a replica; the next connection goes to the new one.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  } satisfies RedisOptions;
}

function sentinelOptions(settings: RedisSettings, { servers, tls, database }: RedisAddress) {
  return {
    sentinels: [...servers],
    name: settings.primaryName,
    db: database,
    ...(settings.sentinelPassword === '' ? {} : { sentinelPassword: settings.sentinelPassword }),
    ...(tls ? { enableTLSForSentinelMode: true, sentinelTLS: {} } : {}),
    sentinelCommandTimeout: settings.commandTimeoutMs,
    sentinelRetryStrategy: backoffMs,
    sentinelReconnectStrategy: backoffMs,
    // Leaves an old primary that still takes writes, on the wrong side of a partition, as soon as a sentinel says so.
    failoverDetector: true,
  } satisfies RedisOptions;
}

function clusterOptions(settings: RedisSettings, redisOptions: ReturnType<typeof connectionOptions>) {
  return {
    redisOptions,
    clusterRetryStrategy: backoffMs,
    clusterNodeRetryStrategy: (attempt) => (attempt > nodeAttempts ? null : backoffMs(attempt)),
    slotsRefreshInterval: slotsRefreshIntervalMs,
    slotsRefreshTimeout: settings.commandTimeoutMs,
    // Calls follow MOVED and ASK, and a bucket that is half moved is asked for again after 100 ms. Everything else that a node refuses is refused at
    // once, and not tried again behind the caller's back.
    maxRedirections: 16,
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    // Names stay names, so that a certificate fits and a server that moves is found again.
    dnsLookup: (host, done) => done(null, host),
  } satisfies ClusterOptions;
}

function backoffMs(attempt: number): number {
  return fullJitterMs(attempt, reconnectPause);
}
