import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import type { Backend } from '../backend.ts';
import { run } from '../run.ts';
import type { Place } from '../sets.ts';

/** MariaDB with a user `longwire` (its password is random, in the set's folder) and a database of the same name. */
export const mariadb: Backend = {
  name: 'mariadb',
  variable: 'LONGWIRE_DATABASE_URL',
  needs: [
    { what: 'mariadbd', debianPackage: 'mariadb-server' },
    { what: 'mariadb-install-db', debianPackage: 'mariadb-server' },
  ],
  tuning: (place) => `one, without a binary log; ${caches(place).join(' ')}`,
  prepare: async (place) => {
    await installDatabase(place);
    await preparePassword(place);
    const init = join(place.folder, 'init.sql');
    await writeFile(init, initialSql(password(place)), { mode: 0o600 });
    return {
      program: 'mariadbd',
      args: [
        ['--no-defaults', asThisUser, `--datadir=${dataFolder(place)}`, `--init-file=${init}`],
        // Relative to the data folder: a socket's whole path may have 107 bytes at most.
        ['--bind-address=127.0.0.1', `--port=${place.port}`, '--socket=mariadb.sock'],
        ['--skip-name-resolve', '--skip-log-bin', '--character-set-server=utf8mb4'],
        [...caches(place), '--max-connections=300'],
      ].flat(),
    };
  },
  address: (place) => `mysql://longwire:${password(place)}@127.0.0.1:${place.port}/longwire`,
  probe: async (place, timeoutMs) => {
    const connection = await createConnection({
      uri: mariadb.address(place),
      connectTimeout: timeoutMs,
    });
    try {
      await connection.query({ sql: 'SELECT 1', timeout: timeoutMs });
    } finally {
      connection.destroy();
    }
  },
};

/** Without it, MariaDB refuses to run as root and looks for a user `mysql`. */
const asThisUser = `--user=${userInfo().username}`;

function caches({ databaseCacheMiB }: Place): string[] {
  return [`--innodb-buffer-pool-size=${databaseCacheMiB}M`, `--innodb-log-file-size=${databaseCacheMiB}M`];
}

const dataFolder = (place: Place) => join(place.folder, 'data');
const passwordFile = (place: Place) => join(place.folder, 'password');

function password(place: Place): string {
  return readFileSync(passwordFile(place), 'utf8');
}

/** Makes the password that the address carries, unless there is one. */
export async function preparePassword(place: Place): Promise<void> {
  await mkdir(place.folder, { recursive: true });
  if (existsSync(passwordFile(place))) return;
  await writeFile(passwordFile(place), randomBytes(24).toString('base64url'), { mode: 0o600 });
}

/** Built beside and renamed when complete, so that an interrupted installation is begun again. */
async function installDatabase(place: Place): Promise<void> {
  if (existsSync(dataFolder(place))) return;
  const partial = `${dataFolder(place)}.partial`;
  await rm(partial, { recursive: true, force: true });
  const options = ['--no-defaults', asThisUser, `--datadir=${partial}`, '--skip-test-db'];
  await run('mariadb-install-db', options, { timeoutMs: 120_000 });
  await rename(partial, dataFolder(place));
}

/** MariaDB runs this at every start, before it takes connections. The password is base64url: nothing to escape. */
function initialSql(secret: string): string {
  return [
    'CREATE DATABASE IF NOT EXISTS longwire;',
    `CREATE OR REPLACE USER longwire@'127.0.0.1' IDENTIFIED BY '${secret}';`,
    "GRANT ALL PRIVILEGES ON *.* TO longwire@'127.0.0.1';",
    '',
  ].join('\n');
}
