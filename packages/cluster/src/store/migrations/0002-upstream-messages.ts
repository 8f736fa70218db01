import { sql } from 'kysely';
import { asciiText, type SchemaChange } from './schema-change.ts';

/** What clients sent upstream; client and message id name a message for ever. */
export const upstreamMessages: SchemaChange = {
  mysql: [
    sql`create table if not exists upstream_messages (
      id bigint not null auto_increment primary key,
      client_id varchar(128) not null,
      message_id varchar(64) not null,
      kind varchar(64) not null,
      payload mediumblob not null,
      trace_id varchar(32) not null,
      node_id varchar(64) not null,
      received_at_ms bigint not null,
      unique key upstream_messages_by_name (client_id, message_id),
      key upstream_messages_by_time (received_at_ms, id),
      key upstream_messages_by_client (client_id, received_at_ms, id)
    ) engine = InnoDB character set ascii collate ascii_bin`,
  ],
  sqlite: [
    sql`create table upstream_messages (
      id integer primary key autoincrement,
      ${asciiText('client_id', 128)} not null,
      ${asciiText('message_id', 64)} not null,
      ${asciiText('kind', 64)} not null,
      payload blob not null check (length(payload) <= 16777215),
      ${asciiText('trace_id', 32)} not null,
      ${asciiText('node_id', 64)} not null,
      received_at_ms integer not null,
      unique (client_id, message_id)
    ) strict`,
    sql`create index upstream_messages_by_time on upstream_messages (received_at_ms, id)`,
    sql`create index upstream_messages_by_client on upstream_messages (client_id, received_at_ms, id)`,
  ],
};
