import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { openDirectory, openMembership, openUpstreamLog, type Membership } from '@longwire/cluster';
import { loadConfig } from '@longwire/service-kit';
import { realBackend, uniqueName, waitFor } from '../../../test-support/backends.ts';
import { withKafkaAdmin } from '../../../test-support/kafka.ts';
import { removeTree } from '../../cluster/test/zookeeper-tools.ts';
import { pushServerConfigSchema, type PushServer, type PushServerConfig } from '../src/index.ts';
import { callApi, CLUSTER_SECRET, TestCluster } from './harness.ts';

const redis = realBackend('redis');
const zookeeper = realBackend('zookeeper');
const kafka = realBackend('kafka');

export const hasRealBackends = redis !== null && zookeeper !== null && kafka !== null;

/** A push-server in a process of its own. */
export interface ServerProcess {
  readonly server: PushServer;
  readonly child: ChildProcess;
  /** What it printed. */
  readonly log: string[];
}

/** Push-servers as they are deployed, on real backends, under names of their own. */
export class RealCluster {
  readonly name: string;
  readonly config: PushServerConfig;
  /** Directory, log and tokens of this process. */
  readonly own: TestCluster;
  readonly watcher: Membership;
  readonly #env: Record<string, string>;
  readonly #children: ChildProcess[] = [];

  private constructor(
    env: Record<string, string>,
    config: PushServerConfig,
    own: TestCluster,
    watcher: Membership,
  ) {
    this.name = config.redis.keyPrefix;
    this.#env = env;
    this.config = config;
    this.own = own;
    this.watcher = watcher;
  }

  static async create(settings: Record<string, string> = {}): Promise<RealCluster> {
    const name = uniqueName('push-server-test-');
    const env = {
      LONGWIRE_CLUSTER_SECRET: CLUSTER_SECRET,
      LONGWIRE_REDIS_URL: redis ?? '',
      LONGWIRE_REDIS_KEY_PREFIX: name,
      LONGWIRE_REDIS_BUCKETS: '64',
      LONGWIRE_ZOOKEEPER_SERVERS: zookeeper ?? '',
      LONGWIRE_ZOOKEEPER_ROOT_PATH: `/${name}`,
      LONGWIRE_KAFKA_BROKERS: kafka ?? '',
      LONGWIRE_KAFKA_TOPIC: name,
      LONGWIRE_KAFKA_DEAD_LETTER_TOPIC: `${name}.dead`,
      LONGWIRE_KAFKA_PARTITIONS: '3',
      // A machine that runs many suites at once is late, and nothing else is.
      LONGWIRE_PUSH_MAX_EVENT_LOOP_DELAY_MS: '60000',
      ...settings,
    };
    const config = loadConfig(pushServerConfigSchema, { env });
    const logger = pino({ level: 'silent' });
    const own = await TestCluster.create({
      directory: openDirectory({ settings: config.redis, logger }),
      upstream: await openUpstreamLog({ settings: config.kafka, logger, clientId: name }),
    });
    return new RealCluster(env, config, own, await openMembership({ settings: config.zookeeper, logger }));
  }

  /** `src/main.ts` in a process of its own. Resolves once it is ready, under a boot that was not in the list before. */
  async start(nodeId: string, settings: Record<string, string> = {}): Promise<ServerProcess> {
    const listed = () => this.watcher.members('push-server').find((member) => member.nodeId === nodeId);
    const earlier = listed()?.boot;
    const main = join(import.meta.dirname, '../src/main.ts');
    const log: string[] = [];
    const child = spawn(process.execPath, ['--conditions=longwire-source', main], {
      env: {
        ...process.env,
        ...this.#env,
        LONGWIRE_TOKENS_KEYS_FILE: this.own.keysFile,
        LONGWIRE_PUSH_NODE_ID: nodeId,
        LONGWIRE_PUSH_PORT: '0',
        LONGWIRE_PUSH_HTTP_PORT: '0',
        ...settings,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#children.push(child);
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => log.push(String(chunk)));
    const member = await waitFor(() => {
      if (child.exitCode !== null) throw new Error(log.join(''));
      const found = listed();
      return found?.boot === earlier ? null : found;
    });
    const addresses = { tls: '', ...member.addresses, tcp: member.addresses.tcp! };
    const server = { addresses, start: async () => {}, stop: async () => {} };
    await waitFor(async () => (await callApi(server, '/readyz')).ok);
    return { server, child, log };
  }

  /** Ends every process as if its machine had gone. */
  kill(): void {
    for (const child of this.#children.splice(0)) child.kill('SIGKILL');
  }

  /** Removes all that it has left behind. */
  async stop(): Promise<void> {
    this.kill();
    await this.own.stop();
    await this.watcher.close();
    await removeTree(zookeeper!, `/${this.name}`);
    const client = new Redis(redis!);
    for await (const keys of client.scanStream({ match: `${this.name}:*`, count: 1000 }))
      if ((keys as string[]).length > 0) await client.unlink(keys as string[]);
    client.disconnect();
    const topics = [this.name, `${this.name}.dead`];
    await withKafkaAdmin(kafka!, (admin) => admin.deleteTopics({ topics }));
  }
}
