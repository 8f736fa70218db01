/**
 * `node --conditions=longwire-source packages/upstream-consumer/test/upstream-bench.ts`: what a record costs on its way
 * through Kafka into the database, on the backends of `npm run backends -- start test`. Prints; judges nothing.
 *
 * First a process does nothing but publish, with so many records waiting for Kafka's answer; then it consumes all of them
 * into an empty database.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { KafkaUpstreamLog, openStore } from '@longwire/cluster';
import { createMetrics } from '@longwire/service-kit';
import { Kafka, logLevel } from 'kafkajs';
import { createConnection } from 'mysql2/promise';
import { realBackend, uniqueName } from '../../../test-support/backends.ts';
import { RecordWriter } from '../src/writing/record-writer.ts';
import { writerMetrics } from '../src/writing/writer-metrics.ts';
import { logger } from './consumer-fixture.ts';

const { values: options } = parseArgs({
  options: {
    records: { type: 'string', default: '200000' },
    bytes: { type: 'string', default: '128' },
    clients: { type: 'string', default: '5000' },
    'in-flight': { type: 'string', default: '4000' },
  },
});
const RECORDS = Number(options.records);
const CLIENTS = Number(options.clients);
const DRAIN_DEADLINE_MS = 120_000;
/** Published before anything is counted. */
const WARM_UP_RECORDS = 20_000;

/** Runs the work and prints records a second and the CPU time of this process for each. */
async function measure(what: string, records: number, work: () => Promise<void>): Promise<void> {
  const startedAtMs = performance.now();
  const before = process.cpuUsage();
  await work();
  const seconds = (performance.now() - startedAtMs) / 1000;
  const { user, system } = process.cpuUsage(before);
  console.log(
    `${what.padEnd(28)}${Math.round(records / seconds)
      .toString()
      .padStart(8)} /s ${((user + system) / records).toFixed(2).padStart(8)} us of this process's CPU each`,
  );
}

async function publish(log: KafkaUpstreamLog, run: string, records: number): Promise<void> {
  const payload = Buffer.alloc(Number(options.bytes), 'x');
  let next = 0;
  const publisher = async (): Promise<void> => {
    for (let number = next++; number < records; number = next++) {
      await log.publish({
        clientId: `device-${number % CLIENTS}`,
        messageId: `${run}-${number}`,
        kind: 'metrics',
        payload,
        traceId: '0af7651916cd43dd8448eb211c80319c',
        nodeId: 'node-1',
        receivedAtMs: Date.now(),
      });
    }
  };
  await Promise.all(Array.from({ length: Number(options['in-flight']) }, publisher));
}

async function drain(log: KafkaUpstreamLog, databaseUrl: string, total: number): Promise<void> {
  const settings = { url: databaseUrl, queryTimeoutMs: 10_000, poolSize: 4 };
  const store = await openStore({ settings, logger });
  const metrics = writerMetrics(createMetrics('upstream-consumer'));
  const writer = new RecordWriter({ store, upstream: log, logger, metrics });
  let handed = 0;
  let batches = 0;
  await measure('rows in the database', total, async () => {
    const consumer = await log.consume('bench', async (batch) => {
      await writer.write(batch);
      handed += batch.length;
      batches += 1;
    });
    const endsAtMs = performance.now() + DRAIN_DEADLINE_MS;
    while (handed < total && performance.now() < endsAtMs) await sleep(5);
    await consumer.stop();
  });
  const rows = await store.countUpstream();
  console.log(`${rows} of ${total} rows; ${Math.round(handed / batches)} records in a batch`);
  if (rows !== total || handed !== total) process.exitCode = 1;
  await store.close();
}

async function main(brokers: string, serverUrl: string): Promise<void> {
  const topic = uniqueName('lw-bench-');
  const deadLetterTopic = `${topic}.dead`;
  const limits = { publishTimeoutMs: 20_000, maxQueuedRecords: 50_000, maxQueuedBytes: 33_554_432 };
  const settings = { brokers, topic, deadLetterTopic, partitions: 12, replicationFactor: 1, ...limits };
  const log = new KafkaUpstreamLog({ settings, logger, clientId: topic });
  const name = uniqueName('lw_bench_');
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const database = await createConnection({ uri: serverUrl });
  const admin = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    await log.start();
    await database.query('create database ??', [name]);
    await publish(log, 'warm-up', WARM_UP_RECORDS);
    await measure('acknowledged by Kafka', RECORDS, () => publish(log, 'run', RECORDS));
    await drain(log, url.href, RECORDS + WARM_UP_RECORDS);
  } finally {
    await log.close();
    await admin.deleteTopics({ topics: [topic, deadLetterTopic] });
    await admin.disconnect();
    await database.query('drop database if exists ??', [name]);
    await database.end();
  }
}

const brokers = realBackend('kafka');
const serverUrl = realBackend('database');
if (brokers === null || serverUrl === null)
  throw new Error('it needs backends: npm run backends -- start test');
await main(brokers, serverUrl);
