/**
 * `node --conditions=longwire-source packages/upstream-consumer/test/upstream-bench.ts`: what a record costs on its way
 * through Kafka into the database, on the backends of `npm run backends -- start test`. Prints; judges nothing.
 *
 * First a process does nothing but publish, with so many records waiting for Kafka's answer; then it consumes all of them
 * into an empty database.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { KafkaUpstreamLog, openStore } from '@longwire/cluster';
import { createMetrics } from '@longwire/service-kit';
import { createConnection } from 'mysql2/promise';
import { pino } from 'pino';
import { realBackend, uniqueName, waitFor } from '../../../test-support/backends.ts';
import { withKafkaAdmin } from '../../../test-support/kafka.ts';
import { RecordWriter } from '../src/writing/record-writer.ts';
import { writerMetrics } from '../src/writing/writer-metrics.ts';

const { values: options } = parseArgs({
  options: {
    records: { type: 'string', default: '200000' },
    bytes: { type: 'string', default: '128' },
    clients: { type: 'string', default: '5000' },
    'in-flight': { type: 'string', default: '4000' },
  },
});
const logger = pino({ level: 'warn' });
const RECORDS = Number(options.records);
const CLIENTS = Number(options.clients);
const DRAIN_DEADLINE_MS = 120_000;
/** Published before anything is counted. */
const WARM_UP_RECORDS = 20_000;

/** User and system CPU seconds so far: of this process, and of those backends that `npm run backends` started. */
function cpuSeconds(): Record<string, number> {
  const { user, system } = process.cpuUsage();
  const seconds: Record<string, number> = { 'this process': (user + system) / 1e6 };
  for (const backend of ['kafka', 'mariadb']) {
    const pidFile = join(import.meta.dirname, '../../../.longwire/backends/test', backend, 'pid');
    try {
      const { pid } = JSON.parse(readFileSync(pidFile, 'utf8')) as { pid: number };
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      // In hundredths of a second; see proc(5).
      seconds[backend] = (Number(fields[11]) + Number(fields[12])) / 100;
    } catch {
      // Somebody else's, or not Linux.
    }
  }
  return seconds;
}

/** Does the work and prints records a second, and what CPU time each record took of whom. */
async function measure(what: string, records: number, work: () => Promise<void>): Promise<void> {
  const startedAtMs = performance.now();
  const before = cpuSeconds();
  await work();
  const perSecond = Math.round((records * 1000) / (performance.now() - startedAtMs));
  const each = Object.entries(cpuSeconds()).map(
    ([who, seconds]) => `${who} ${(((seconds - before[who]!) / records) * 1e6).toFixed(1)} us`,
  );
  console.log(`${what.padEnd(24)}${String(perSecond).padStart(8)} /s   CPU each: ${each.join(', ')}`);
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
    // What was handed out twice does not count: only then is it worth asking the database.
    await waitFor(async () => handed >= total && (await store.countUpstream()) >= total, DRAIN_DEADLINE_MS);
    await consumer.stop();
  });
  const rows = await store.countUpstream();
  const again = handed - total;
  console.log(
    `${rows} of ${total} rows; ${Math.round(handed / batches)} records in a batch, ${again} records handed out again`,
  );
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
  try {
    await log.start();
    await database.query('create database ??', [name]);
    await publish(log, 'warm-up', WARM_UP_RECORDS);
    await measure('acknowledged by Kafka', RECORDS, () => publish(log, 'run', RECORDS));
    await drain(log, url.href, RECORDS + WARM_UP_RECORDS);
  } finally {
    await log.close();
    await withKafkaAdmin(brokers, (admin) => admin.deleteTopics({ topics: [topic, deadLetterTopic] }));
    await database.query('drop database if exists ??', [name]);
    await database.end();
  }
}

const brokers = realBackend('kafka');
const serverUrl = realBackend('database');
if (brokers === null || serverUrl === null)
  throw new Error('it needs backends: npm run backends -- start test');
await main(brokers, serverUrl);
