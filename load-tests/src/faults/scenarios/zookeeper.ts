import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../lib/until.ts';
import type { Lab } from '../lab.ts';
import type { Findings, Scenario } from '../scenario.ts';
import { allBack } from '../comeback.ts';
import { SESSION_TIMEOUT_MS } from '../services.ts';
import { talk } from '../talk.ts';

const WARM_UP_MS = 2000;
const AWAY_MS = 30_000;
const LOOK_PAUSE_MS = 20;

async function isMember(lab: Lab, nodeId: string): Promise<string | null> {
  const found = (await lab.nodes()).find((node) => node.nodeId === nodeId && node.presence === 'full');
  return found?.boot ?? null;
}

/** Pushes to all clients by list. Answers how many are said to have it. */
async function pushToAll(lab: Lab, clientIds: readonly string[]): Promise<number> {
  const pushId = await lab.push(clientIds);
  const report = await until(
    () => lab.pushReport(pushId),
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
    const outside = await lab.connect('outside', lab.pushServer('push-1').tcp);
    const inside = await lab.connect('inside', lab.pushServer('push-2').tcp);
    const endTalk = talk(outside, inside, 'to a client of it');
    const brokenAtMs = performance.now();
    proxy.blackhole();
    const gone = await until(
      () => isMember(lab, 'push-2'),
      (boot) => boot === null,
      SESSION_TIMEOUT_MS + 10_000,
    );
    findings.check(gone === null, 'its session did not expire');
    findings.note(`out of the list after ${((performance.now() - brokenAtMs) / 1000).toFixed(1)} s`);
    const delivered = await pushToAll(lab, [inside.clientId]);
    findings.check(
      delivered === 1,
      'a push to a client of it was not delivered while it was not in the list',
    );
    await sleep(5000);
    const stillGone = await isMember(lab, 'push-2');
    findings.check(stillGone === null, 'it came back into the list before it could');
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
    await endTalk(findings);
    for (const client of [outside, inside]) client.close();
  },
};

/** Looks at the node's record in ZooKeeper over and over. Answers how to end it, which tells the boots that stood there, in their order. */
function recordsOf(lab: Lab, nodeId: string): () => Promise<(string | null)[]> {
  const seen: (string | null)[] = [];
  const state = { isOver: false };
  const look = async (): Promise<void> => {
    // Without a lease it is there all the same; by a lease alone it is not.
    const found = (await lab.nodes()).find(
      (node) => node.nodeId === nodeId && node.presence !== 'lease-only',
    );
    const boot = found?.boot ?? null;
    if (seen.at(-1) !== boot) seen.push(boot);
  };
  const looking = (async () => {
    for (; !state.isOver; await sleep(LOOK_PAUSE_MS)) await look();
  })();
  return async () => {
    state.isOver = true;
    await looking;
    // What came since the last time.
    await look();
    return seen;
  };
}

const unknownSessionZnode: Scenario = {
  name: 'zookeeper-unknown-session-znode',
  what: 'a push-server is killed and started again while the znode of its earlier life, of a session that nobody holds, still stands',
  expected:
    'its earlier record stands until it takes the place over; it is ready within 30 s, and stays in the list when the old session ends',
  mayDrop: { nodes: ['push-2'], reasons: ['lost'] },
  deadlineMs: 120_000,
  async run(lab, findings) {
    await sleep(WARM_UP_MS);
    const before = await isMember(lab, 'push-2');
    const killedAtMs = performance.now();
    const killedAt = Date.now();
    const victim = lab.pushServer('push-2');
    const endLook = recordsOf(lab, 'push-2');
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
    const records = await endLook();
    findings.check(
      records.length === 2 && records[0] === before && records[1] === after,
      `the record of its earlier life did not stand until the new one came: ${records.map((boot) => boot ?? 'none').join(', ')}`,
    );
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
