import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';

interface MessageRow extends RowDataPacket {
  client_id: string;
  message_id: string;
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
