import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { startRedisCluster, type RedisClusterSet } from '../../../../deploy/local/redis/redis-cluster.ts';
import { redisEnvironment, type RedisProcess } from '../../../../deploy/local/redis/redis-process.ts';
import { startRedisSentinel, type RedisSentinelSet } from '../../../../deploy/local/redis/redis-sentinel.ts';
import type { Lab } from '../lab.ts';
import type { Findings, Scenario } from '../scenario.ts';
import { talk } from '../talk.ts';

const WARM_UP_MS = 2000;
const RESUME_LIMIT_MS = 15_000;
const REBUILD_LIMIT_MS = 60_000;
const BUCKETS = 16_384;
const AWAY_MS = 8000;
/** How long before its end the last login begins. */
const LOGIN_MS = 3000;
const ROUNDS = 8;
const LOGINS_A_ROUND = 10;

/** By an inline command, as one would type it into a terminal. */
async function flush(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.setTimeout(5000, () => socket.destroy(new Error('Redis does not answer')));
  try {
    await once(socket, 'connect');
    socket.write('FLUSHALL\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    if (answer.toString() !== '+OK\r\n') throw new Error(`FLUSHALL: ${answer.toString()}`);
  } finally {
    socket.destroy();
  }
}

const emptied: Scenario = {
  name: 'redis-emptied',
  what: 'FLUSHALL: Redis has lost every route, lease and boot',
  expected:
    'all routes are back within 60 s; meanwhile messages between clients of one node are delivered; nobody loses a connection',
  async run(lab, findings) {
    await sleep(WARM_UP_MS);
    const { tcp } = lab.pushServer('push-1');
    const [one, other] = await Promise.all([lab.connect('local-1', tcp), lab.connect('local-2', tcp)]);
    const emptiedAtMs = performance.now();
    await flush(lab.options.backends.redisUrl);
    const endTalk = talk(one, other, 'between clients of one node');
    findings.within(
      'all routes back after',
      await lab.counted(lab.clients + 2, emptiedAtMs),
      REBUILD_LIMIT_MS,
    );
    await endTalk(findings);
    for (const client of [one, other]) client.close();
  },
};

/** Logs clients in until one is let in. Answers after how long. */
async function untilLogin(lab: Lab, name: string, sinceMs: number, limitMs: number): Promise<number | null> {
  const { tcp } = lab.pushServer('push-1');
  for (let attempt = 0; performance.now() - sinceMs < limitMs; attempt++) {
    const client = lab.knock(`${name}-${attempt}`, tcp);
    const isIn = await client.isIn;
    client.close();
    if (isIn) return performance.now() - sinceMs;
    await sleep(200);
  }
  return null;
}

function sentinelFailover(): Scenario {
  let set: RedisSentinelSet | null = null;
  return {
    name: 'redis-sentinel-failover',
    what: 'kill -9 of the primary that three sentinels watch',
    expected: 'logins are taken again within 15 s; nobody loses a connection; no route is missing afterwards',
    prepare: async () => {
      set = await startRedisSentinel();
      return { env: redisEnvironment(set.settings), stop: () => set!.stop() };
    },
    async run(lab, findings) {
      await sleep(WARM_UP_MS);
      const killedAtMs = performance.now();
      await set!.primary.kill();
      findings.within(
        'logins again after',
        await untilLogin(lab, 'sentinel', killedAtMs, 30_000),
        RESUME_LIMIT_MS,
      );
      findings.within('ready after', await lab.ready.all(lab.names, 200, killedAtMs, 30_000), 30_000);
      await set!.primary.restart();
      findings.within('all routes after', await lab.counted(lab.clients, killedAtMs), REBUILD_LIMIT_MS);
    },
  };
}

function clusterMasterKilled(): Scenario {
  let set: RedisClusterSet | null = null;
  return {
    name: 'redis-cluster-master-killed',
    what:
      'kill -9 of one of three masters of a Redis Cluster that has no replica, started again (empty) ' +
      `${AWAY_MS / 1000} s later`,
    expected:
      'every client of the other slots that logs in meanwhile is taken; nobody loses a connection; afterwards all routes are there',
    deadlineMs: 120_000,
    prepare: async () => {
      set = await startRedisCluster();
      const env = { ...redisEnvironment(set.settings), LONGWIRE_REDIS_BUCKETS: String(BUCKETS) };
      return { env, stop: () => set!.stop() };
    },
    async run(lab, findings) {
      await sleep(WARM_UP_MS);
      const victim = set!.masters[2]!;
      const rounds = await roundsOf(victim);
      const restartAtMs = performance.now() + AWAY_MS;
      await victim.kill();
      await othersLogIn(lab, rounds, restartAtMs - LOGIN_MS, findings);
      await sleep(Math.max(0, restartAtMs - performance.now()));
      const backAtMs = performance.now();
      await victim.restart();
      findings.within('ready after', await lab.ready.all(lab.names, 200, backAtMs, 30_000), 30_000);
      findings.within('all routes after', await lab.counted(lab.clients, backAtMs), REBUILD_LIMIT_MS);
    },
  };
}

/** Of clients that try to log in at the same time. */
interface Round {
  readonly others: readonly string[];
  /** Their slots are with the master that is killed. */
  readonly away: readonly string[];
}

async function roundsOf(victim: RedisProcess): Promise<Round[]> {
  const rounds: Round[] = [];
  for (let number = 0; number < ROUNDS; number++) {
    const clientIds = Array.from({ length: LOGINS_A_ROUND }, (_, index) => `slots-${number}-${index}`);
    const isAway = await Promise.all(clientIds.map((clientId) => holds(victim, clientId)));
    rounds.push({
      others: clientIds.filter((_, index) => !isAway[index]),
      away: clientIds.filter((_, index) => isAway[index]),
    });
  }
  return rounds;
}

/** Whether a client's route lies with this master: it sends whoever asks it for another slot elsewhere. */
async function holds(master: RedisProcess, clientId: string): Promise<boolean> {
  // Of the key's name only the hash tag counts, see `RedisLayout`.
  const asked = master.command('EXISTS', `{${crc32(clientId) % BUCKETS}}`);
  return asked.then(
    () => true,
    (error: Error) => {
      if (error.message.startsWith('MOVED')) return false;
      throw error;
    },
  );
}

/** New clients, round after round: those whose slots are away are refused, each of the others is let in. */
async function othersLogIn(
  lab: Lab,
  rounds: readonly Round[],
  untilMs: number,
  findings: Findings,
): Promise<void> {
  const { tcp } = lab.pushServer('push-1');
  const counts = { others: 0, othersIn: 0, away: 0, awayIn: 0 };
  for (const { others, away } of rounds) {
    if (performance.now() >= untilMs) break;
    const logIn = async (clientIds: readonly string[]): Promise<number> => {
      const clients = clientIds.map((clientId) => lab.knock(clientId, tcp));
      const results = await Promise.all(clients.map(({ isIn }) => isIn));
      for (const client of clients) client.close();
      return results.filter(Boolean).length;
    };
    const [othersIn, awayIn] = await Promise.all([logIn(others), logIn(away)]);
    counts.others += others.length;
    counts.away += away.length;
    counts.othersIn += othersIn;
    counts.awayIn += awayIn;
    await sleep(500);
  }
  const { others, othersIn, away, awayIn } = counts;
  findings.note(
    `${othersIn} of ${others} logins of the other slots were taken meanwhile, ${awayIn} of ${away} of those that were away`,
  );
  findings.check(others > 0 && away > 0, 'nobody tried to log in');
  findings.check(othersIn === others, `${others - othersIn} clients of the other slots were refused`);
  findings.check(awayIn === 0, `${awayIn} clients were let in whose routes could not be written`);
}

export const redisScenarios: readonly Scenario[] = [emptied, sentinelFailover(), clusterMasterKilled()];
