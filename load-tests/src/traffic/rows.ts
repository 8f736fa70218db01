import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';

interface MessageRow extends RowDataPacket {
  client_id: string;
  message_id: string;
}

/** Rows of one client that hold messages of the load tool. */
export interface ClientRows {
  readonly rows: number;
  /** Different sequence numbers. */
  readonly sequences: number;
  /** The highest of them. */
  readonly last: number;
}

interface CountRow extends RowDataPacket {
  name: string;
  rows: number;
}

const TIMEOUT_MS = 10_000;
/** Of millions of rows. */
const COUNT_TIMEOUT_MS = 120_000;

/** Looks into the cluster's database by SQL of its own, past everything that the cluster says of itself. */
export class Rows {
  readonly #connection: Connection;

  private constructor(connection: Connection) {
    this.#connection = connection;
  }

  static async open(databaseUrl: string): Promise<Rows> {
    return new Rows(await createConnection({ uri: databaseUrl, connectTimeout: TIMEOUT_MS }));
  }

  /** How many upstream messages of each kind. */
  async count(): Promise<Record<string, number>> {
    return this.#count('select kind as name, count(*) as `rows` from upstream_messages group by kind');
  }

  /** The newest row of an upstream message: its number, and when a push-server had the message. All 0: there is none. */
  async newest(): Promise<{ id: number; receivedAtMs: number }> {
    const sql = 'select id, received_at_ms as receivedAtMs from upstream_messages order by id desc limit 1';
    const [found] = await this.#connection.query<(RowDataPacket & { id: number; receivedAtMs: number })[]>({
      sql,
      timeout: TIMEOUT_MS,
    });
    return found[0] ?? { id: 0, receivedAtMs: 0 };
  }

  /** How many upstream messages of a kind there are in rows after this one. */
  async countAfter(kind: string, row: number): Promise<number> {
    const sql = 'select count(*) as `rows` from upstream_messages where kind = ? and id > ?';
    const [found] = await this.#connection.query<CountRow[]>({
      sql,
      values: [kind, row],
      timeout: COUNT_TIMEOUT_MS,
    });
    return found[0]!.rows;
  }

  /** What each client has of a kind in rows after this one. Payloads begin with a marker of the load tool, `#u:<sequence>:…`. */
  async ofClients(kind: string, afterRow: number): Promise<Map<string, ClientRows>> {
    const sql = `select name, count(*) as \`rows\`, count(distinct sequence) as sequences, max(sequence) as last from (
        select client_id as name, cast(substring_index(substring_index(payload, ':', 2), ':', -1) as unsigned) as sequence
        from upstream_messages where kind = ? and id > ?
      ) as messages group by name`;
    const [found] = await this.#connection.query<(RowDataPacket & ClientRows & { name: string })[]>({
      sql,
      values: [kind, afterRow],
      timeout: COUNT_TIMEOUT_MS,
    });
    return new Map(found.map((row) => [row.name, row]));
  }

  /** How many clients a push has each outcome for. */
  async outcomes(pushId: string): Promise<Record<string, number>> {
    return this.#count(
      'select outcome as name, count(*) as `rows` from push_results where push_id = ? group by outcome',
      [pushId],
    );
  }

  /** `clientId messageId` of each upstream message of a kind, in the order in which they were written. */
  async names(kind: string): Promise<string[]> {
    const sql = 'select client_id, message_id from upstream_messages where kind = ? order by id';
    const [found] = await this.#connection.query<MessageRow[]>({ sql, values: [kind], timeout: TIMEOUT_MS });
    return found.map((row) => `${row.client_id} ${row.message_id}`);
  }

  async close(): Promise<void> {
    await this.#connection.end();
  }

  async #count(sql: string, values: readonly string[] = []): Promise<Record<string, number>> {
    const [found] = await this.#connection.query<CountRow[]>({
      sql,
      values: [...values],
      timeout: COUNT_TIMEOUT_MS,
    });
    return Object.fromEntries(found.map(({ name, rows }) => [name, rows]));
  }
}
