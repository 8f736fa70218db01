import type { BackendAddresses } from '../../../deploy/local/backends.ts';
import { placeOf, type SetName } from '../../../deploy/local/sets.ts';
import { FaultProxy } from './proxy.ts';

export const backendKinds = ['redis', 'zookeeper', 'kafka', 'mysql'] as const;
export type BackendKind = (typeof backendKinds)[number];

/** A fault proxy in front of each backend, and the addresses that lead through them. */
export interface Doors {
  readonly proxies: Readonly<Record<BackendKind, FaultProxy>>;
  readonly addresses: BackendAddresses;
}

/**
 * Opens the doors to backends that run. With a set's name Kafka has one too: its broker tells clients where to go on to, and does so as
 * the set has been started (see `Place`). Without, `proxies.kafka` leads nowhere, and Kafka is reached directly.
 */
export async function openDoors(backends: BackendAddresses, set: SetName | null): Promise<Doors> {
  const redis = new URL(backends.redisUrl);
  const mysql = new URL(backends.databaseUrl);
  const [zookeeperServer = ''] = backends.zookeeperServers.split(',');
  const kafka = set === null ? null : placeOf(set, 'kafka');
  const proxies = {
    redis: await FaultProxy.listen(redis.host),
    zookeeper: await FaultProxy.listen(zookeeperServer.trim()),
    kafka:
      kafka === null
        ? await FaultProxy.listen(backends.kafkaBrokers)
        : await FaultProxy.listen(`127.0.0.1:${kafka.backDoorPort}`, { port: kafka.proxyPort }),
    mysql: await FaultProxy.listen(mysql.host),
  };
  redis.host = proxies.redis.address;
  mysql.host = proxies.mysql.address;
  const addresses = {
    redisUrl: redis.href,
    zookeeperServers: proxies.zookeeper.address,
    kafkaBrokers: kafka === null ? backends.kafkaBrokers : proxies.kafka.address,
    databaseUrl: mysql.href,
  };
  return { proxies, addresses };
}
