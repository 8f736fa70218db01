import { InvalidCursor } from './cursor.ts';
import { StoreRejected, StoreUnavailable } from './store.ts';

/** Fields that mysql2 and node:sqlite add to their errors. */
interface DatabaseError extends Error {
  /** MySQL: number of the error. */
  readonly errno?: number;
  /** MySQL: five characters whose first two name the class of the error. */
  readonly sqlState?: string;
  /** SQLite: extended result code; its low byte is the primary one. */
  readonly errcode?: number;
  /** MySQL: the statement with its values in it. */
  sql?: string;
}

const mysql = { deadlock: 1213, packetTooLarge: 1153, dataTooLong: 1406 } as const;
/** Refusals of a value whose SQLSTATE does not say so: truncated, wrong string, missing default, two kinds of check. */
const mysqlWrongValue: ReadonlySet<number | undefined> = new Set([1265, 1292, 1364, 1366, 3819, 4025]);
const sqlite = { busy: 5, tooBig: 18, constraint: 19, mismatch: 20, check: 275 } as const;

/** Whether the database gave way to another writer and changed nothing: the same call may succeed at once. */
export function isContention(error: unknown): boolean {
  const { errno, errcode } = error as DatabaseError;
  return errno === mysql.deadlock || (errcode !== undefined && primary(errcode) === sqlite.busy);
}

/** Turns whatever a driver threw into one of the errors that the port names. */
export function toStoreError(error: unknown): Error {
  if (error instanceof InvalidCursor || error instanceof StoreRejected || error instanceof StoreUnavailable)
    return error;
  const cause = error as DatabaseError;
  // The statement carries payloads and hashes, which must not reach a log with the error.
  delete cause.sql;
  const reason = rejection(cause);
  if (reason) return new StoreRejected(`the database refused a value: ${cause.message}`, reason, { cause });
  return new StoreUnavailable(`the database did not do it: ${cause.message}`, { cause });
}

function rejection(error: DatabaseError): StoreRejected['reason'] | null {
  const { errno, errcode, sqlState = '' } = error;
  if (errcode !== undefined) {
    // The tables have checks of two kinds only: for length, and for plain ASCII, which says so by its name.
    if (errcode === sqlite.check) return error.message.endsWith('not_ascii') ? 'wrong-value' : 'too-long';
    if (primary(errcode) === sqlite.tooBig) return 'too-long';
    return primary(errcode) === sqlite.constraint || primary(errcode) === sqlite.mismatch
      ? 'wrong-value'
      : null;
  }
  if (errno === mysql.dataTooLong || errno === mysql.packetTooLarge) return 'too-long';
  if (/^2[23]/.test(sqlState) || mysqlWrongValue.has(errno)) return 'wrong-value';
  // node:sqlite says so of a value that it cannot bind, before the database sees it.
  return error instanceof TypeError ? 'wrong-value' : null;
}

function primary(errcode: number): number {
  return errcode & 0xff;
}
