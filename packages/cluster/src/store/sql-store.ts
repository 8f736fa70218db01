import { sql, type Kysely } from 'kysely';
import * as clients from './clients.ts';
import { toStoreError } from './errors.ts';
import * as pushResults from './push-results.ts';
import * as pushes from './pushes.ts';
import { retryContention } from './retry.ts';
import type { SqlDialect } from './sql-dialect.ts';
import { StoreUnavailable, type Store } from './store.ts';
import type { Tables } from './tables.ts';
import * as upstream from './upstream-messages.ts';

/** Calls waiting or running at once; what comes on top is refused at once instead of growing a queue. */
export const maxCallsInFlight = 10_000;

type Method<Name extends keyof Store> = Store[Name];

/**
 * The Store on either database. Each port call is one function of the module named after its table; this class gives it
 * a deadline, a bound, another try after contention, and the port's errors.
 */
export class SqlStore implements Store {
  readonly #db: Kysely<Tables>;
  readonly #pings: Kysely<Tables>;
  readonly #dialect: SqlDialect;
  readonly #deadlineMs: number;
  #inFlight = 0;
  #isClosed = false;

  /** `pings` is the same database; where that is reached by a pool, by a connection that no work waits for. */
  constructor(db: Kysely<Tables>, pings: Kysely<Tables>, dialect: SqlDialect, deadlineMs: number) {
    this.#db = db;
    this.#pings = pings;
    this.#dialect = dialect;
    this.#deadlineMs = deadlineMs;
  }

  insertClient: Method<'insertClient'> = (row) =>
    this.#call((db) => clients.insertClient(db, this.#dialect, row));

  findClient: Method<'findClient'> = (clientId) => this.#call((db) => clients.findClient(db, clientId));

  clientsRegisteredSince: Method<'clientsRegisteredSince'> = (sinceMs, cursor, limit) =>
    this.#call((db) => clients.clientsRegisteredSince(db, sinceMs, cursor, limit));

  insertUpstream: Method<'insertUpstream'> = (rows) =>
    this.#atomic((db) => upstream.insertUpstream(db, this.#dialect, rows));

  upstreamMessages: Method<'upstreamMessages'> = (filter, cursor, limit) =>
    this.#call((db) => upstream.upstreamMessages(db, filter, cursor, limit));

  countUpstream: Method<'countUpstream'> = () => this.#call(upstream.countUpstream);

  insertPush: Method<'insertPush'> = (row) => this.#call((db) => pushes.insertPush(db, this.#dialect, row));

  findPush: Method<'findPush'> = (pushId) => this.#call((db) => pushes.findPush(db, pushId));

  updatePush: Method<'updatePush'> = (pushId, change) =>
    this.#call((db) => pushes.updatePush(db, pushId, change));

  insertPushResults: Method<'insertPushResults'> = (rows) =>
    this.#atomic((db) => pushResults.insertPushResults(db, this.#dialect, rows));

  insertPushNodeResults: Method<'insertPushNodeResults'> = (rows) =>
    this.#atomic((db) => pushResults.insertPushNodeResults(db, this.#dialect, rows));

  pushTotals: Method<'pushTotals'> = (pushId) => this.#call((db) => pushResults.pushTotals(db, pushId));

  pushResults: Method<'pushResults'> = (pushId, filter, cursor, limit) =>
    this.#call((db) => pushResults.pushResults(db, pushId, filter, cursor, limit));

  pushNodeResults: Method<'pushNodeResults'> = (pushId) =>
    this.#call((db) => pushResults.pushNodeResults(db, pushId));

  ping: Method<'ping'> = () =>
    this.#call(async () => {
      await sql`select 1`.execute(this.#pings);
    });

  close: Method<'close'> = async () => {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await Promise.all([this.#db.destroy(), this.#pings.destroy()]);
  };

  /** All of the work or nothing of it, however many statements it takes. */
  #atomic<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T> {
    return this.#call((db) => db.transaction().execute(work));
  }

  async #call<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new StoreUnavailable('the store is closed');
    if (this.#inFlight >= maxCallsInFlight)
      throw new StoreUnavailable(`${maxCallsInFlight} calls are already waiting for the database`);
    this.#inFlight += 1;
    const done = retryContention(this.#deadlineMs, () => work(this.#db)).finally(() => (this.#inFlight -= 1));
    try {
      return await this.#beforeDeadline(done);
    } catch (error) {
      throw toStoreError(error);
    }
  }

  /** What missed the deadline may still happen; its connection is cut by the pool's own deadline per statement. */
  async #beforeDeadline<T>(done: Promise<T>): Promise<T> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => reject(new StoreUnavailable(`the database did not answer within ${this.#deadlineMs} ms`)),
      this.#deadlineMs,
    );
    try {
      return await Promise.race([done, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
