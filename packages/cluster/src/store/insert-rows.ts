import { CompiledQuery, type Kysely, type RawBuilder } from 'kysely';
import type { Tables } from './tables.ts';

export type Value = string | number | Uint8Array | null;

/**
 * Many rows in one statement; `end` follows the values. Answers how many rows the database says that it touched.
 *
 * Beside kysely's own insert, which makes an object of each value and walks them all several times: at thousands of rows a second that is more
 * work than all the rest. Here only the text is built, of names that the code knows; values are parameters as ever.
 */
export async function insertRows<Table extends keyof Tables>(
  db: Kysely<Tables>,
  table: Table,
  columns: readonly (keyof Tables[Table] & string)[],
  rows: readonly (readonly Value[])[],
  end: RawBuilder<unknown>,
): Promise<number> {
  const places = `(${columns.map(() => '?').join()})`;
  const values = Array.from(rows, () => places).join();
  const text = `insert into ${table} (${columns.join()}) values ${values} ${end.compile(db).sql}`;
  const { numAffectedRows } = await db.executeQuery(CompiledQuery.raw(text, rows.flat()));
  return Number(numAffectedRows ?? 0n);
}
