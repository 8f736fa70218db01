import { sql } from 'kysely';
import { asciiText, type SchemaChange } from './schema-change.ts';

/** Who may sign in. */
export const clients: SchemaChange = {
  mysql: [
    sql`create table if not exists clients (
      client_id varchar(128) not null primary key,
      secret_hash varbinary(32) not null,
      registered_at_ms bigint not null,
      key clients_by_time (registered_at_ms, client_id)
    ) engine = InnoDB character set ascii collate ascii_bin`,
  ],
  sqlite: [
    sql`create table clients (
      ${asciiText('client_id', 128)} not null primary key,
      secret_hash blob not null check (length(secret_hash) <= 32),
      registered_at_ms integer not null
    ) strict`,
    sql`create index clients_by_time on clients (registered_at_ms, client_id)`,
  ],
};
