import { createConnection } from 'mysql2/promise';
import type { BackendAddresses } from '../../../deploy/local/backends.ts';

const DEADLINE_MS = 10_000;

/** A part of the backends that one laboratory has for itself: key prefix, path, topics, group and database of one name. */
export interface Namespace {
  readonly backends: BackendAddresses;
  /** Settings that lead services there. */
  readonly env: Readonly<Record<string, string>>;
}

/** @param name 1 to 32 of a-z and 0-9, which nobody else has on these backends */
export async function openNamespace(name: string, backends: BackendAddresses): Promise<Namespace> {
  await run(backends.databaseUrl, 'create database if not exists ??', name);
  const database = new URL(backends.databaseUrl);
  database.pathname = `/${name}`;
  return {
    backends: { ...backends, databaseUrl: database.href },
    env: {
      LONGWIRE_REDIS_KEY_PREFIX: name,
      LONGWIRE_ZOOKEEPER_ROOT_PATH: `/${name}`,
      LONGWIRE_KAFKA_TOPIC: name,
      LONGWIRE_KAFKA_DEAD_LETTER_TOPIC: `${name}.dead`,
      LONGWIRE_CONSUMER_GROUP: name,
    },
  };
}

/** Removes the database; the rest is little, and goes with the backends. */
export async function dropNamespace(name: string, backends: BackendAddresses): Promise<void> {
  await run(backends.databaseUrl, 'drop database if exists ??', name);
}

async function run(url: string, statement: string, name: string): Promise<void> {
  const connection = await createConnection({ uri: url, connectTimeout: DEADLINE_MS });
  try {
    await connection.query({ sql: statement, values: [name], timeout: DEADLINE_MS });
  } finally {
    await connection.end();
  }
}
