import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../lib/until.ts';
import { emptyLedgers, merge, totalsOf, type Totals } from '../traffic/ledger.ts';
import { TrafficPushes } from '../traffic/pushes.ts';
import type { Drop } from '../traffic/traffic-client.ts';
import { worksAgain } from './afterwards.ts';
import { ApiProbe } from './api-probe.ts';
import { homesOf, wrongDrops } from './drops.ts';
import type { Lab } from './lab.ts';
import { reorderedOf } from './order.ts';
import type { Findings, Scenario } from './scenario.ts';
import { Vitals } from './vitals.ts';

const MESSAGES_PER_SECOND = 60;
const PUSH_PAUSE_MS = 1500;
const LIST_SIZE = 20;
const SETTLE_DEADLINE_MS = 60_000;
const ROWS_DEADLINE_MS = 60_000;
const CALL_GRACE_MS = 500;
const AGAIN_LIMIT_MS = 30_000;

interface WatchParts {
  readonly vitals: Vitals;
  /** On the wire, of all clients. */
  readonly duplicatesBefore: number;
  /** The node of each client. */
  readonly homes: ReadonlyMap<string, string>;
}

/** Everything that is watched during one scenario, and the judge of it: the invariants that hold whatever breaks. */
export class Watch {
  readonly #lab: Lab;
  readonly #scenario: Scenario;
  readonly #ledgers = emptyLedgers();
  readonly #pushes: TrafficPushes;
  readonly #pushIds: string[] = [];
  readonly #api: ApiProbe;
  readonly #vitals: Vitals;
  readonly #startedAtMs = Date.now();
  readonly #duplicatesBefore: number;
  readonly #homes: ReadonlyMap<string, string>;
  #failedPushCalls = 0;
  #isOver = false;
  #pushing: Promise<void> = Promise.resolve();

  private constructor(lab: Lab, scenario: Scenario, parts: WatchParts) {
    this.#lab = lab;
    this.#scenario = scenario;
    this.#api = new ApiProbe(lab.apiCalls());
    this.#duplicatesBefore = parts.duplicatesBefore;
    this.#homes = parts.homes;
    this.#pushes = new TrafficPushes(lab.cluster, lab.services.admin, this.#ledgers);
    this.#vitals = parts.vitals;
  }

  /** From now on there is traffic, and somebody looks. */
  static async begin(lab: Lab, scenario: Scenario): Promise<Watch> {
    // Before the vitals: it asks for all clients at once, and each request's connection stays open for a while.
    const homes = await homesOf(lab);
    const [vitals, { duplicatesOnTheWire }] = await Promise.all([
      Vitals.take(lab.cluster),
      lab.fleet.status(),
    ]);
    const watch = new Watch(lab, scenario, { vitals, duplicatesBefore: duplicatesOnTheWire, homes });
    await lab.fleet.takeLedgers();
    lab.takePushes();
    for (const probe of lab.probes) probe.begin();
    await lab.fleet.talk(MESSAGES_PER_SECOND, scenario.name);
    watch.#api.start();
    watch.#pushing = watch.#push();
    return watch;
  }

  /** Ends the traffic, waits until everything is answered, and judges. */
  async conclude(findings: Findings): Promise<void> {
    await worksAgain(this.#lab, findings, performance.now(), AGAIN_LIMIT_MS);
    this.#isOver = true;
    const { fleet, probes } = this.#lab;
    await fleet.talk(0, this.#scenario.name);
    await Promise.all([this.#api.stop(), this.#pushing, ...probes.map((probe) => probe.end())]);
    const status = await until(
      () => fleet.status(),
      ({ connected, waiting }) => connected === fleet.clientIds.length && waiting === 0,
      SETTLE_DEADLINE_MS,
    );
    const away = fleet.clientIds.length - status.connected;
    findings.check(away === 0, `${away} clients did not come back`);
    findings.check(status.waiting === 0, `${status.waiting} messages are still without an answer`);
    findings.check(
      status.latestMs <= CALL_GRACE_MS,
      `a call of the SDK settled ${Math.round(status.latestMs)} ms after its deadline`,
    );
    this.#judgeDrops(findings, status.drops);
    this.#judgeProbes(findings);
    await this.#judgeRecovery(findings);
    await this.#judgeLedgers(findings, status.duplicatesOnTheWire - this.#duplicatesBefore);
    await this.#judgeVitals(findings);
  }

  async #push(): Promise<void> {
    const { fleet } = this.#lab;
    const random = this.#lab.random.of('pushes');
    for (let number = 0; !this.#isOver; number++) {
      const clientIds = random.some(fleet.clientIds, LIST_SIZE);
      const push =
        number % 2 === 0
          ? this.#pushes.begin('pushToList', { clientIds }, 'to a list')
          : this.#pushes.begin('pushToAll', { everyone: true }, 'to all');
      // One whose answer was lost may run all the same.
      await push.then(
        (pushId) => this.#pushIds.push(pushId),
        () => this.#failedPushCalls++,
      );
      await sleep(PUSH_PAUSE_MS);
    }
  }

  #judgeDrops(findings: Findings, drops: readonly Drop[]): void {
    const lost = [
      ...drops.filter(({ lostAtMs }) => lostAtMs >= this.#startedAtMs),
      ...this.#lab.probes.flatMap(({ clientId, closes }) => closes.map((reason) => ({ clientId, reason }))),
    ];
    const { mayDrop } = this.#scenario;
    for (const wrong of wrongDrops(lost, mayDrop, this.#homes)) findings.check(false, wrong);
    if (mayDrop === undefined) return;
    const reasons = new Map<string, number>();
    for (const { reason } of lost) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    const text = [...reasons].map(([reason, count]) => `${count} ${reason}`).join(', ');
    findings.note(`connections lost: ${text === '' ? 'none' : text}`);
  }

  #judgeProbes(findings: Findings): void {
    const { probes } = this.#lab;
    for (const failure of [...this.#api.failures, ...probes.flatMap((probe) => probe.failures)])
      findings.check(false, failure);
    const answers: Record<string, number> = {};
    for (const probe of probes)
      for (const [name, count] of Object.entries(probe.answers)) answers[name] = (answers[name] ?? 0) + count;
    const slowest = (what: 'publish' | 'send'): string =>
      `${(Math.max(...probes.map(({ slowestMs }) => slowestMs[what])) / 1000).toFixed(1)} s`;
    findings.details.push(
      `answers: ${Object.entries(answers)
        .sort()
        .map(([name, count]) => `${count} ${name}`)
        .join(', ')}; slowest publish ${slowest('publish')}, send ${slowest('send')}`,
    );
    findings.details.push(`API slowest ${(this.#api.slowestMs / 1000).toFixed(1)} s (${this.#api.summary})`);
  }

  async #judgeRecovery(findings: Findings): Promise<void> {
    const { ready, online, clients, names } = this.#lab;
    const readyAfterMs = await ready.all(names, 200, performance.now(), 15_000);
    const unready = names.filter((name) => ready.status(name) !== 200);
    findings.check(readyAfterMs !== null, `not ready at the end: ${unready.join(', ')}`);
    const { drift, byDirectory } = await online.settled(clients);
    findings.check(drift === 0, `drift at the end: ${drift}`);
    findings.check(byDirectory === clients, `${byDirectory} routes at the end for ${clients} clients`);
  }

  async #judgeLedgers(findings: Findings, keptBack: number): Promise<void> {
    for (const pushId of this.#pushIds) await this.#pushes.conclude(pushId);
    const all = this.#lab.takePushes();
    for (const ledgers of await this.#lab.fleet.takeLedgers()) {
      merge(this.#ledgers.upstream, ledgers.upstream);
      merge(this.#ledgers.clientToClient, ledgers.clientToClient);
      for (const name of ledgers.pushes) all.push(name);
    }
    const known = new Set(this.#pushIds);
    const pushIdOf = (name: string): string => name.slice(0, name.indexOf(' '));
    const unjudged = this.#lab.ownPushIds;
    const received = all.filter((name) => !unjudged.has(pushIdOf(name)));
    const ours = received.filter((name) => known.has(pushIdOf(name)));
    this.#pushes.received(ours, keptBack);
    findings.check(
      ours.length === received.length || this.#failedPushCalls > 0,
      `${received.length - ours.length} pushes came that nobody asked for`,
    );
    for (const problem of this.#pushes.problems) {
      const isOfTheFault = this.#scenario.failsPushes === true && problem.includes(' is routerDied: ');
      findings.check(isOfTheFault, problem);
    }
    await this.#readRows();
    const { upstream, clientToClient, pushToList, pushToAll } = this.#ledgers;
    this.#judgeTraffic(findings, 'upstream', totalsOf(upstream));
    this.#judgeTraffic(findings, 'client to client', totalsOf(clientToClient));
    const counts = [upstream, clientToClient, pushToList, pushToAll].map(
      ({ acknowledged }) => acknowledged.length,
    );
    findings.note(`${counts.reduce((sum, count) => sum + count, 0)} messages were acknowledged`);
    for (const { acknowledged } of [upstream, clientToClient])
      findings.check(acknowledged.length > 0, 'there was no traffic');
    this.#judgeTraffic(findings, 'pushes to a list', totalsOf(pushToList));
    this.#judgeTraffic(findings, 'pushes to all', totalsOf(pushToAll));
    this.#judgeOrder(findings);
  }

  #judgeOrder(findings: Findings): void {
    const { keepsOrder } = this.#scenario;
    const { clientToClient, upstream } = this.#ledgers;
    const judge = (where: 'between clients' | 'upstream', received: readonly string[]): void => {
      const reordered = reorderedOf(received);
      if (keepsOrder === true || keepsOrder === where)
        findings.check(reordered === 0, `${reordered} messages ${where} overtook others`);
      else if (reordered > 0) findings.details.push(`sent again ${where} and so out of order: ${reordered}`);
    };
    judge('between clients', clientToClient.received);
    judge('upstream', upstream.received);
  }

  #judgeTraffic(findings: Findings, title: string, totals: Totals): void {
    const { acknowledged, lost, lostExamples, duplicates, refused } = totals;
    const others = Object.entries(refused).map(([why, count]) => `, ${count} ${why}`);
    findings.details.push(`${title}: ${acknowledged} acknowledged${others.join('')}`);
    findings.check(lost === 0, `${title}: lost ${lost}, such as ${lostExamples.join(', ')}`);
    findings.check(duplicates === 0, `${title}: ${duplicates} came twice`);
  }

  /** Waits for what was accepted to be in MySQL. */
  async #readRows(): Promise<void> {
    const { acknowledged, received } = this.#ledgers.upstream;
    const kind = this.#scenario.name;
    const isThere = (names: readonly string[]): boolean => {
      const found = new Set(names);
      return acknowledged.every((name) => found.has(name));
    };
    const names = await until(() => this.#lab.rows.names(kind), isThere, ROWS_DEADLINE_MS);
    for (const name of names) received.push(name);
  }

  async #judgeVitals(findings: Findings): Promise<void> {
    const moved = this.#scenario.mayDrop !== undefined ? this.#lab.clients : 0;
    const { failures, growthBytes } = await this.#vitals.compare(moved);
    for (const failure of failures) findings.check(false, failure);
    findings.details.push(`memory held: +${Math.round(growthBytes / 1048576)} MB at most`);
  }
}
