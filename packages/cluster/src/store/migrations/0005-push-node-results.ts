import { sql } from 'kysely';
import { asciiText, type SchemaChange } from './schema-change.ts';

/** What each node made of a push to everyone. */
export const pushNodeResults: SchemaChange = {
  mysql: [
    sql`create table if not exists push_node_results (
      push_id varchar(64) not null,
      node_id varchar(64) not null,
      delivered bigint not null,
      failed bigint not null,
      reason varchar(64),
      primary key (push_id, node_id)
    ) engine = InnoDB character set ascii collate ascii_bin`,
  ],
  sqlite: [
    sql`create table push_node_results (
      ${asciiText('push_id', 64)} not null,
      ${asciiText('node_id', 64)} not null,
      delivered integer not null,
      failed integer not null,
      ${asciiText('reason', 64)},
      primary key (push_id, node_id)
    ) strict`,
  ],
};
