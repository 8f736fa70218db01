import type { Kysely } from 'kysely';
import { Migrator, type Migration } from 'kysely/migration';
import { schemaChanges } from './migrations/index.ts';
import type { SchemaChange } from './migrations/schema-change.ts';
import type { SqlDialect } from './sql-dialect.ts';
import type { Tables } from './tables.ts';

/**
 * Brings the tables up to date and answers the names of the steps that it ran. Safe to run from several processes at
 * once: on MySQL kysely holds GET_LOCK meanwhile, on SQLite everything is one transaction.
 */
export async function migrate(db: Kysely<Tables>, dialect: SqlDialect): Promise<string[]> {
  const migrations = Object.fromEntries(
    Object.entries(schemaChanges).map(([name, change]) => [name, toMigration(change, dialect)]),
  );
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error !== undefined) throw error as Error;
  return results.map((result) => result.migrationName);
}

function toMigration(change: SchemaChange, dialect: SqlDialect): Migration {
  return {
    async up(db) {
      for (const statement of change[dialect]) await statement.execute(db);
    },
  };
}
