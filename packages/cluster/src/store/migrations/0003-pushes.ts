import { sql } from 'kysely';
import { asciiText, type SchemaChange } from './schema-change.ts';

/** What administrators pushed. A null key is unlike every other, so only chosen keys are unique. */
export const pushes: SchemaChange = {
  mysql: [
    sql`create table if not exists pushes (
      push_id varchar(64) not null primary key,
      idempotency_key varchar(255) character set utf8mb4 collate utf8mb4_bin,
      requested_by varchar(128) character set utf8mb4 collate utf8mb4_bin not null,
      request_hash varbinary(32) not null,
      audience varchar(255) not null,
      delivery varchar(16) not null,
      payload mediumblob not null,
      trace_id varchar(32) not null,
      router varchar(81) not null,
      state varchar(16) not null,
      failure varchar(64),
      created_at_ms bigint not null,
      finished_at_ms bigint,
      targets bigint,
      unique key pushes_by_key (requested_by, idempotency_key)
    ) engine = InnoDB character set ascii collate ascii_bin`,
  ],
  sqlite: [
    sql`create table pushes (
      ${asciiText('push_id', 64)} not null primary key,
      idempotency_key text check (length(idempotency_key) <= 255),
      requested_by text not null check (length(requested_by) <= 128),
      request_hash blob not null check (length(request_hash) <= 32),
      ${asciiText('audience', 255)} not null,
      ${asciiText('delivery', 16)} not null,
      payload blob not null check (length(payload) <= 16777215),
      ${asciiText('trace_id', 32)} not null,
      ${asciiText('router', 81)} not null,
      ${asciiText('state', 16)} not null,
      ${asciiText('failure', 64)},
      created_at_ms integer not null,
      finished_at_ms integer,
      targets integer,
      unique (requested_by, idempotency_key)
    ) strict`,
  ],
};
