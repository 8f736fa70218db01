import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { Kysely, SqliteAdapter, SqliteDialect, type SqliteDatabase } from 'kysely';
import type { Tables } from './tables.ts';

/**
 * Opens the file, and makes it and its folder if they are missing; `:memory:` keeps everything in memory.
 *
 * Statements run on the calling thread. None waits for another process's lock there: it fails as busy at once, and the
 * store tries again without holding up the event loop.
 */
export async function openSqlite(path: string): Promise<Kysely<Tables>> {
  if (path !== ':memory:') await mkdir(dirname(path), { recursive: true });
  const database = new DatabaseSync(path);
  return new Kysely<Tables>({ dialect: new NodeSqliteDialect({ database: asKyselyExpects(database) }) });
}

/** kysely's dialect on a driver that it was not made for, with the migrations in a transaction as SQLite allows. */
class NodeSqliteDialect extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new TransactionalDdlAdapter();
  }
}

/** kysely takes no lock on SQLite, but does all migrations in one transaction for a database that says it can. */
class TransactionalDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** The part of better-sqlite3's interface that kysely calls, spoken by node:sqlite. */
function asKyselyExpects(database: DatabaseSync): SqliteDatabase {
  return {
    close: () => database.close(),
    prepare(text) {
      const statement = database.prepare(text);
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...bindable(parameters)),
        run: (parameters) => statement.run(...bindable(parameters)),
        iterate: (parameters) => statement.iterate(...bindable(parameters)),
      };
    },
  };
}

/** node:sqlite refuses at run time what it cannot bind. */
function bindable(parameters: readonly unknown[]): readonly SQLInputValue[] {
  return parameters as readonly SQLInputValue[];
}
