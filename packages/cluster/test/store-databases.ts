import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { pino } from 'pino';
import { uniqueName } from '../../../test-support/backends.ts';
import { openStore } from '../src/store/index.ts';

/** An empty database of a test's own. */
export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

export async function sqliteDatabase(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'longwire-store-'));
  return {
    url: `sqlite:${join(folder, 'made', 'here', 'store.db')}`,
    drop: () => rm(folder, { recursive: true }),
  };
}

export async function mysqlDatabase(serverUrl: string): Promise<TestDatabase> {
  const name = uniqueName('lw_store_');
  const admin = await createConnection({ uri: serverUrl });
  await admin.query('create database ??', [name]);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    async drop() {
      await admin.query('drop database ??', [name]);
      await admin.end();
    },
  };
}

export const logger = pino({ level: 'silent' });

export function open(url: string, queryTimeoutMs = 20_000) {
  return openStore({ settings: { url, queryTimeoutMs, poolSize: 4 }, logger });
}
