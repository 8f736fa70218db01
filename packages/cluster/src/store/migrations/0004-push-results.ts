import { sql } from 'kysely';
import { asciiText, type SchemaChange } from './schema-change.ts';

/** What became of a push for each of its targets. */
export const pushResults: SchemaChange = {
  mysql: [
    sql`create table if not exists push_results (
      push_id varchar(64) not null,
      client_id varchar(128) not null,
      outcome varchar(16) not null,
      reason varchar(64),
      node_id varchar(64),
      settled_at_ms bigint not null,
      primary key (push_id, client_id),
      key push_results_by_outcome (push_id, outcome, client_id)
    ) engine = InnoDB character set ascii collate ascii_bin`,
  ],
  sqlite: [
    sql`create table push_results (
      ${asciiText('push_id', 64)} not null,
      ${asciiText('client_id', 128)} not null,
      ${asciiText('outcome', 16)} not null,
      ${asciiText('reason', 64)},
      ${asciiText('node_id', 64)},
      settled_at_ms integer not null,
      primary key (push_id, client_id)
    ) strict`,
    sql`create index push_results_by_outcome on push_results (push_id, outcome, client_id)`,
  ],
};
