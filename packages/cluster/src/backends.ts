import type { Logger } from 'pino';
import {
  redisProblems,
  type DatabaseSettings,
  type KafkaSettings,
  type RedisSettings,
  type ZookeeperSettings,
} from './config.ts';
import { EmbeddedDirectory, RedisDirectory, type Directory } from './directory/index.ts';
import { EmbeddedMembership, ZooKeeperMembership, type Membership } from './membership/index.ts';
import { openStore, type Store } from './store/index.ts';
import { EmbeddedUpstreamLog, KafkaUpstreamLog, type UpstreamLog } from './upstream/index.ts';

interface Opening<Settings> {
  readonly settings: Settings;
  readonly logger: Logger;
}

/** The directory on Redis, or embedded where no address is set. */
export function openDirectory(opening: Opening<RedisSettings>): Directory {
  return opening.settings.url === '' ? new EmbeddedDirectory() : new RedisDirectory(opening);
}

/** The membership on ZooKeeper, or embedded where no address is set. Rejects when ZooKeeper cannot be reached. */
export async function openMembership(opening: Opening<ZookeeperSettings>): Promise<Membership> {
  return opening.settings.servers === '' ? new EmbeddedMembership() : ZooKeeperMembership.connect(opening);
}

/** The upstream log on Kafka, or embedded where no address is set. `clientId` names this process to Kafka. */
export async function openUpstreamLog(
  opening: Opening<KafkaSettings> & { clientId: string },
): Promise<UpstreamLog> {
  const { brokers, maxQueuedRecords, maxQueuedBytes } = opening.settings;
  if (brokers === '')
    return new EmbeddedUpstreamLog({ maxRecords: maxQueuedRecords, maxBytes: maxQueuedBytes });
  const log = new KafkaUpstreamLog(opening);
  await log.start();
  return log;
}

/** What the roles behind HTTP work with. */
export interface Backends {
  readonly directory: Directory;
  readonly membership: Membership;
  readonly store: Store;
  close(): Promise<void>;
}

/** Directory, membership and store as the settings say. Rejects when ZooKeeper or the database cannot be reached. */
export async function openBackends(
  settings: {
    readonly redis: RedisSettings;
    readonly zookeeper: ZookeeperSettings;
    readonly database: DatabaseSettings;
  },
  logger: Logger,
): Promise<Backends> {
  const directory = openDirectory({ settings: settings.redis, logger });
  const membership = await openMembership({ settings: settings.zookeeper, logger });
  const store = await openStore({ settings: settings.database, logger });
  return {
    ...{ directory, membership, store },
    async close() {
      await membership.close();
      await directory.close();
      await store.close();
    },
  };
}

/**
 * What is wrong with the settings of the backends, for a role that runs in a process of its own: those that still mean an embedded backend,
 * which no second process can share, and those that do not fit together. Sections that the role does not have are left out.
 */
export function backendProblems(config: {
  readonly redis?: RedisSettings;
  readonly zookeeper?: ZookeeperSettings;
  readonly kafka?: KafkaSettings;
}): { key: string; allowed: string }[] {
  const problems = config.redis === undefined ? [] : redisProblems(config.redis);
  if (config.redis?.url === '')
    problems.push({ key: 'redis.url', allowed: 'the address of the shared Redis: redis://host:port' });
  if (config.zookeeper?.servers === '')
    problems.push({
      key: 'zookeeper.servers',
      allowed: 'the addresses of the shared ZooKeeper: host:port,host:port',
    });
  if (config.kafka?.brokers === '')
    problems.push({
      key: 'kafka.brokers',
      allowed: 'the addresses of the shared Kafka: host:port,host:port',
    });
  return problems;
}
