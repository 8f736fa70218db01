import { connectRedis, type RedisSettings } from '@longwire/cluster';
import { Admin } from '@platformatic/kafka';
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
const maxRetryDelayMs = 200;

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
    const admin = new Admin({
      clientId: 'longwire-doctor',
      bootstrapBrokers: seeds,
      connectTimeout: stepDeadlineMs,
      requestTimeout: stepDeadlineMs,
      // Each try begins with the next broker of the list.
      retries: seeds.length - 1,
      retryDelay: () => Math.ceil(Math.random() * maxRetryDelayMs),
    });
    try {
      await admin.metadata({ topics: [] });
    } finally {
      await admin.close().catch(() => undefined);
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

/** What went wrong at the bottom of it: what wraps it says no more than that a call or several tries have failed. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const inner: unknown = error instanceof AggregateError ? error.errors.at(-1) : error.cause;
  if (inner instanceof Error) return reasonOf(inner);
  return error.message || ((error as NodeJS.ErrnoException).code ?? error.name);
}

function listOf(addresses: string): string[] {
  return addresses.split(',').map((address) => address.trim());
}
