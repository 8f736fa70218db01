import { join } from 'node:path';
import type { BackendAddresses } from '../../../deploy/local/backends.ts';
import type { SetName } from '../../../deploy/local/sets.ts';
import { Cluster, repository, type Node } from '../lib/cluster.ts';
import type { PushReport } from '../lib/push-report.ts';
import { until } from '../lib/until.ts';
import { TrafficFleet } from '../traffic/fleet.ts';
import { OnlineCount } from '../traffic/online-count.ts';
import { Rows } from '../traffic/rows.ts';
import type { ApiCall } from './api-probe.ts';
import { openDoors, type BackendKind, type Doors } from './doors.ts';
import { dropNamespace, openNamespace } from './namespace.ts';
import { RawClient } from './raw-client.ts';
import { SeededRandom } from '../lib/random.ts';
import { ReadyWatch } from './ready-watch.ts';
import { settings, startServices, type Services } from './services.ts';
import { WireProbe } from './wire-probe.ts';

export interface LabOptions {
  /** Where the backends run. */
  readonly backends: BackendAddresses;
  /** The set that they are, if its Kafka is to have a door too. */
  readonly set: SetName | null;
  /** A name that no other laboratory on these backends has: of keys, paths, topics and the database. */
  readonly namespace: string;
  readonly firstPort: number;
  readonly clients: number;
  /** Settings of every service, beside those of all laboratories. */
  readonly env?: Readonly<Record<string, string>>;
}

/** After this long the SDK gives a message up. */
export const MESSAGE_TIMEOUT_MS = 20_000;
const CLIENT_PROCESSES = 2;
const PROBE_MESSAGES_PER_SECOND = 20;
const COUNT_DEADLINE_MS = 60_000;
const QUIET_MS = 3000;
const QUIET_DEADLINE_MS = 30_000;
const WARM_UP_ROUNDS = 100;
const PORTS_OF_PUSH_SERVERS = 50;

/** Of GET /v1/nodes. */
export interface NodeView {
  readonly nodeId: string;
  readonly boot: string;
  readonly presence: 'full' | 'member-only' | 'lease-only';
  readonly sessions: number | null;
}

/** Of GET /v1/pushes/:pushId. */
/** By /readyz: which roles cannot do without which backend. */
const dependents: Readonly<Record<BackendKind, readonly Node['role'][]>> = {
  redis: ['auth', 'push', 'route', 'admin'],
  zookeeper: ['auth', 'push', 'route', 'admin'],
  kafka: ['push', 'consumer'],
  mysql: ['auth', 'route', 'consumer', 'admin'],
};

/** A cluster of separate processes that can be broken everywhere, with its clients. */
export class Lab {
  readonly cluster: Cluster;
  readonly doors: Doors;
  readonly services: Services;
  readonly fleet: TrafficFleet;
  readonly probes: readonly WireProbe[];
  readonly ready: ReadyWatch;
  readonly online: OnlineCount;
  readonly rows: Rows;
  /** Of the scenario that runs: the runner gives each its own, so that it makes the same choices whatever ran before. */
  random = new SeededRandom(0);
  readonly options: LabOptions;
  /** Of pushes that scenarios made. */
  readonly ownPushIds = new Set<string>();
  readonly #rawClients: RawClient[] = [];
  /** Of a registered client that never connects. */
  #credentials: { readonly clientId: string; readonly clientSecret: string } | null = null;

  private constructor(options: LabOptions, cluster: Cluster, doors: Doors, services: Services, rows: Rows) {
    this.options = options;
    this.cluster = cluster;
    this.doors = doors;
    this.services = services;
    this.rows = rows;
    const { folder, apiKey } = cluster;
    this.fleet = new TrafficFleet(CLIENT_PROCESSES, folder, apiKey, [services.auth.url], MESSAGE_TIMEOUT_MS);
    this.ready = new ReadyWatch(() => cluster.nodes);
    this.online = new OnlineCount(cluster, services.admin);
    const names = services.pushServers.map(({ name }) => `probe-${name}`);
    this.probes = services.pushServers.map(
      ({ tcp }, index) =>
        new WireProbe({
          clientId: names[index]!,
          token: cluster.mintToken(names[index]!),
          tcp,
          // On another node.
          peer: names[(index + 1) % names.length]!,
          kind: 'probe',
          messagesPerSecond: PROBE_MESSAGES_PER_SECOND,
        }),
    );
  }

  /** Resolves when everything runs and every client is connected. */
  static async start(options: LabOptions): Promise<Lab> {
    const { set, firstPort } = options;
    const namespace = await openNamespace(options.namespace, options.backends);
    const doors = await openDoors(namespace.backends, set);
    const folder = join(repository, '.longwire', 'runs', 'faults', options.namespace);
    const env = { ...settings, ...namespace.env, ...options.env };
    const cluster = new Cluster({ folder, firstPort, backends: doors.addresses, env });
    let lab: Lab | null = null;
    try {
      const services = await startServices(
        cluster,
        firstPort + PORTS_OF_PUSH_SERVERS,
        doors.addresses.zookeeperServers,
      );
      lab = new Lab(options, cluster, doors, services, await Rows.open(namespace.backends.databaseUrl));
      await lab.#fill(options.clients);
      return lab;
    } catch (error) {
      if (lab !== null) await lab.stop();
      else await Promise.all([cluster.stop(), closeAll(Object.values(doors.proxies))]);
      throw error;
    }
  }

  /** How many clients are connected when all are. */
  get clients(): number {
    return this.fleet.clientIds.length + this.probes.length;
  }

  get names(): string[] {
    return this.cluster.nodes.map(({ name }) => name);
  }

  /** One of each kind of call that people and backends make. */
  apiCalls(): ApiCall[] {
    const { admin } = this.services;
    return [
      {
        title: 'sign-in',
        make: () => this.signIn(),
      },
      { title: 'client', make: () => this.cluster.request(admin, 'GET', '/v1/clients/c1') },
      { title: 'online', make: () => this.cluster.request(admin, 'GET', '/v1/online') },
      { title: 'messages', make: () => this.cluster.request(admin, 'GET', '/v1/upstream-messages?limit=5') },
    ];
  }

  async signIn(): Promise<Response> {
    return this.cluster.request(this.services.auth, 'POST', '/v1/tokens', this.#credentials!);
  }

  /** What the admin-platform says of the push-servers. */
  async nodes(): Promise<NodeView[]> {
    const { nodes } = await this.cluster.call<{ nodes: NodeView[] }>(this.services.admin, 'GET', '/v1/nodes');
    return nodes;
  }

  /** A client that is let in. Throws when it is not. */
  async connect(clientId: string, tcp: string): Promise<RawClient> {
    const client = this.knock(clientId, tcp);
    if (!(await client.isIn)) throw new Error(`${clientId} was not let in: ${(await client.closed).reason}`);
    return client;
  }

  /** A client at the door. */
  knock(clientId: string, tcp: string, token = this.cluster.mintToken(clientId)): RawClient {
    const client = new RawClient(clientId, token, tcp);
    this.#rawClients.push(client);
    return client;
  }

  /** Pushes to a list, for a scenario that looks itself what becomes of it, by a node of its choice. Answers the push's id. */
  async push(clientIds: readonly string[], by: Node = this.services.admin): Promise<string> {
    const body = { audience: { clientIds }, payload: { text: 'of a scenario' } };
    const { pushId } = await this.cluster.call<{ pushId: string }>(by, 'POST', '/v1/pushes', body);
    this.ownPushIds.add(pushId);
    return pushId;
  }

  /** What the cluster says of a push. */
  async pushReport(pushId: string): Promise<PushReport> {
    return this.cluster.call(this.services.admin, 'GET', `/v1/pushes/${pushId}`);
  }

  /** Names of the pushes that clients got who write nothing down themselves, since the last time. */
  takePushes(): string[] {
    const raw = this.#rawClients.splice(0);
    return [...this.probes, ...raw].flatMap(({ pushes }) => [...pushes]);
  }

  /** The sum of a node's counters or gauges whose name and labels begin like this. */
  async metric(node: Node, begin: string): Promise<number> {
    const response = await this.cluster.request(node, 'GET', '/metrics');
    const lines = (await response.text()).split('\n').filter((line) => line.startsWith(begin));
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  }

  /** Waits until so many routes are in the directory and the nodes count the same. Answers when that was, or null. */
  async counted(expected: number, sinceMs: number): Promise<number | null> {
    const last = await until(
      // Redis may be on its way back.
      () => this.online.now().catch(() => null),
      (online) => online?.drift === 0 && online.byDirectory === expected,
      COUNT_DEADLINE_MS,
    );
    return last?.drift === 0 && last.byDirectory === expected ? performance.now() - sinceMs : null;
  }

  /** Registers a client. */
  async register(clientId: string): Promise<{ clientId: string; clientSecret: string }> {
    return this.cluster.call(this.services.auth, 'POST', '/v1/clients', { clientId });
  }

  /** Names of the services that cannot do without the backend. */
  dependentsOf(kind: BackendKind): string[] {
    return this.cluster.nodes.filter(({ role }) => dependents[kind].includes(role)).map(({ name }) => name);
  }

  /** The push-server process of this moment. */
  pushServer(name: string): Node {
    return this.cluster.nodes.find((node) => node.name === name)!;
  }

  /** Ends every fault that a proxy makes. */
  async heal(): Promise<void> {
    await Promise.all(this.#proxies().map((proxy) => proxy.heal()));
  }

  /** Brings clients back to where they belong, after a scenario that has moved them. */
  async rebalance(): Promise<void> {
    await this.cluster.call(this.services.admin, 'POST', '/v1/rebalances', { clientsPerSecond: 100 });
    await this.#quiet();
    await this.online.settled(this.clients);
  }

  /** Waits until nobody has changed its connection for a while: a client that was sent away may take a second to go. */
  async #quiet(): Promise<void> {
    let drops = -1;
    let sinceMs = 0;
    await until(
      () => this.fleet.status(),
      (status) => {
        const nowMs = performance.now();
        if (status.drops.length !== drops) sinceMs = nowMs;
        drops = status.drops.length;
        return status.connected === this.fleet.clientIds.length && nowMs - sinceMs > QUIET_MS;
      },
      QUIET_DEADLINE_MS,
    );
  }

  async stop(): Promise<void> {
    this.ready.stop();
    for (const probe of this.probes) probe.stop();
    for (const { process } of this.cluster.nodes) {
      process.kill('SIGCONT');
      process.kill('SIGKILL');
    }
    await Promise.all([this.fleet.stop(), this.cluster.stop(), this.rows.close()]);
    await closeAll(this.#proxies());
    await dropNamespace(this.options.namespace, this.options.backends);
  }

  async #fill(clients: number): Promise<void> {
    this.ready.start();
    for (const probe of this.probes) probe.start();
    const { clientId, clientSecret } = await this.register('signs-in-only');
    this.#credentials = { clientId, clientSecret };
    await this.fleet.join(Array.from({ length: clients }, (_, index) => `c${index + 1}`));
    await this.#warmUp();
  }

  /** A process that has just begun grows by what it does for the first time, and would seem to leak. */
  async #warmUp(): Promise<void> {
    for (let round = 0; round < WARM_UP_ROUNDS; round++)
      await Promise.all(this.apiCalls().map(async ({ make }) => (await make()).arrayBuffer()));
  }

  #proxies(): { heal(): Promise<void>; close(): Promise<void> }[] {
    const { clientProxies, nodeProxies, zookeeperProxies } = this.services;
    return [this.doors.proxies, clientProxies, nodeProxies, zookeeperProxies].flatMap((proxies) =>
      Object.values(proxies),
    );
  }
}

async function closeAll(proxies: readonly { close(): Promise<void> }[]): Promise<void> {
  await Promise.all(proxies.map((proxy) => proxy.close()));
}
