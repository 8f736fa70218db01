import { sql, type RawBuilder } from 'kysely';

/**
 * One step of the tables' history, as the statements for each database. A step that was released is never edited.
 *
 * MySQL commits each statement by itself, so that a start which dies in the middle leaves part of a step behind: its
 * statements must bear being run again. SQLite runs the whole step, and the note that it was done, in one transaction.
 * What MySQL refuses by a column's type, SQLite refuses by a check: both store the same values and no others.
 */
export interface SchemaChange {
  readonly mysql: readonly RawBuilder<unknown>[];
  readonly sqlite: readonly RawBuilder<unknown>[];
}

/** SQLite's `varchar(maxLength) character set ascii`; the second check bears the name that `errors.ts` looks for. */
export function asciiText(column: string, maxLength: number): RawBuilder<unknown> {
  const name = sql.ref(column);
  return sql`${name} text
    check (octet_length(${name}) <= ${sql.lit(maxLength)})
    constraint ${sql.ref(`${column}_not_ascii`)} check (length(${name}) = octet_length(${name}))`;
}
