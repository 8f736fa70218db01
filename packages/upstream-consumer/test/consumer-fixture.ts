import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  EmbeddedUpstreamLog,
  KafkaUpstreamLog,
  openStore,
  type DatabaseSettings,
  type KafkaSettings,
  type UpstreamLog,
  type UpstreamRecord,
} from '@longwire/cluster';
import { loadConfig } from '@longwire/service-kit';
import { createConnection } from 'mysql2/promise';
import { pino } from 'pino';
import { uniqueName } from '../../../test-support/backends.ts';
import { TopicReader, withKafkaAdmin } from '../../../test-support/kafka.ts';
import { upstreamConsumerConfigSchema, type UpstreamConsumerConfig } from '../src/index.ts';
import { silentServer } from '../../cluster/test/store-silent-server.ts';

export const logger = pino({ level: 'silent' });
export const secret = 'the-secret-of-this-test-cluster-long-enough';

export function consumerConfig(group: string): UpstreamConsumerConfig {
  const env = {
    LONGWIRE_CLUSTER_SECRET: secret,
    LONGWIRE_CONSUMER_GROUP: group,
    LONGWIRE_CONSUMER_HTTP_PORT: '0',
  };
  return loadConfig(upstreamConsumerConfigSchema, { env });
}

/** A log and the dead letters that it was given. */
export interface TestLog {
  readonly upstream: UpstreamLog;
  /** Message id and reason of each dead letter so far. */
  deadLetters(): Promise<readonly { messageId: string; reason: string }[]>;
  close(): Promise<void>;
}

export async function embeddedLog(): Promise<TestLog> {
  const upstream = new EmbeddedUpstreamLog();
  return {
    upstream,
    deadLetters: async () =>
      upstream.deadLetters().map((letter) => ({ messageId: letter.record.messageId, reason: letter.reason })),
    close: () => upstream.close(),
  };
}

export async function kafkaLog(brokers: string): Promise<TestLog & { readonly settings: KafkaSettings }> {
  const topic = uniqueName('lw-consumer-');
  const deadLetterTopic = `${topic}.dead`;
  const settings: KafkaSettings = {
    brokers,
    topic,
    deadLetterTopic,
    partitions: 3,
    replicationFactor: 1,
    publishTimeoutMs: 20_000,
    maxQueuedRecords: 50_000,
    maxQueuedBytes: 33_554_432,
  };
  const upstream = new KafkaUpstreamLog({ settings, logger, clientId: topic });
  // The topics exist once something is in them, so that the reader below finds its own.
  await upstream.publish(record({ clientId: 'first', messageId: 'first' }));
  const reader = await TopicReader.open(brokers, deadLetterTopic);
  return {
    upstream,
    settings,
    deadLetters: async () =>
      reader.messages.map(({ headerEntries }) => {
        const headers = new Map(headerEntries.map(([name, text]) => [String(name), String(text)]));
        return { messageId: headers.get('messageId') ?? '', reason: headers.get('reason') ?? '' };
      }),
    async close() {
      await reader.close();
      await upstream.close();
      await withKafkaAdmin(brokers, (admin) => admin.deleteTopics({ topics: [topic, deadLetterTopic] }));
    },
  };
}

/** An empty database of a test's own, which can be made to go away for a while. */
export interface TestDatabase {
  readonly settings: DatabaseSettings;
  goAway(): void;
  comeBack(): void;
  drop(): Promise<void>;
}

/** Away: another connection holds the file's only write lock. */
export async function sqliteDatabase(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'longwire-consumer-'));
  const path = join(folder, 'store.db');
  const other = new DatabaseSync(path);
  return {
    settings: { url: `sqlite:${path}`, queryTimeoutMs: 500, poolSize: 2 },
    goAway: () => other.exec('begin immediate'),
    comeBack: () => other.exec('rollback'),
    async drop() {
      other.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** Away: the server takes what it is sent and answers nothing. */
export async function mysqlDatabase(serverUrl: string): Promise<TestDatabase> {
  const name = uniqueName('lw_consumer_');
  const admin = await createConnection({ uri: serverUrl });
  await admin.query('create database ??', [name]);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const server = await silentServer(url.href);
  return {
    settings: { url: server.url, queryTimeoutMs: 3000, poolSize: 2 },
    goAway: () => server.fallSilent(),
    comeBack: () => server.speak(),
    async drop() {
      await server.close();
      await admin.query('drop database ??', [name]);
      await admin.end();
    },
  };
}

export function open(database: TestDatabase) {
  return openStore({ settings: database.settings, logger });
}

export function record(change: Partial<UpstreamRecord>): UpstreamRecord {
  return {
    clientId: 'device-1',
    messageId: 'm-1',
    kind: 'metrics',
    payload: new Uint8Array([1, 2, 3]),
    traceId: '0123456789abcdef0123456789abcdef',
    nodeId: 'node-1',
    receivedAtMs: Date.now(),
    ...change,
  };
}
