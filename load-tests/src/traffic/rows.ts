import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';

interface MessageRow extends RowDataPacket {
  client_id: string;
  message_id: string;
}

interface CountRow extends RowDataPacket {
  kind: string;
  rows: number;
}

const TIMEOUT_MS = 10_000;

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
    const sql = 'select kind, count(*) as `rows` from upstream_messages group by kind';
    const [found] = await this.#connection.query<CountRow[]>({ sql, timeout: TIMEOUT_MS });
    return Object.fromEntries(found.map(({ kind, rows }) => [kind, rows]));
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
}
