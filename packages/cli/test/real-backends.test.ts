import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { expect, test } from 'vitest';
import { realBackend, uniqueName, waitFor } from '../../../test-support/backends.ts';
import { withKafkaAdmin } from '../../../test-support/kafka.ts';
import { ZooKeeperConnection } from '../../cluster/src/membership/zookeeper-connection.ts';
import { CliProcess, run, testEnv } from './cli-process.ts';

const redis = realBackend('redis');
const zookeeper = realBackend('zookeeper');
const kafka = realBackend('kafka');
const database = realBackend('database');
const isReal = redis !== null && zookeeper !== null && kafka !== null && database !== null;

test.skipIf(!isReal)(
  'dev runs on Redis, ZooKeeper, Kafka and MySQL when their addresses are set',
  async () => {
    const name = uniqueName('lwcli');
    const connection = await createConnection({ uri: database! });
    await connection.query('create database ??', [name]);
    const databaseUrl = new URL(database!);
    databaseUrl.pathname = `/${name}`;
    const env = {
      ...testEnv,
      LONGWIRE_REDIS_URL: redis!,
      LONGWIRE_REDIS_KEY_PREFIX: name,
      LONGWIRE_ZOOKEEPER_SERVERS: zookeeper!,
      LONGWIRE_ZOOKEEPER_ROOT_PATH: `/${name}`,
      LONGWIRE_KAFKA_BROKERS: kafka!,
      LONGWIRE_KAFKA_TOPIC: name,
      LONGWIRE_KAFKA_DEAD_LETTER_TOPIC: `${name}.dead`,
      LONGWIRE_KAFKA_PARTITIONS: '1',
      LONGWIRE_CONSUMER_GROUP: name,
      LONGWIRE_DATABASE_URL: databaseUrl.href,
    };
    const folder = await mkdtemp(join(tmpdir(), 'longwire-cli-'));
    const before = await run(['doctor'], folder, env);
    expect(before.stdout).toMatch(/^kafka +ok/m);
    expect(await tracesOf(name)).toEqual([]);
    const dev = new CliProcess(['dev'], folder, env);
    try {
      await dev.said('Longwire is ready');
      const doctor = await run(['doctor'], folder, env);
      for (const backend of ['redis', 'zookeeper', 'kafka', 'database'])
        expect(doctor.stdout).toMatch(new RegExp(`^${backend} +ok +answers in \\d+ ms$`, 'm'));
      expect(doctor.stdout).toMatch(/^clock +ok +agrees with auth-service, redis, database$/m);
      // Else the first look would prove nothing.
      expect(await tracesOf(name)).toEqual(['zookeeper', 'kafka', 'database']);
      const listener = new CliProcess(['listen', 'alice', '--count', '1'], folder, env);
      await listener.said('alice is connected');
      expect(await run(['push', '--to', 'alice', 'hello'], folder, env)).toMatchObject({ code: 0 });
      expect(await listener.ended()).toMatchObject({ code: 0, stdout: 'push: hello\n' });
      await run(['publish', '--from', 'alice', '--kind', 'k', 'x'], folder, env);
      await waitFor(async () => {
        const [rows] = await connection.query('select * from ??.upstream_messages', [name]);
        return (rows as unknown[]).length === 1;
      });
      expect(await dev.stop()).toMatchObject({ code: 0 });
    } finally {
      dev.child.kill('SIGKILL');
      await connection.query('drop database ??', [name]);
      await connection.end();
      await rm(folder, { recursive: true });
    }
  },
);

/** The backends in which something of this name was made. */
async function tracesOf(name: string): Promise<string[]> {
  const connection = await createConnection({ uri: database! });
  const [tables] = await connection.query('show tables from ??', [name]);
  await connection.end();
  const topics = await withKafkaAdmin(kafka!, (admin) => admin.listTopics());
  const session = await ZooKeeperConnection.open({
    server: zookeeper!.split(',')[0]!,
    sessionTimeoutMs: 30_000,
    ticket: null,
    openTimeoutMs: 30_000,
    signal: new AbortController().signal,
  });
  const paths = await session.getChildren('/', () => undefined);
  await session.close();
  return [
    ...(paths.includes(name) ? ['zookeeper'] : []),
    ...(topics.includes(name) ? ['kafka'] : []),
    ...((tables as unknown[]).length > 0 ? ['database'] : []),
  ];
}
