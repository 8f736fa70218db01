import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../lib/until.ts';
import type { Lab } from '../lab.ts';
import type { Findings, Scenario } from '../scenario.ts';
import { allBack, BACK_LIMIT_MS } from '../comeback.ts';
import { DRAIN_CLIENTS_PER_SECOND } from '../services.ts';
import { collectOnSignal } from '../vitals.ts';

const WARM_UP_MS = 2000;
const EXIT_LIMIT_MS = 60_000;
const REBALANCE_PER_SECOND = 20;
const MOVED_LIMIT_MS = 40_000;

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
    '/readyz 503 at once; its clients go to the others; it exits 0; nothing that was acknowledged is lost',
  mayDrop: { nodes: ['push-2'], reasons: ['redirected', 'goElsewhere'] },
  deadlineMs: 150_000,
  async run(lab, findings) {
    await sleep(WARM_UP_MS);
    const drainedAt = Date.now();
    const drainedAtMs = performance.now();
    await lab.cluster.call(lab.services.admin, 'POST', '/v1/nodes/push-2/drain');
    findings.within('/readyz 503 after', await lab.ready.all(['push-2'], 503, drainedAtMs, 3000), 3000);
    await ended(lab, 'push-2', findings);
    const outage = await allBack(lab, findings, drainedAt);
    findings.note(`${outage.clients} clients moved`);
    findings.within('drift 0 after', await lab.counted(lab.clients - 1, drainedAtMs), 45_000);
    await lab.cluster.restart(lab.pushServer('push-2'));
  },
};

/** Counts connections at the doors of all push-servers, second by second. Answers how to end it, which tells the most in one. */
function connectRate(lab: Lab): () => number {
  const total = (): number =>
    Object.values(lab.services.clientProxies).reduce((sum, { counts }) => sum + counts.accepted, 0);
  let last = total();
  let most = 0;
  const timer = setInterval(() => {
    const now = total();
    most = Math.max(most, now - last);
    last = now;
  }, 1000);
  return () => {
    clearInterval(timer);
    return most;
  };
}

const rollingRestart: Scenario = {
  name: 'rolling-restart',
  what: 'SIGTERM and a new start, one push-server after the other, under traffic',
  expected: `each exits 0; nothing acknowledged is lost; never more than ${2 * DRAIN_CLIENTS_PER_SECOND} connects a second, twice the limit`,
  mayDrop: { nodes: ['push-1', 'push-2', 'push-3'], reasons: ['redirected', 'goElsewhere'] },
  deadlineMs: 240_000,
  async run(lab, findings) {
    await sleep(WARM_UP_MS);
    const mostConnects = connectRate(lab);
    for (const { name } of lab.services.pushServers) {
      const startedAt = Date.now();
      lab.pushServer(name).process.kill('SIGTERM');
      await ended(lab, name, findings);
      await lab.cluster.restart(lab.pushServer(name));
      await allBack(lab, findings, startedAt);
    }
    const most = mostConnects();
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
    const node = await lab.cluster.start('push', 'push-4', { nodeFlags: collectOnSignal });
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
      (count) => count >= fair / 2,
      MOVED_LIMIT_MS,
    );
    findings.note(
      `${sessions} have come to it after ${((performance.now() - askedAtMs) / 1000).toFixed(1)} s`,
    );
    findings.check(sessions >= fair / 2, `${sessions} clients moved, and a fair share is ${fair.toFixed(0)}`);
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
