import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { tuningOf } from '../../../../deploy/local/backend-set.ts';
import { backendNames, placeOf } from '../../../../deploy/local/sets.ts';
import { lastLines } from '../../../../deploy/local/run.ts';
import { Cluster, type Node, type NodeOptions, type Role } from '../../lib/cluster.ts';
import { COLLECT_ON_SIGNAL, COLLECT_SIGNAL, collectGarbage } from '../../lib/garbage.ts';
import type { Process } from '../../lib/process.ts';
import type { HelperRole } from '../scenario.ts';
import { readMetrics, type ApiCall, type ProcessGroup, type PushServer, type Target } from './target.ts';

const FIRST_PORT = 18_100;
const STARTING_AT_ONCE = 4;
/** With more push-servers than cores the backends and the other services come first: they have little to do, and all wait for them. */
const LAST_IN_TURN = ['nice', '-n', '5'];
/** As by default. */
const HEARTBEATS_UNTIL_IDLE = 2.5;

/** What a node can do, not what it is allowed: the limits that a load would run into before the machine does. */
export const LOAD_SETTINGS = {
  LONGWIRE_PUSH_ACCEPTS_PER_SECOND: '1000000',
  LONGWIRE_PUSH_MAX_EVENT_LOOP_DELAY_MS: '60000',
  LONGWIRE_PUSH_MAX_UNAUTHENTICATED_PER_ADDRESS: '5000',
  LONGWIRE_PUSH_MAX_LOGINS_PER_MINUTE: '1000000',
};

/** The same for clients with a heartbeat so often. */
export function settingsFor(heartbeatSeconds: number): Readonly<Record<string, string>> {
  const heartbeatMs = heartbeatSeconds * 1000;
  return {
    ...LOAD_SETTINGS,
    LONGWIRE_PUSH_HEARTBEAT_INTERVAL_MS: String(heartbeatMs),
    LONGWIRE_PUSH_IDLE_TIMEOUT_MS: String(heartbeatMs * HEARTBEATS_UNTIL_IDLE),
  };
}

/** A cluster of its own on backends of its own, run from `dist/`, as users run it. */
export class OwnCluster implements Target {
  readonly settings: Readonly<Record<string, string>>;
  readonly lost: Promise<never>;
  readonly #cluster: Cluster;
  /** Of those that are to end. */
  readonly #ending = new Set<Process>();

  private constructor(cluster: Cluster, settings: Readonly<Record<string, string>>) {
    this.#cluster = cluster;
    this.settings = { ...settings, ...tuningOf('load') };
    this.lost = Promise.race(cluster.nodes.map(({ process }) => this.#untilLost(process)));
    // It may come while nobody waits for it.
    this.lost.catch(() => undefined);
  }

  static async start(
    nodes: number,
    helpers: readonly HelperRole[],
    say: (line: string) => void,
    end: AbortSignal,
    settings: Readonly<Record<string, string>> = LOAD_SETTINGS,
  ): Promise<OwnCluster> {
    say('starting Redis, ZooKeeper, Kafka and MariaDB, all of them empty');
    const cluster = await Cluster.create('load', FIRST_PORT, { env: settings, isBuilt: true });
    const startOne = async (role: Role, name: string, options: NodeOptions = {}): Promise<void> => {
      end.throwIfAborted();
      await cluster.start(role, name, options);
    };
    try {
      say(`starting ${nodes} push-servers${helpers.map((role) => `, ${role}`).join('')}`);
      // The first brings the tables and topics into being, for all others to find.
      for (const role of helpers) await startOne(role, role);
      const names = Array.from({ length: nodes }, (_, index) => `push-${index + 1}`);
      const launcher = nodes > availableParallelism() ? LAST_IN_TURN : [];
      const worker = async (): Promise<void> => {
        for (let name = names.shift(); name !== undefined; name = names.shift())
          await startOne('push', name, { nodeFlags: COLLECT_ON_SIGNAL, launcher });
      };
      await Promise.all(Array.from({ length: STARTING_AT_ONCE }, worker));
      return new OwnCluster(cluster, settings);
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  get pushServers(): readonly PushServer[] {
    return this.#pushNodes().map(({ name, tcp, url, process: { pid } }) => ({ name, tcp, url, pid }));
  }

  get databaseUrl(): string {
    return this.#cluster.databaseUrl;
  }

  mintToken(clientId: string): string {
    return this.#cluster.mintToken(clientId);
  }

  async call<Answer>({ role, method, path, body }: ApiCall): Promise<Answer> {
    const node = this.#cluster.nodes.find((one) => one.role === role);
    if (node === undefined) throw new Error(`this scenario has started no ${role}`);
    return this.#cluster.call<Answer>(node, method, path, body);
  }

  async metricsOf(pushServer: PushServer): Promise<string | null> {
    return readMetrics(pushServer, this.#cluster.apiKey);
  }

  processes(): { group: ProcessGroup; pid: number }[] {
    const services = this.#cluster.nodes
      .filter(({ process: { hasExited } }) => !hasExited)
      .map(({ role, process: { pid } }) => ({
        group: role === 'push' ? ('push-servers' as const) : ('other services' as const),
        pid,
      }));
    return [...services, ...backendPids().map((pid) => ({ group: 'backends' as const, pid }))];
  }

  async collectGarbage(): Promise<void> {
    const nodes = this.#pushNodes();
    await collectGarbage(async () => {
      for (const { process } of nodes) process.kill(COLLECT_SIGNAL);
      await Promise.all(nodes.map(({ process, url }) => process.ready(`${url}/livez`)));
    });
  }

  async kill({ name }: PushServer): Promise<void> {
    const node = this.#pushNodes().find((one) => one.name === name);
    if (node === undefined) throw new Error(`there is no push-server ${name}`);
    this.#ending.add(node.process);
    node.process.kill('SIGKILL');
    await node.process.exited;
  }

  async stop(): Promise<void> {
    for (const { process } of this.#cluster.nodes) this.#ending.add(process);
    await this.#cluster.stop();
  }

  async #untilLost(process: Process): Promise<never> {
    const exit = await process.exited;
    if (this.#ending.has(process)) return new Promise(() => undefined);
    throw new Error(lastWords(process, exit));
  }

  #pushNodes(): Node[] {
    return this.#cluster.nodes.filter(({ role, process }) => role === 'push' && !process.hasExited);
  }
}

function lastWords({ name, logFile }: Process, exit: number | string): string {
  return `${name} ended with ${exit}; its log, ${logFile}, ends with:\n${lastLines(readFileSync(logFile, 'utf8'))}`;
}

/** Backends in containers have no process here. */
function backendPids(): number[] {
  return backendNames.flatMap((name) => {
    try {
      const file = join(placeOf('load', name).folder, 'pid');
      return [(JSON.parse(readFileSync(file, 'utf8')) as { pid: number }).pid];
    } catch {
      return [];
    }
  });
}
