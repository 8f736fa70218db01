import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '../../../test-support/helpers.ts';
import { RedisProcess, type RedisServerSettings } from './redis-process.ts';

const primaryName = 'longwire';
const password = 'word-of-the-redis';
const sentinelPassword = 'word-of-the-sentinels';
/** How long the primary must be silent before the sentinels take it for dead. */
const downAfterMs = 2000;

export interface RedisSentinelSet {
  readonly settings: RedisServerSettings;
  /** The two servers in the roles that they were started in. */
  readonly primary: RedisProcess;
  readonly replica: RedisProcess;
  readonly sentinels: readonly RedisProcess[];
  /** Ends them and removes their files. */
  stop(): Promise<void>;
}

/** A primary, a replica and three sentinels, with passwords. Resolves once every sentinel knows of all. */
export async function startRedisSentinel(): Promise<RedisSentinelSet> {
  const folder = await mkdtemp(join(tmpdir(), 'longwire-sentinel-'));
  const started: RedisProcess[] = [];
  const stop = async () => {
    await Promise.all(started.map((server) => server.stop()));
    await rm(folder, { recursive: true, force: true });
  };
  const start = async (name: string, args: readonly string[], secret: string) => {
    await mkdir(join(folder, name));
    const server = await RedisProcess.start({ folder: join(folder, name), args, password: secret });
    started.push(server);
    return server;
  };
  try {
    const data = ['--masterauth', password, '--repl-diskless-sync-delay', '0'];
    const primary = await start('primary', data, password);
    const follow = ['--replicaof', `127.0.0.1 ${primary.port}`];
    const replica = await start('replica', [...data, ...follow], password);
    await waitFor(async () => String(await replica.command('ROLE')).includes('connected'));
    const sentinels: RedisProcess[] = [];
    for (const name of ['sentinel-1', 'sentinel-2', 'sentinel-3']) {
      const file = join(folder, `${name}.conf`);
      await writeFile(file, sentinelConfiguration(primary.port));
      sentinels.push(await start(name, [file, '--sentinel'], sentinelPassword));
    }
    for (const sentinel of sentinels) await waitFor(() => knowsAll(sentinel));
    const hosts = sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',');
    const url = `redis://:${password}@${hosts}`;
    const settings = { url, mode: 'sentinel', primaryName, sentinelPassword } as const;
    return { settings, primary, replica, sentinels, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function sentinelConfiguration(primaryPort: number): string {
  return [
    `sentinel monitor ${primaryName} 127.0.0.1 ${primaryPort} 2`,
    `sentinel auth-pass ${primaryName} ${password}`,
    `sentinel down-after-milliseconds ${primaryName} ${downAfterMs}`,
    `sentinel failover-timeout ${primaryName} 10000`,
    `sentinel sentinel-pass ${sentinelPassword}`,
    '',
  ].join('\n');
}

/** The one replica and the two other sentinels: before that there would be no fail-over. */
async function knowsAll(sentinel: RedisProcess): Promise<boolean> {
  const answer = (await sentinel.command('SENTINEL', 'master', primaryName)) as string[];
  const value = (name: string) => answer[answer.indexOf(name) + 1];
  return value('num-slaves') === '1' && value('num-other-sentinels') === '2' && value('flags') === 'master';
}
