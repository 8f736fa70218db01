import type { Logger } from 'pino';
import type { DatabaseSettings } from '../config.ts';
import type { Store } from './store.ts';

export interface StoreOptions {
  readonly settings: DatabaseSettings;
  readonly logger: Logger;
}

/**
 * Opens the database that the URL names and brings its tables up to date.
 *
 * `mysql://user:password@host:port/database` must exist; `sqlite:path` is made where it is missing, and
 * `sqlite::memory:` lives as long as the store. Rejects with `StoreUnavailable`.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  // Loaded here because a push-server has no store, and a machine has many push-servers.
  const { openSqlStore } = await import('./open-sql-store.ts');
  return openSqlStore(options);
}
