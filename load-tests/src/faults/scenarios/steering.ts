import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../lib/until.ts';
import type { Lab } from '../lab.ts';
import type { Findings, Scenario } from '../scenario.ts';
import { RateWatch } from '../rate-watch.ts';
import { allBack, BACK_LIMIT_MS } from '../comeback.ts';
import { DRAIN_CLIENTS_PER_SECOND, DRAIN_DEADLINE_MS } from '../services.ts';
import { COLLECT_ON_SIGNAL } from '../../lib/garbage.ts';

const WARM_UP_MS = 2000;
/** A node has ended some time after its last client. */
const EXIT_LIMIT_MS = DRAIN_DEADLINE_MS + 5000;
const REBALANCE_PER_SECOND = 8;
/** Above this much of its limit a rate is not bounded by it: each node begins with one at once, and catches up with a fifth of a second. */
const RATE_SPARE = 1.5;
const MOVED_LIMIT_MS = 40_000;

/** Watches how many clients these nodes tell to go. Answers how to end it, which checks the rate and that there were any. */
function redirects(lab: Lab, why: 'drain' | 'rebalance', names: readonly string[]) {
  const metric = `longwire_clients_redirected_total{why="${why}"`;
  const nodes = names.map((name) => lab.pushServer(name));
  const watch = new RateWatch(async () => {
    const counts = await Promise.all(nodes.map((node) => lab.metric(node, metric)));
    return counts.reduce((sum, count) => sum + count, 0);
  });
  return async (perSecond: number, findings: Findings): Promise<void> => {
    const { mostInASecond, total } = await watch.end();
    findings.note(
      `${names.join(', ')}: ${total} clients were told to go, at most ${mostInASecond} within a second`,
    );
    findings.check(total > perSecond * RATE_SPARE, `only ${total} were told to go: no rate can be seen`);
    findings.check(
      mostInASecond <= perSecond * RATE_SPARE,
      `${mostInASecond} were told to go within a second, and ${perSecond} is right`,
    );
  };
}

/** Waits for the end of a push-server that was told to go. */
async function ended(lab: Lab, name: string, findings: Findings): Promise<void> {
  const { process } = lab.pushServer(name);
  const toldAtMs = performance.now();
  const exit = await Promise.race([process.exited, sleep(EXIT_LIMIT_MS).then(() => 'nothing')]);
  findings.check(exit === 0, `${name} ended with ${exit}`);
  findings.within(
    `${name} had ended after`,
    exit === 'nothing' ? null : performance.now() - toldAtMs,
    EXIT_LIMIT_MS,
  );
}

const drain: Scenario = {
  name: 'drain',
  what: 'an operator drains one of three push-servers under traffic',
  expected:
    `/readyz 503 at once; its clients go to the others, ${DRAIN_CLIENTS_PER_SECOND} a second; it exits 0 ` +
    `by its deadline of ${DRAIN_DEADLINE_MS / 1000} s; nothing that was acknowledged is lost`,
  mayDrop: { nodes: ['push-2'], reasons: ['redirected', 'goElsewhere'] },
  deadlineMs: 150_000,
  async run(lab, findings) {
    await sleep(WARM_UP_MS);
    const drainedAt = Date.now();
    const drainedAtMs = performance.now();
    const checkRate = redirects(lab, 'drain', ['push-2']);
    await lab.cluster.call(lab.services.admin, 'POST', '/v1/nodes/push-2/drain');
    findings.within('/readyz 503 after', await lab.ready.all(['push-2'], 503, drainedAtMs, 3000), 3000);
    await ended(lab, 'push-2', findings);
    await checkRate(DRAIN_CLIENTS_PER_SECOND, findings);
    const outage = await allBack(lab, findings, drainedAt);
    findings.note(`${outage.clients} clients moved`);
    findings.within('drift 0 after', await lab.counted(lab.clients - 1, drainedAtMs), 45_000);
    await lab.cluster.restart(lab.pushServer('push-2'));
  },
};

/** Connections at the doors of all push-servers. */
function connectsOf(lab: Lab): number {
  return Object.values(lab.services.clientProxies).reduce((sum, { counts }) => sum + counts.accepted, 0);
}

const rollingRestart: Scenario = {
  name: 'rolling-restart',
  what: 'SIGTERM and a new start, one push-server after the other, under traffic',
  expected: `each exits 0 by the deadline of its drain; ${DRAIN_CLIENTS_PER_SECOND} clients a second are told to go; nothing acknowledged is lost; never more than ${2 * DRAIN_CLIENTS_PER_SECOND} connects a second, twice the limit`,
  mayDrop: { nodes: ['push-1', 'push-2', 'push-3'], reasons: ['redirected', 'goElsewhere'] },
  deadlineMs: 240_000,
  async run(lab, findings) {
    await sleep(WARM_UP_MS);
    const connects = new RateWatch(() => connectsOf(lab));
    for (const { name } of lab.services.pushServers) {
      const startedAt = Date.now();
      const checkRate = redirects(lab, 'drain', [name]);
      lab.pushServer(name).process.kill('SIGTERM');
      await ended(lab, name, findings);
      await checkRate(DRAIN_CLIENTS_PER_SECOND, findings);
      await lab.cluster.restart(lab.pushServer(name));
      await allBack(lab, findings, startedAt);
    }
    const { mostInASecond: most } = await connects.end();
    findings.note(`at most ${most} connects in a second`);
    findings.check(most <= 2 * DRAIN_CLIENTS_PER_SECOND, `${most} connects in a second`);
  },
};

const rebalance: Scenario = {
  name: 'rebalance-after-join',
  what: 'a fourth push-server joins, and an operator asks for a rebalance; later it leaves',
  expected: `at least half of its fair share of clients comes to it, at ${REBALANCE_PER_SECOND} a second or less; nothing acknowledged is lost`,
  mayDrop: { nodes: ['push-1', 'push-2', 'push-3'], reasons: ['redirected'] },
  deadlineMs: 180_000,
  async run(lab, findings) {
    await sleep(WARM_UP_MS);
    const node = await lab.cluster.start('push', 'push-4', { nodeFlags: COLLECT_ON_SIGNAL });
    const checkRate = redirects(lab, 'rebalance', ['push-1', 'push-2', 'push-3', 'push-4']);
    const { clients } = await lab.cluster.call<{ clients: number }>(
      lab.services.admin,
      'POST',
      '/v1/rebalances',
      { clientsPerSecond: REBALANCE_PER_SECOND },
    );
    findings.note(`${clients} clients are to move`);
    const fair = lab.fleet.clientIds.length / 4;
    const askedAtMs = performance.now();
    const sessions = await until(
      async () => (await lab.nodes()).find(({ nodeId }) => nodeId === 'push-4')?.sessions ?? 0,
      // Nearly all, so that the rate is seen.
      (count) => count >= Math.max(fair / 2, 0.8 * clients),
      MOVED_LIMIT_MS,
    );
    findings.note(
      `${sessions} have come to it after ${((performance.now() - askedAtMs) / 1000).toFixed(1)} s`,
    );
    findings.check(sessions >= fair / 2, `${sessions} clients moved, and a fair share is ${fair.toFixed(0)}`);
    await checkRate(REBALANCE_PER_SECOND, findings);
    node.process.kill('SIGTERM');
    await ended(lab, 'push-4', findings);
    lab.cluster.nodes.splice(lab.cluster.nodes.indexOf(node), 1);
    await until(
      () => lab.fleet.status(),
      ({ connected }) => connected === lab.fleet.clientIds.length,
      BACK_LIMIT_MS,
    );
  },
};

export const steeringScenarios: readonly Scenario[] = [drain, rollingRestart, rebalance];
