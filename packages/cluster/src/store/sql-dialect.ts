import { sql, type RawBuilder } from 'kysely';

export type SqlDialect = 'mysql' | 'sqlite';

/**
 * End of an insert that leaves a row with the same key as it is. `column` is any column of the table.
 *
 * Not `insert ignore` on MySQL: that would also cut a value that is too long instead of refusing it.
 */
export function keepExisting(dialect: SqlDialect, column: string): RawBuilder<unknown> {
  if (dialect === 'sqlite') return sql`on conflict do nothing`;
  return sql`on duplicate key update ${sql.ref(column)} = ${sql.ref(column)}`;
}

/**
 * End of an insert that overwrites `columns` of a row with the same `key`.
 *
 * `values()` is deprecated on MySQL 8.4, but its successor, a row alias, does not exist on MariaDB.
 */
export function replaceExisting(
  dialect: SqlDialect,
  key: readonly string[],
  columns: readonly string[],
): RawBuilder<unknown> {
  if (dialect === 'sqlite') {
    const changes = columns.map((column) => sql`${sql.ref(column)} = ${sql.ref(`excluded.${column}`)}`);
    return sql`on conflict (${sql.join(key.map((column) => sql.ref(column)))}) do update set ${sql.join(changes)}`;
  }
  const changes = columns.map((column) => sql`${sql.ref(column)} = values(${sql.ref(column)})`);
  return sql`on duplicate key update ${sql.join(changes)}`;
}
