import { Type, type Static } from 'typebox';
import { parseRedisUrl, redisUrlPattern } from './directory/redis-address.ts';

/** What a setting with the addresses of several servers must look like; a blank after a comma does no harm. */
const serverList = '^$|^[^:/,\\s]+:[1-9][0-9]{0,4}(, ?[^:/,\\s]+:[1-9][0-9]{0,4}){0,30}$';

/** Settings of the backends. An empty address means the embedded adapter, which works inside one process only. */
export const redisSettings = Type.Object({
  url: Type.String({
    default: '',
    pattern: redisUrlPattern,
    secret: true,
    description:
      'redis://[user:password@]host:port[,host:port][/db], rediss for TLS; what the hosts are says mode; empty: embedded',
  }),
  mode: Type.Enum(['single', 'sentinel', 'cluster'], {
    default: 'single',
    description:
      'whether the hosts are one Redis, the sentinels that know the primary, or some nodes of a Redis Cluster',
  }),
  primaryName: Type.String({
    default: 'mymaster',
    pattern: '^[A-Za-z0-9._-]{1,128}$',
    description: 'what the sentinels call the primary',
  }),
  sentinelPassword: Type.String({ default: '', secret: true, description: 'of the sentinels; empty: none' }),
  commandTimeoutMs: Type.Integer({ default: 2000, minimum: 50, maximum: 60_000 }),
  keyPrefix: Type.String({ default: 'lw', pattern: '^[a-z0-9-]{1,32}$' }),
  buckets: Type.Integer({
    default: 16_384,
    minimum: 1,
    maximum: 1_048_576,
    description: 'fixed for the life of the data',
  }),
});

export const zookeeperSettings = Type.Object({
  servers: Type.String({
    default: '',
    pattern: serverList,
    description: 'host:port,host:port; empty: embedded',
  }),
  sessionTimeoutMs: Type.Integer({
    default: 10_000,
    minimum: 2000,
    // Above this a ZooKeeper of usual settings agrees to no session, and clients of a dead node are out of reach for too long.
    maximum: 40_000,
    description: 'silence after which ZooKeeper takes a process for dead',
  }),
  rootPath: Type.String({ default: '/longwire', pattern: '^(/[A-Za-z0-9._-]+)+$' }),
});

export const kafkaSettings = Type.Object({
  brokers: Type.String({
    default: '',
    pattern: serverList,
    description: 'host:port,host:port; empty: embedded',
  }),
  topic: Type.String({ default: 'longwire.upstream', pattern: '^[A-Za-z0-9._-]{1,200}$' }),
  deadLetterTopic: Type.String({ default: 'longwire.upstream.dead', pattern: '^[A-Za-z0-9._-]{1,200}$' }),
  partitions: Type.Integer({ default: 12, minimum: 1, maximum: 10_000 }),
  replicationFactor: Type.Integer({
    default: 1,
    minimum: 1,
    maximum: 10,
    description:
      'of topics that Longwire makes; 3 on a real cluster, where two brokers then hold what was accepted',
  }),
  publishTimeoutMs: Type.Integer({ default: 10_000, minimum: 100, maximum: 120_000 }),
  maxQueuedRecords: Type.Integer({ default: 50_000, minimum: 1 }),
  maxQueuedBytes: Type.Integer({ default: 33_554_432, minimum: 65_536 }),
});

export const databaseSettings = Type.Object({
  url: Type.String({
    default: 'sqlite:.longwire/longwire.db',
    pattern: '^(sqlite:.+|mysql://.+)$',
    secret: true,
    description: 'mysql://user:password@host:port/database, or sqlite:path',
  }),
  queryTimeoutMs: Type.Integer({ default: 5000, minimum: 50, maximum: 120_000 }),
  poolSize: Type.Integer({
    default: 10,
    minimum: 1,
    maximum: 1000,
    description: 'connections of one process, beside one for readiness checks',
  }),
});

export type RedisSettings = Static<typeof redisSettings>;
export type ZookeeperSettings = Static<typeof zookeeperSettings>;
export type KafkaSettings = Static<typeof kafkaSettings>;
export type DatabaseSettings = Static<typeof databaseSettings>;

/** What does not fit together, for the check of a configuration. */
export function redisProblems({ url, mode }: RedisSettings): { key: string; allowed: string }[] {
  if (url === '') return [];
  const { servers, database } = parseRedisUrl(url, mode);
  if (mode === 'single' && servers.length > 1)
    return [
      { key: 'redis.url', allowed: 'one host; several are sentinels or nodes of a cluster: see redis.mode' },
    ];
  if (mode === 'cluster' && database !== 0)
    return [{ key: 'redis.url', allowed: 'no number of a database: a Redis Cluster has one' }];
  return [];
}
