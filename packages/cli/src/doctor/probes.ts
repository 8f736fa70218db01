import { connectRedis, type RedisSettings } from '@longwire/cluster';
import { Kafka, logLevel } from 'kafkajs';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { readClock, type ClockReading } from './clock.ts';
import { openAndCloseSession } from './zookeeper-handshake.ts';

/**
 * Each connects to a backend, asks it something that changes nothing, and lets go. They do without the adapters of
 * the cluster on purpose: those make tables, topics and paths where they are missing.
 *
 * Answers with the backend's clock where it tells; rejects when it does not answer.
 */
export type Probe<Where = string> = (where: Where) => Promise<ClockReading | null>;

/** For each step of a probe. */
const stepDeadlineMs = 3000;

export const probes = {
  async redis(settings: RedisSettings) {
    const redis = connectRedis({ ...settings, commandTimeoutMs: stepDeadlineMs });
    try {
      // It would try for ever; the first attempt is what counts.
      await new Promise<void>((resolve, reject) => redis.once('ready', resolve).once('error', reject));
      return await readClock('redis', 1, async () => {
        const [seconds, microseconds] = await redis.time();
        return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
      });
    } finally {
      redis.on('error', () => undefined);
      redis.disconnect();
    }
  },

  async zookeeper(servers: string) {
    const tries = listOf(servers).map(async (server) => {
      await openAndCloseSession(server, stepDeadlineMs).catch((error: unknown) => {
        throw new Error(`${server}: ${reasonOf(error)}`);
      });
    });
    // One server is enough for Longwire, which tries them all.
    await Promise.any(tries).catch((error: AggregateError) => {
      throw new Error(error.errors.map(reasonOf).join('; '));
    });
    return null;
  },

  async kafka(brokers: string) {
    const seeds = listOf(brokers);
    const kafka = new Kafka({
      clientId: 'longwire-doctor',
      brokers: seeds,
      connectionTimeout: stepDeadlineMs,
      requestTimeout: stepDeadlineMs,
      // Each try takes the next broker of the list.
      retry: { retries: seeds.length - 1, initialRetryTime: 50, maxRetryTime: 200 },
      logLevel: logLevel.NOTHING,
    });
    const admin = kafka.admin();
    try {
      await admin.connect();
      await admin.describeCluster();
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
    return null;
  },

  async database(url: string) {
    const connection = await createConnection({ uri: url, connectTimeout: stepDeadlineMs });
    // Without a listener an error on an idle connection would end this process; the call under way rejects with it.
    connection.on('error', () => undefined);
    try {
      // Not by unix_timestamp(now()), which is an hour off while clocks are put back.
      const sql = `select timestampdiff(microsecond, '1970-01-01', utc_timestamp(6)) as microseconds`;
      return await readClock('database', 1, async () => {
        const [rows] = await connection.query<RowDataPacket[]>({ sql, timeout: stepDeadlineMs });
        return Math.floor(Number(rows[0]!['microseconds']) / 1000);
      });
    } finally {
      connection.destroy();
    }
  },
} satisfies Record<string, Probe<never>>;

/** Errors of several tries at once, such as both addresses of `localhost`, have a code and no message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || ((error as NodeJS.ErrnoException).code ?? error.name);
}

function listOf(addresses: string): string[] {
  return addresses.split(',').map((address) => address.trim());
}
