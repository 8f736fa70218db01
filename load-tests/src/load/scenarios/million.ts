import type { Fleet } from '../clients/fleet.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { pushInARow, pushSingly, reportBroadcasts, reportInARow, WARM_UP } from './broadcast.ts';
import { checkDrift, reportRefusals, resetCounts } from './checks.ts';
import { hold, withoutHeartbeats } from './idle.ts';
import { signIn, warmUp } from './logins.ts';
import { measureMemory, reportEmpty, reportPerConnection } from './memory.ts';
import { measureSends, warmUpSends } from './p2p.ts';
import { pushToTargets } from './targeted.ts';

const MILLION = 1_000_000;
/** One a minute each would leave next to nothing of two cores: of a million connections none is in a cache when its heartbeat comes. */
export const HEARTBEAT_SECONDS = 240;
/** Clients of a dead node come back at a random time up to this, as the SDK's do. */
const COMEBACK_MS = 10_000;
/** So long that the few, who send least, send some thousands. */
const SEND_SECONDS = 60;
/** What the few are compared by, before the many come. */
const FEW_PROCESSES = 2;
const FEW_HOLD_SECONDS = HEARTBEAT_SECONDS;
/** Times the rate that counts: a node that sends little would take minutes. */
const WARM_UP_HASTE = 2;
const BROADCASTS = 2;
/** Percent. */
const GOAL_OF_GROWTH = { atMost: 10 };
const BACK_DEADLINE_MS = 180_000;

export const million: Scenario = {
  name: 'million',
  what: 'all of it, with a heartbeat every four minutes: connect, hold, push to everyone and to some, send, lose a node; the costs of many beside those of few',
  losesNode: true,
  // The few have two of them.
  fewestNodes: FEW_PROCESSES + 1,
  heartbeatSeconds: HEARTBEAT_SECONDS,
  // What two cores have room for beside everything else: ten messages a second for each of 53 push-servers, of which none shares a call.
  defaults: { connections: MILLION, nodes: FEW_PROCESSES + 1, ratePerSecond: 500, durationSeconds: 600 },
  services: ['route', 'admin'],
  run: async (bench) => {
    const { fleet, findings, options } = bench;
    const isWhole = fleet.clients >= MILLION;
    reportEmpty(bench, await bench.phase('empty', () => measureMemory(bench)));
    await bench.phase('warming up', () => warmUp(bench, fleet));
    const fewSeconds = Math.min(FEW_HOLD_SECONDS, options.durationSeconds);
    const few = await costs(bench, fleet.part(FEW_PROCESSES), fewSeconds);
    const many = await costs(bench, fleet, options.durationSeconds);
    findings.figure('connections held', many.connected, '', isWhole ? { atLeast: MILLION } : null);
    findings.figure(
      'signing in, all together',
      few.seconds + many.seconds,
      's',
      isWhole ? { atMost: 300 } : null,
    );
    for (const [what, cost] of Object.entries(many.costs))
      findings.figure(
        `${what}: ${fleet.clients} clients against ${few.clients}`,
        (cost / few.costs[what]! - 1) * 100,
        '%',
        GOAL_OF_GROWTH,
      );
    const joined = await bench.phase('broadcasts in a row', () => pushInARow(bench, fleet));
    reportInARow(bench, many.broadcast, joined);
    await bench.phase('a targeted push', () => pushToTargets(bench, fleet));
    await bench.phase('a node is killed', () => killOne(bench));
    const after = await bench.phase('a broadcast after that', () => pushSingly(bench, fleet, 1));
    reportBroadcasts(bench, 'a broadcast after a node was killed', after);
    await checkDrift(bench, fleet.clients);
  },
};

interface Costs {
  readonly clients: number;
  /** The fewest that were there at any look while they were held. */
  readonly connected: number;
  /** Until all of them were there. */
  readonly seconds: number;
  /** What they and their messages cost the push-servers, by name. */
  readonly costs: Readonly<Record<string, number>>;
  /** CPU per recipient of a broadcast while all have heartbeats, those counted. */
  readonly broadcast: number;
}

/** Connects the clients and measures what they and their messages cost the push-servers. */
async function costs(bench: Bench, fleet: Fleet, holdSeconds: number): Promise<Costs> {
  const { target, options } = bench;
  const name = `${fleet.clients} clients`;
  const servers = fleet.serversIn(target);
  const connectedBefore = (await fleet.stats()).connected;
  // Who comes now has missed those before, and from now on others are pairs.
  await fleet.tell('expect', { broadcast: bench.pushes.lastToEveryone });
  await fleet.tell('unpair');
  const before = await measureMemory(bench, servers);
  const { seconds } = await bench.phase(`${name} sign in`, () =>
    signIn(bench, fleet, { of: `, of ${name}` }),
  );
  // What the logins had V8 take is given back by the second collection, as in `idle`.
  await bench.phase('collecting garbage', () => measureMemory(bench, servers));
  const { microseconds, connected } = await bench.phase(`${name} are held`, () =>
    hold(bench, fleet, holdSeconds),
  );
  const after = await bench.phase('collecting garbage', () => measureMemory(bench, servers));
  const added = fleet.clients - connectedBefore;
  reportPerConnection(bench, before, after, added, `, of ${name}`);
  // As many for each node: a node that sends more needs less for each message.
  const ratePerSecond = (options.ratePerSecond * fleet.hands.length) / bench.fleet.hands.length;
  await bench.phase(`${name} warm up`, () => warmUpMessages(bench, fleet, ratePerSecond));
  const sends = { ratePerSecond, durationSeconds: Math.min(SEND_SECONDS, holdSeconds) };
  // How long they take beside heartbeats; then what they cost, of which nobody could tell what heartbeats cost on a machine that is full.
  const broadcasts = await bench.phase(`a broadcast to ${name}`, () => pushSingly(bench, fleet, BROADCASTS));
  reportBroadcasts(bench, `a broadcast to ${name}, with heartbeats`, broadcasts, { atMost: 15 });
  await bench.phase(`${name} send`, () => measureSends(bench, fleet, sends, { of: ', with heartbeats' }));
  const work = async () => {
    const what = `a broadcast to ${name}, without heartbeats`;
    const quiet = await bench.phase(what, () => pushSingly(bench, fleet, BROADCASTS));
    reportBroadcasts(bench, what, quiet);
    const message = await bench.phase(`${name} send without heartbeats`, () =>
      measureSends(bench, fleet, sends, { of: ', without heartbeats' }),
    );
    return { broadcast: quiet.microseconds, message: message.pushServers };
  };
  // As long as the sends: of two nodes CPU is seen to 40 ms.
  const alone = await withoutHeartbeats(bench, fleet, work, sends.durationSeconds);
  return {
    clients: fleet.clients,
    connected,
    seconds,
    // What a login costs depends on how many come to a node at a time, not on how many are there: it is no part of this.
    costs: {
      'user memory per connection': (after.userBytes - before.userBytes) / added,
      'CPU to hold a connection': microseconds,
      'CPU per recipient of a broadcast': alone.broadcast,
      'CPU per message from client to client': alone.message,
    },
    broadcast: broadcasts.microseconds,
  };
}

/**
 * A push to everyone, then sends: where dozens of nodes compile their code on two cores, and open connections to all others, what comes
 * meanwhile is too late.
 */
export async function warmUpMessages(bench: Bench, fleet: Fleet, ratePerSecond: number): Promise<void> {
  await pushSingly(bench, fleet, WARM_UP);
  await warmUpSends(bench, fleet, WARM_UP_HASTE * ratePerSecond);
}

/** Ends a push-server without farewell. Its clients come back to the others. */
async function killOne(bench: Bench): Promise<void> {
  const { fleet, findings, target, random, say } = bench;
  const { pushServers } = target;
  const victim = pushServers[random.between(0, pushServers.length - 1)]!;
  const addresses = pushServers.filter(({ name }) => name !== victim.name).map(({ tcp }) => tcp);
  await resetCounts(fleet);
  await fleet.tell('reconnect', { addresses: addresses.join(','), minMs: 0, maxMs: COMEBACK_MS });
  say(`  killing ${victim.name}`);
  const startedAtMs = performance.now();
  await target.kill(victim);
  const affected = fleet.hands.filter(
    ({ index }) => pushServers[index % pushServers.length]!.name === victim.name,
  );
  const expected = affected.reduce((sum, { count }) => sum + count, 0);
  const stats = await fleet.until(
    ({ connected, logins }) => connected === fleet.clients && logins >= expected,
    BACK_DEADLINE_MS,
    ({ connected }) => `${connected} of ${fleet.clients} connected`,
  );
  findings.figure(
    `until ${expected} clients of a killed node are back`,
    (performance.now() - startedAtMs) / 1000,
    's',
  );
  findings.same('connected after a node was killed', stats.connected, fleet.clients);
  // Only who was there when it died has lost a connection.
  const { lost = 0, ...closed } = stats.closed;
  findings.same('connections lost with a killed node', lost, expected);
  reportRefusals(bench, 'clients of a killed node', { closed, failures: stats.failures });
}
