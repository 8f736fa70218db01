import { setTimeout as sleep } from 'node:timers/promises';
import type { Node } from '../../lib/cluster.ts';
import { until } from '../../lib/until.ts';
import type { Lab } from '../lab.ts';
import type { RawClient } from '../raw-client.ts';
import type { Findings, Scenario } from '../scenario.ts';

const WARM_UP_MS = 2000;
/** A push-route runs four at a time, and one may be of somebody else. */
const PUSHES = 3;
const SILENT_ON_EACH = 4;
/** Of the dead router's session with ZooKeeper, and some more. */
const DEAD_LIMIT_MS = 15_000;

export const pushRouteKilled: Scenario = {
  name: 'push-route-killed',
  what: `kill -9 of one of two push-routes in the midst of ${PUSHES} pushes that nobody has acknowledged yet, started again 5 s after they are said to have failed`,
  expected:
    'what it had begun is said to have failed as routerDied within 15 s, and still is afterwards; pushes by the other are taken and delivered meanwhile',
  failsPushes: true,
  async run(lab, findings) {
    await sleep(WARM_UP_MS);
    const victim = lab.cluster.nodes.find(({ name }) => name === 'route-1')!;
    const join = (prefix: string): Promise<RawClient[]> =>
      Promise.all(lab.services.pushServers.map(({ name, tcp }) => lab.connect(`${prefix}-${name}`, tcp)));
    const others = await join('others');
    const silent: RawClient[] = [];
    for (let number = 0; number < SILENT_ON_EACH; number++) silent.push(...(await join(`silent-${number}`)));
    for (const client of silent) client.acknowledge(false);
    const push = (clients: readonly RawClient[], by?: Node): Promise<string> =>
      lab.push(
        clients.map(({ clientId }) => clientId),
        by,
      );
    const begun = await Promise.all(Array.from({ length: PUSHES }, () => push(silent, victim)));
    const have = await until(
      async () => silent.filter((client) => begun.every((pushId) => client.hasPush(pushId))).length,
      (count) => count === silent.length,
      3000,
    );
    findings.check(
      have === silent.length,
      `only ${have} of ${silent.length} clients had the pushes at the kill`,
    );
    for (const pushId of begun) {
      const { state, totals } = await lab.pushReport(pushId);
      findings.check(
        state === 'running' && totals.delivered === 0,
        `a push was ${state} at the kill, and ${totals.delivered} had acknowledged it`,
      );
    }
    findings.note(`${have * PUSHES} deliveries waited for their acknowledgement at the kill`);
    victim.process.kill('SIGKILL');
    await victim.process.exited;
    const killedAtMs = performance.now();
    // Pushes to everyone go on.
    for (const client of silent) client.acknowledge(true);
    await expectDelivered(lab, others.length, () => push(others), findings);
    await expectDead(lab, begun, killedAtMs, findings);
    await sleep(5000);
    await lab.cluster.restart(victim);
    // Its new life is another router.
    await expectDead(lab, begun, performance.now(), findings, 'and still, once it is back, after');
    for (const client of [...silent, ...others]) client.close();
  },
};

/** Pushes one after the other, each of which must reach everyone. */
async function expectDelivered(
  lab: Lab,
  targets: number,
  push: () => Promise<string>,
  findings: Findings,
): Promise<void> {
  for (let number = 0; number < PUSHES; number++) {
    const pushId = await push();
    const { state, totals } = await until(
      () => lab.pushReport(pushId),
      (report) => report.state !== 'running',
      10_000,
    );
    findings.check(
      state === 'done' && totals.delivered === targets,
      `a push meanwhile is ${state}: delivered to ${totals.delivered} of ${targets}`,
    );
  }
  findings.note(`${PUSHES} pushes were taken by the other`);
}

async function expectDead(
  lab: Lab,
  pushIds: readonly string[],
  sinceMs: number,
  findings: Findings,
  title = 'said to have failed after',
): Promise<void> {
  const failuresOf = async (): Promise<(string | null)[]> => {
    const failures: (string | null)[] = [];
    // One after the other: many at once would open connections that are kept, and look as if they leaked.
    for (const pushId of pushIds) failures.push((await lab.pushReport(pushId)).failure);
    return failures;
  };
  const failures = await until(
    failuresOf,
    (all) => all.every((failure) => failure === 'routerDied'),
    DEAD_LIMIT_MS + 5000,
  );
  const isSaid = failures.every((failure) => failure === 'routerDied');
  findings.within(title, isSaid ? performance.now() - sinceMs : null, DEAD_LIMIT_MS);
  findings.check(
    isSaid,
    `the pushes of the killed one are ${failures.map((one) => one ?? 'not failed').join(', ')}`,
  );
}
