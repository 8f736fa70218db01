import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../lib/until.ts';
import type { Lab } from '../lab.ts';
import type { Findings, Scenario } from '../scenario.ts';
import { allBack } from '../comeback.ts';
import { SESSION_TIMEOUT_MS } from '../services.ts';

const WARM_UP_MS = 2000;
const AWAY_MS = 30_000;

async function isMember(lab: Lab, nodeId: string): Promise<string | null> {
  const found = (await lab.nodes()).find((node) => node.nodeId === nodeId && node.presence === 'full');
  return found?.boot ?? null;
}

/** Pushes to all clients by list. Answers how many are said to have it. */
async function pushToAll(lab: Lab, clientIds: readonly string[]): Promise<number> {
  const { admin } = lab.services;
  const pushId = await lab.push(clientIds);
  const report = await until(
    () =>
      lab.cluster.call<{ state: string; totals: { delivered: number } }>(
        admin,
        'GET',
        `/v1/pushes/${pushId}`,
      ),
    ({ state }) => state !== 'running',
    20_000,
  );
  return report.totals.delivered;
}

/** To raw clients, whose deliveries the ledgers do not hold. */
async function reachAll(lab: Lab, findings: Findings): Promise<void> {
  const clients = await Promise.all(
    lab.services.pushServers.map(({ name, tcp }) => lab.connect(`meanwhile-${name}`, tcp)),
  );
  const delivered = await pushToAll(
    lab,
    clients.map(({ clientId }) => clientId),
  );
  findings.note(`${clients.length} logins and ${delivered} pushes went on meanwhile`);
  findings.check(delivered === clients.length, `a push reached ${delivered} of ${clients.length}`);
  for (const client of clients) client.close();
}

const sessionExpired: Scenario = {
  name: 'zookeeper-session-expired',
  what: `one push-server cannot reach ZooKeeper for longer than its session of ${SESSION_TIMEOUT_MS / 1000} s lasts`,
  expected:
    'it leaves the list and comes back as the same boot within 10 s; no client is closed; messages reach its clients all the while',
  keepsOrder: true,
  async run(lab, findings) {
    await sleep(WARM_UP_MS);
    const before = await isMember(lab, 'push-2');
    const proxy = lab.services.zookeeperProxies['push-2']!;
    const brokenAtMs = performance.now();
    proxy.blackhole();
    const gone = await until(
      () => isMember(lab, 'push-2'),
      (boot) => boot === null,
      SESSION_TIMEOUT_MS + 10_000,
    );
    findings.check(gone === null, 'its session did not expire');
    findings.note(`out of the list after ${((performance.now() - brokenAtMs) / 1000).toFixed(1)} s`);
    await sleep(5000);
    const healedAtMs = performance.now();
    await proxy.heal();
    const after = await until(
      () => isMember(lab, 'push-2'),
      (boot) => boot !== null,
      15_000,
    );
    findings.within('in the list again', performance.now() - healedAtMs, 10_000);
    findings.check(after === before, `its boot was ${before} and is ${after}`);
    findings.within('ready after', await lab.ready.all(['push-2'], 200, healedAtMs, 10_000), 10_000);
  },
};

const unknownSessionZnode: Scenario = {
  name: 'zookeeper-unknown-session-znode',
  what: 'a push-server is killed and started again while the znode of its earlier life, of a session that nobody holds, still stands',
  expected: 'it takes the place over, is ready within 30 s, and stays in the list when the old session ends',
  mayDrop: { nodes: ['push-2'], reasons: ['lost'] },
  deadlineMs: 120_000,
  async run(lab, findings) {
    await sleep(WARM_UP_MS);
    const before = await isMember(lab, 'push-2');
    const killedAtMs = performance.now();
    const killedAt = Date.now();
    const victim = lab.pushServer('push-2');
    victim.process.kill('SIGKILL');
    await victim.process.exited;
    await lab.cluster.restart(victim);
    findings.within('ready after', performance.now() - killedAtMs, 30_000);
    const after = await until(
      () => isMember(lab, 'push-2'),
      (boot) => boot !== before && boot !== null,
      15_000,
    );
    findings.check(after !== before && after !== null, 'its new life is not in the list');
    await sleep(SESSION_TIMEOUT_MS + 3000);
    findings.check((await isMember(lab, 'push-2')) === after, 'it left the list when the old session ended');
    findings.check(lab.ready.status('push-2') === 200, 'it is not ready afterwards');
    const outage = await allBack(lab, findings, killedAt);
    findings.within('its clients are back after', outage.maxMs, 60_000);
  },
};

const awayLong: Scenario = {
  name: 'zookeeper-away-long',
  what: `ZooKeeper is away for ${AWAY_MS / 1000} s, five times a session`,
  expected:
    'nobody is swept or closed; logins and pushes go on by the last known list; healed, all is as before',
  keepsOrder: true,
  deadlineMs: 120_000,
  async run(lab, findings) {
    await sleep(WARM_UP_MS);
    const proxy = lab.doors.proxies.zookeeper;
    const brokenAtMs = performance.now();
    await proxy.down();
    await sleep(AWAY_MS / 2);
    await reachAll(lab, findings);
    await sleep(Math.max(0, brokenAtMs + AWAY_MS - performance.now()));
    const { byDirectory } = await lab.online.settled(lab.clients);
    findings.check(byDirectory === lab.clients, `${byDirectory} routes of ${lab.clients} stand`);
    const healedAtMs = performance.now();
    await proxy.heal();
    findings.within('healed, 200 after', await lab.ready.all(lab.names, 200, healedAtMs, 10_000), 10_000);
    const members = (await lab.nodes()).filter(({ presence }) => presence === 'full');
    findings.check(members.length === 3, `${members.length} push-servers are in the list afterwards`);
  },
};

export const zookeeperScenarios: readonly Scenario[] = [sessionExpired, unknownSessionZnode, awayLong];
