import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { repository, type Cluster } from '../lib/cluster.ts';
import { until } from '../lib/until.ts';
import { outageOf } from '../traffic/outage.ts';
import { Example } from './example.ts';
import { TrafficFleet } from '../traffic/fleet.ts';
import {
  emptyLedgers,
  merge,
  totalsOf,
  trafficKinds,
  type Totals,
  type TrafficKind,
} from '../traffic/ledger.ts';
import { OnlineCount, type Online } from '../traffic/online-count.ts';
import { TrafficPushes } from '../traffic/pushes.ts';
import { seconds, type DemoReport } from './report.ts';
import { Rows } from '../traffic/rows.ts';
import { startServices, type Services } from './services.ts';

export interface ScenarioOptions {
  readonly clients: number;
  readonly trafficSeconds: number;
  readonly messagesPerSecond: number;
  readonly say: (line: string) => void;
}

const CHAT_TEXT = join(repository, 'README.md');
const CLIENT_PROCESSES = 3;
/** Of all clients; the others register while there is traffic. */
const FIRST_WAVE = 0.8;
const LIST_SIZE = 100;
const UPSTREAM_KIND = 'demo';
const DEVICE_KIND = 'metrics';
const EXAMPLE_CLIENTS = { device: 1, chat: 2 };
const EXAMPLE_DEADLINE_MS = 60_000;
const BACK_DEADLINE_MS = 45_000;
/** The SDK gives a message up after a minute. */
const ANSWER_DEADLINE_MS = 65_000;
const ROWS_DEADLINE_MS = 60_000;

/** What was seen on the way. */
interface Middle {
  readonly before: Online;
  readonly afterKill: Online;
  readonly worst: Online;
  readonly nodeId: string;
  readonly killedAtMs: number;
}

/** The whole story, from the start of the services to the comparison of what everyone wrote down. */
export async function runScenario(cluster: Cluster, options: ScenarioOptions): Promise<DemoReport> {
  const startedAtMs = performance.now();
  const services = await startServices(cluster);
  options.say(`${cluster.nodes.length} services are ready after ${seconds(performance.now() - startedAtMs)}`);
  const scenario = new Scenario(cluster, services, options);
  try {
    return await scenario.run(startedAtMs);
  } finally {
    await scenario.stop();
  }
}

class Scenario {
  readonly #cluster: Cluster;
  readonly #services: Services;
  readonly #options: ScenarioOptions;
  readonly #ledgers = emptyLedgers();
  readonly #pushes: TrafficPushes;
  readonly #online: OnlineCount;
  readonly #fleet: TrafficFleet;
  readonly #device: Example;
  readonly #problems: string[] = [];
  #chat: Example | null = null;
  #talkingSinceMs = 0;

  constructor(cluster: Cluster, services: Services, options: ScenarioOptions) {
    this.#cluster = cluster;
    this.#services = services;
    this.#options = options;
    this.#pushes = new TrafficPushes(cluster, services.admin, this.#ledgers);
    this.#online = new OnlineCount(cluster, services.admin);
    const authUrls = services.auths.map(({ url }) => url);
    this.#fleet = new TrafficFleet(CLIENT_PROCESSES, cluster.folder, cluster.apiKey, authUrls);
    const deviceFlags = ['--auth', authUrls[0]!, '--id', 'device'];
    this.#device = new Example('device', 'cpu-device.ts', deviceFlags, cluster.apiKey, cluster.folder);
  }

  async run(startedAtMs: number): Promise<DemoReport> {
    const ids = Array.from({ length: this.#options.clients }, (_, index) => `client-${index + 1}`);
    const firstWave = Math.ceil(ids.length * FIRST_WAVE);
    await this.#begin(ids.slice(0, firstWave));
    await this.#pushToAllAndList('before');
    const registeredSince = new Date().toISOString();
    await this.#secondWave(ids.slice(firstWave), registeredSince);
    await this.#trafficUntil(0.4);
    const { device, chat } = EXAMPLE_CLIENTS;
    const before = await this.#online.settled(ids.length + device + chat);
    const outage = await this.#killOne();
    const worst = await this.#online.worstUntil(this.#dueMs(0.75));
    await this.#pushToAllAndList('after');
    await this.#pushes.push('pushToNew', { registeredSince }, 'welcome back');
    await this.#trafficUntil(1);
    return this.#conclude(startedAtMs, { before, ...outage, worst });
  }

  async stop(): Promise<void> {
    await Promise.all([this.#fleet.stop(), this.#device.stop(), this.#chat?.stop()]);
  }

  async #begin(clientIds: readonly string[]): Promise<void> {
    const { say, trafficSeconds, messagesPerSecond } = this.#options;
    const joinedAtMs = performance.now();
    await this.#fleet.join(clientIds);
    say(
      `${clientIds.length} clients registered and signed in within ${seconds(performance.now() - joinedAtMs)}`,
    );
    const lines = (await readFile(CHAT_TEXT, 'utf8')).split('\n').length;
    const pauseMs = Math.floor((trafficSeconds * 900) / lines);
    const flags = ['--auth', this.#services.auths[1]!.url, '--file', CHAT_TEXT, '--pause', String(pauseMs)];
    const { apiKey, folder } = this.#cluster;
    this.#chat = new Example('chat', 'chat-pair.ts', flags, apiKey, folder);
    await until(
      async () => this.#device.lines.length > 0 && this.#chat!.lines.length > 0,
      (areOnline) => areOnline,
      EXAMPLE_DEADLINE_MS,
    );
    await this.#fleet.talk(messagesPerSecond, UPSTREAM_KIND);
    this.#talkingSinceMs = performance.now();
    say(`${messagesPerSecond} messages a second are on their way, upstream and from client to client`);
  }

  async #secondWave(clientIds: readonly string[], registeredSince: string): Promise<void> {
    await this.#fleet.join(clientIds);
    await this.#fleet.talk(this.#options.messagesPerSecond, UPSTREAM_KIND);
    const targets = await this.#pushes.push('pushToNew', { registeredSince }, 'welcome');
    this.#options.say(
      `${clientIds.length} more registered; a push to the newly registered had ${targets} targets`,
    );
    if (targets !== clientIds.length)
      this.#problems.push(`the push to the newly registered had ${targets} targets`);
  }

  async #pushToAllAndList(when: string): Promise<void> {
    const { clientIds } = this.#fleet;
    const step = Math.max(1, Math.floor(clientIds.length / LIST_SIZE));
    const list = clientIds.filter((_, index) => index % step === 0).slice(0, LIST_SIZE);
    const [all, some] = await Promise.all([
      this.#pushes.push('pushToAll', { everyone: true }, `to all, ${when}`),
      this.#pushes.push('pushToList', { clientIds: list }, `to a list, ${when}`),
    ]);
    this.#options.say(`pushed to all (${all} targets) and to a list (${some})`);
  }

  async #killOne(): Promise<Omit<Middle, 'before' | 'worst'>> {
    const { say } = this.#options;
    const { name, process } = this.#services.pushServers[1]!;
    const early = (await this.#fleet.status()).drops.length;
    if (early > 0) this.#problems.push(`${early} connections were lost though no push-server had ended`);
    const killedAtMs = Date.now();
    process.kill('SIGKILL');
    await process.exited;
    say(`killed ${name} (pid ${process.pid}) under traffic`);
    const total = this.#fleet.clientIds.length;
    const [afterKill, { drops }] = await Promise.all([
      this.#online.now(),
      until(
        () => this.#fleet.status(),
        (status) => status.connected === total && status.drops.length > 0 && Date.now() - killedAtMs > 1000,
        BACK_DEADLINE_MS,
      ),
      this.#pushToAllAndList('during the outage'),
    ]);
    const { clients, back, maxMs } = outageOf(drops, killedAtMs);
    say(`${back} of its ${clients} clients are back after ${seconds(maxMs)}`);
    return { nodeId: name, killedAtMs, afterKill };
  }

  /** Silence, then everything that everyone wrote down. */
  async #conclude(
    startedAtMs: number,
    { before, afterKill, worst, nodeId, killedAtMs }: Middle,
  ): Promise<DemoReport> {
    const { clients, say } = this.#options;
    await this.#fleet.talk(0, UPSTREAM_KIND);
    say('the traffic has stopped; waiting until everything is answered and stored');
    const chatExit = await this.#chat!.exit(EXAMPLE_DEADLINE_MS);
    const status = await until(
      () => this.#fleet.status(),
      ({ waiting, connected }) => waiting === 0 && connected === clients,
      ANSWER_DEADLINE_MS,
    );
    const expectedOnlineAtEnd = status.connected + EXAMPLE_CLIENTS.device;
    const atEnd = await this.#online.settled(expectedOnlineAtEnd);
    await this.#device.stop();
    const accepted = Number.parseInt(this.#device.lines.at(-1) ?? '', 10) || 0;
    await this.#collect();
    const rows = await this.#readRows(accepted);
    this.#checkServices(nodeId);
    return {
      clients,
      traffic: Object.fromEntries(
        trafficKinds.map((kind) => [kind, totalsOf(this.#ledgers[kind])]),
      ) as unknown as Record<TrafficKind, Totals>,
      duplicatesOnTheWire: status.duplicatesOnTheWire,
      rows,
      online: { before, afterKill, worst, atEnd },
      killed: { nodeId, ...outageOf(status.drops, killedAtMs) },
      chat: { exit: chatExit, lastLine: this.#chat!.lines.at(-1) ?? 'said nothing' },
      device: { accepted, rows: rows[DEVICE_KIND] ?? 0 },
      waitingAtEnd: status.waiting,
      expectedOnlineAtEnd,
      problems: [...this.#problems, ...this.#pushes.problems],
      seconds: (performance.now() - startedAtMs) / 1000,
    };
  }

  #checkServices(killed: string): void {
    for (const { name, process } of this.#cluster.nodes)
      if (process.hasExited && name !== killed) this.#problems.push(`${name} ended by itself`);
  }

  /** Brings together what the clients wrote down. */
  async #collect(): Promise<void> {
    const pushes = [...this.#device.pushes, ...this.#chat!.pushes];
    for (const ledgers of await this.#fleet.takeLedgers()) {
      merge(this.#ledgers.upstream, ledgers.upstream);
      merge(this.#ledgers.clientToClient, ledgers.clientToClient);
      for (const name of ledgers.pushes) pushes.push(name);
    }
    this.#pushes.received(pushes);
  }

  /** Waits for what was accepted to be in MySQL, and writes down what is there. Answers the number of rows by kind. */
  async #readRows(acceptedOfDevice: number): Promise<Record<string, number>> {
    const { upstream } = this.#ledgers;
    const database = await Rows.open(this.#cluster.databaseUrl);
    try {
      const rows = await until(
        () => database.count(),
        (found) =>
          (found[UPSTREAM_KIND] ?? 0) >= upstream.acknowledged.length &&
          (found[DEVICE_KIND] ?? 0) >= acceptedOfDevice,
        ROWS_DEADLINE_MS,
      );
      for (const name of await database.names(UPSTREAM_KIND)) upstream.received.push(name);
      return rows;
    } finally {
      await database.close();
    }
  }

  async #trafficUntil(part: number): Promise<void> {
    await sleep(Math.max(0, this.#dueMs(part) - performance.now()));
  }

  #dueMs(part: number): number {
    return this.#talkingSinceMs + part * this.#options.trafficSeconds * 1000;
  }
}
