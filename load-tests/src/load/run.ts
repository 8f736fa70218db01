import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from '../../../deploy/local/lock.ts';
import { dataRoot, loadLockPort } from '../../../deploy/local/sets.ts';
import { buildServices } from '../lib/build.ts';
import { interruption, unlessInterrupted } from '../lib/interruption.ts';
import { withPrivateFolder } from '../lib/private-folder.ts';
import { SeededRandom } from '../lib/random.ts';
import { CONNECTIONS_PER_PROCESS, needNodes, type LoadOptions } from './arguments.ts';
import { Fleet, privateFolder } from './clients/fleet.ts';
import { Findings, textOf } from './findings.ts';
import { shortcomings, thisMachine } from './machine.ts';
import { writeReport } from './report/report.ts';
import { Sampler, type Services } from './sampling/sampler.ts';
import { heartbeatSecondsOf, type Scenario } from './scenario.ts';
import { GivenCluster } from './target/given-cluster.ts';
import { OwnCluster, settingsFor } from './target/own-cluster.ts';
import { Pushes } from './target/pushes.ts';
import type { Target } from './target/target.ts';

/** How long a run may wait for another one, which has the same ports. */
const LOCK_DEADLINE_MS = 600_000;
const PATIENCE_MS = 1000;

/** Runs a scenario and writes its report. Answers whether every delivery was accounted for. Throws when it could not be run. */
export async function runLoad(scenario: Scenario, options: LoadOptions): Promise<boolean> {
  if (options.jsonFile !== null) mustBeWritable(options.jsonFile);
  if (options.cluster !== null) return begin(scenario, options);
  const waiting = setTimeout(
    () => console.log('another run has the ports: waiting for its end'),
    PATIENCE_MS,
  );
  return withLock(loadLockPort, LOCK_DEADLINE_MS, () => {
    clearTimeout(waiting);
    return begin(scenario, options);
  }).finally(() => clearTimeout(waiting));
}

/** When no other run is there any more: what that had is free again. */
async function begin(scenario: Scenario, options: LoadOptions): Promise<boolean> {
  const problems = shortcomings({
    connections: options.connections,
    nodes: options.cluster === null ? options.nodes : 0,
    clientProcesses: clientProcessesOf(options.connections, options.nodes),
  });
  if (problems.length > 0) throw new Error(`this machine cannot run that:\n  ${problems.join('\n  ')}`);
  return new Run(scenario, options).run();
}

/** Better known now than after an hour. */
function mustBeWritable(file: string): void {
  try {
    closeSync(openSync(file, 'a'));
  } catch (error) {
    throw new Error(`--json: ${file} cannot be written: ${(error as Error).message}`, { cause: error });
  }
}

/** The clients of a process belong to one push-server, so there is one for each at least. */
function clientProcessesOf(connections: number, nodes: number): number {
  return Math.max(Math.min(nodes, connections), Math.ceil(connections / CONNECTIONS_PER_PROCESS));
}

class Run {
  readonly #scenario: Scenario;
  readonly #options: LoadOptions;
  readonly #startedAtMs = performance.now();
  readonly #startedAt = new Date();
  readonly #folder: string;
  /** At the beginning. */
  #nodes = 0;
  readonly #findings = new Findings((figure) => console.log(`            ${textOf(figure)}`));

  constructor(scenario: Scenario, options: LoadOptions) {
    this.#scenario = scenario;
    this.#options = options;
    const name = `${scenario.name}-${this.#startedAt.toISOString().replace(/[:.]/g, '-')}`;
    this.#folder = join(dataRoot, 'runs', 'load-reports', name);
  }

  async run(): Promise<boolean> {
    mkdirSync(this.#folder, { recursive: true });
    const { cluster } = this.#options;
    const end = interruption();
    const target =
      cluster === null
        ? await this.#startCluster(end)
        : new GivenCluster(cluster, this.#scenario.services, process.env);
    await withPrivateFolder(join(this.#folder, privateFolder), async () => {
      try {
        await this.#load(target, end);
      } finally {
        this.#say('ending everything');
        await target.stop();
      }
    });
    return this.#findings.failures.length === 0;
  }

  async #startCluster(end: AbortSignal): Promise<Target> {
    this.#say('building');
    await buildServices();
    const { nodes } = this.#options;
    const settings = settingsFor(heartbeatSecondsOf(this.#scenario));
    return OwnCluster.start(nodes, this.#scenario.services, (line) => this.#say(line), end, settings);
  }

  async #load(target: Target, end: AbortSignal): Promise<void> {
    const { seed, connections, durationSeconds } = this.#options;
    this.#nodes = target.pushServers.length;
    needNodes(this.#scenario, this.#nodes);
    this.#say(`${connections} clients, ${target.pushServers.length} push-servers, seed ${seed}`);
    const fleet = await Fleet.start({
      protocol: ['longwire'],
      name: 'load',
      clients: connections,
      processes: clientProcessesOf(connections, this.#nodes),
      folder: this.#folder,
      say: (line) => this.#say(line),
    });
    const sampler = new Sampler(target, fleet, this.#startedAtMs, durationSeconds);
    const scenario = async (): Promise<void> => {
      await fleet.enlist(
        target.pushServers.map(({ tcp }) => tcp),
        (clientId) => target.mintToken(clientId),
      );
      const sampling = sampler.start();
      const running = this.#scenario.run({
        options: this.#options,
        target,
        fleet,
        sampler,
        pushes: new Pushes(target),
        findings: this.#findings,
        heartbeatSeconds: heartbeatSecondsOf(this.#scenario),
        random: new SeededRandom(seed).of(this.#scenario.name),
        folder: this.#folder,
        say: (line) => this.#say(line),
        phase: (name, work) => this.#phase(name, work),
      });
      await Promise.race([running, sampling, target.lost]);
    };
    try {
      await unlessInterrupted(scenario(), end);
    } catch (error) {
      // What was measured until then is worth a report.
      this.#findings.check(false, (error as Error).message);
    }
    await sampler.stop();
    await fleet.stop();
    this.#reportPauses(sampler);
    this.#report(target, sampler);
  }

  async #phase<Value>(name: string, work: () => Promise<Value>): Promise<Value> {
    this.#say(name);
    const fromSeconds = this.#seconds();
    try {
      return await work();
    } finally {
      this.#findings.phases.push({ name, fromSeconds, toSeconds: this.#seconds() });
    }
  }

  #reportPauses({ samples }: Sampler): void {
    const looks = samples.flatMap(({ services }) => (services === null ? [] : [services]));
    if (looks.length === 0) return;
    const longest = (of: (look: Services) => number): number => Math.max(...looks.map(of));
    const sum = (of: (look: Services) => number): number =>
      looks.reduce((total, look) => total + of(look), 0);
    const share = sum((look) => look.collectionSeconds) / sum(({ seconds }) => seconds) / this.#nodes;
    this.#findings.figure(
      'longest event-loop delay of a push-server',
      longest(({ loopDelayMs }) => loopDelayMs),
      'ms',
    );
    this.#findings.figure('time that push-servers spent on garbage collection', share * 100, '%');
    this.#findings.figure(
      'longest garbage collection of a push-server that was counted, at most',
      longest(({ longestCollectionMs }) => longestCollectionMs),
      'ms',
    );
  }

  #report(target: Target, { samples }: Sampler): void {
    const { name, what } = this.#scenario;
    const { jsonFile, ...options } = this.#options;
    const { figures, failures, latencies, phases, missed } = this.#findings;
    const file = jsonFile ?? join(this.#folder, 'report.json');
    const html = writeReport(
      {
        scenario: name,
        what,
        startedAt: this.#startedAt.toISOString(),
        seconds: this.#seconds(),
        options: { ...options, nodes: this.#nodes },
        machine: thisMachine(),
        settings: target.settings,
        ...{ figures, failures, latencies, phases, samples },
      },
      file,
    );
    for (const { figure } of missed) console.log(`missed: ${figure}`);
    for (const failure of failures) console.error(`FAILED  ${failure}`);
    this.#say(`report: ${file} and ${html}`);
  }

  #seconds(): number {
    return (performance.now() - this.#startedAtMs) / 1000;
  }

  #say(line: string): void {
    console.log(`${this.#seconds().toFixed(1).padStart(8)} s  ${line}`);
  }
}
