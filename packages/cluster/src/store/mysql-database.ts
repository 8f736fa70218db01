import { Kysely, MysqlDialect } from 'kysely';
import { createPool } from 'mysql2';
import { StoreUnavailable } from './store.ts';
import type { Tables } from './tables.ts';
import { TimedPool } from './timed-pool.ts';

export interface MysqlOptions {
  /** mysql://user:password@host:port/database */
  readonly url: string;
  readonly poolSize: number;
  /** A connection that is not up by then fails. */
  readonly connectTimeoutMs: number;
  /** A statement without its whole answer by then fails, and its connection is cut. */
  readonly statementTimeoutMs: number;
  /** Statements waiting for a connection beyond this many fail at once. */
  readonly maxWaiting: number;
}

/**
 * Strict: a value that does not fit is refused, never cut to fit. Read committed: an insert locks the rows that it
 * writes and no gaps between them, so that consumers seldom meet in a deadlock.
 */
const sessionSettings = [
  `set session sql_mode = 'STRICT_TRANS_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'`,
  'set session transaction isolation level read committed',
];

/** MySQL 8.4 or MariaDB 10.11. Nothing is connected before the first statement. */
export function openMysql(options: MysqlOptions): Kysely<Tables> {
  // What `new URL` throws carries the whole URL, password included.
  if (!URL.canParse(options.url)) throw new StoreUnavailable('the database URL cannot be read');
  const pool = createPool({
    uri: options.url,
    connectionLimit: options.poolSize,
    queueLimit: options.maxWaiting,
    connectTimeout: options.connectTimeoutMs,
    // Without it an existing row counts as affected, and inserted rows could not be told from duplicates.
    flags: ['-FOUND_ROWS'],
    charset: 'utf8mb4_bin',
  });
  return new Kysely<Tables>({
    dialect: new MysqlDialect({ pool: new TimedPool(pool, options.statementTimeoutMs, sessionSettings) }),
  });
}
