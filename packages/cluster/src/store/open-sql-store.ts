import { sql, type Kysely } from 'kysely';
import type { DatabaseSettings } from '../config.ts';
import { toStoreError } from './errors.ts';
import { migrate } from './migrate.ts';
import { openMysql } from './mysql-database.ts';
import type { StoreOptions } from './open-store.ts';
import { retryContention } from './retry.ts';
import { maxCallsInFlight, SqlStore } from './sql-store.ts';
import { openSqlite } from './sqlite-database.ts';
import type { Store } from './store.ts';
import type { Tables } from './tables.ts';

/** Long enough for another process that starts at the same time to finish its own, or for a large table to change. */
const migrationTimeoutMs = 60_000;

/** See `openStore`. */
export async function openSqlStore(options: StoreOptions): Promise<Store> {
  const { settings, logger } = options;
  const isSqlite = settings.url.startsWith('sqlite:');
  try {
    const { db, pings, steps } = await (isSqlite ? openSqliteTables(settings) : openMysqlTables(settings));
    const dialect = isSqlite ? 'sqlite' : 'mysql';
    logger.info({ database: dialect, migrations: steps }, 'the store is ready');
    return new SqlStore(db, pings, dialect, settings.queryTimeoutMs);
  } catch (error) {
    throw toStoreError(error);
  }
}

interface OpenTables {
  readonly db: Kysely<Tables>;
  readonly pings: Kysely<Tables>;
  /** The migrations that ran at this start. */
  readonly steps: string[];
}

async function openSqliteTables(settings: DatabaseSettings): Promise<OpenTables> {
  const db = await openSqlite(settings.url.slice('sqlite:'.length));
  try {
    const steps = await retryContention(migrationTimeoutMs, async () => {
      await sql`pragma journal_mode = wal`.execute(db);
      return migrate(db, 'sqlite');
    });
    return { db, pings: db, steps };
  } catch (error) {
    await db.destroy();
    throw error;
  }
}

async function openMysqlTables(settings: DatabaseSettings): Promise<OpenTables> {
  const common = {
    url: settings.url,
    connectTimeoutMs: settings.queryTimeoutMs,
    maxWaiting: maxCallsInFlight,
  };
  // A pool of its own: waiting for another start's migrations may take longer than any ordinary statement.
  const migrating = openMysql({ ...common, poolSize: 1, statementTimeoutMs: migrationTimeoutMs });
  try {
    const steps = await migrate(migrating, 'mysql');
    const open = (poolSize: number): Kysely<Tables> =>
      openMysql({ ...common, poolSize, statementTimeoutMs: settings.queryTimeoutMs });
    // A database that is slow is no database that is away: a ping does not wait for the work of a busy pool.
    return { db: open(settings.poolSize), pings: open(1), steps };
  } finally {
    await migrating.destroy();
  }
}
