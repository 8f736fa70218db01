import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, waitFor } from '../../../test-support/helpers.ts';
import { RedisProcess, type RedisServerSettings } from './redis-process.ts';

const slots = 16_384;
const masterCount = 3;
/** How long a node must be silent before the others take it for dead. */
const nodeTimeoutMs = 2000;

export interface RedisClusterSet {
  readonly settings: RedisServerSettings;
  /** Three, with a third of the slots each. */
  readonly masters: readonly RedisProcess[];
  /** Of the first master alone: that one is replaced when it dies, the slots of another are away until it is back. */
  readonly replica: RedisProcess;
  /** Ends them and removes their files. */
  stop(): Promise<void>;
}

/** A Redis Cluster of three masters and one replica. Resolves once every node takes calls. */
export async function startRedisCluster(): Promise<RedisClusterSet> {
  const folder = await mkdtemp(join(tmpdir(), 'longwire-cluster-'));
  const started: RedisProcess[] = [];
  const stop = async () => {
    await Promise.all(started.map((server) => server.stop()));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    for (const name of ['master-1', 'master-2', 'master-3', 'replica']) {
      await mkdir(join(folder, name));
      const args = await nodeArguments();
      started.push(await RedisProcess.start({ folder: join(folder, name), args }));
    }
    const masters = started.slice(0, masterCount);
    const [replica] = started.slice(masterCount) as [RedisProcess];
    await formCluster(masters, replica);
    const hosts = masters.map(({ port }) => `127.0.0.1:${port}`).join(',');
    const settings = {
      url: `redis://${hosts}`,
      mode: 'cluster',
      primaryName: '',
      sentinelPassword: '',
    } as const;
    return { settings, masters, replica, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function nodeArguments(): Promise<string[]> {
  const bus = ['--cluster-enabled', 'yes', '--cluster-port', String(await freePort())];
  const deaths = ['--cluster-node-timeout', String(nodeTimeoutMs), '--cluster-require-full-coverage', 'no'];
  // No waiting for a replica of which nobody knows whether its data is old: tests do not last that long.
  return [...bus, ...deaths, '--cluster-replica-validity-factor', '0', '--repl-diskless-sync-delay', '0'];
}

async function formCluster(masters: readonly RedisProcess[], replica: RedisProcess): Promise<void> {
  for (const [i, master] of masters.entries()) {
    const range = [i, i + 1].map((edge) => Math.floor((edge * slots) / masterCount));
    await master.command('CLUSTER', 'ADDSLOTSRANGE', range[0]!, range[1]! - 1);
    await master.command('CLUSTER', 'SET-CONFIG-EPOCH', i + 1);
  }
  const [first] = masters as [RedisProcess];
  for (const other of [...masters.slice(1), replica]) {
    const [, busPort] = (await other.command('CONFIG', 'GET', 'cluster-port')) as [string, string];
    await first.command('CLUSTER', 'MEET', '127.0.0.1', other.port, busPort);
  }
  const firstId = String(await first.command('CLUSTER', 'MYID'));
  await waitFor(async () => (await replica.command('CLUSTER', 'REPLICATE', firstId)) === 'OK');
  for (const node of [...masters, replica]) await waitFor(() => seesAll(node));
  await waitFor(async () => String(await replica.command('ROLE')).includes('connected'));
}

async function seesAll(node: RedisProcess): Promise<boolean> {
  const info = String(await node.command('CLUSTER', 'INFO'));
  const nodes = String(await node.command('CLUSTER', 'NODES'));
  const isComplete =
    info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${masterCount + 1}`);
  return isComplete && /\bslave\b/.test(nodes);
}
