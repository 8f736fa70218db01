import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { startRedisCluster, type RedisClusterSet } from '../../../../deploy/local/redis/redis-cluster.ts';
import { redisEnvironment } from '../../../../deploy/local/redis/redis-process.ts';
import { startRedisSentinel, type RedisSentinelSet } from '../../../../deploy/local/redis/redis-sentinel.ts';
import type { Lab } from '../lab.ts';
import type { Findings, Scenario } from '../scenario.ts';

const WARM_UP_MS = 2000;
const RESUME_LIMIT_MS = 15_000;
const REBUILD_LIMIT_MS = 60_000;

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
    const talk = { isOver: false, answers: [] as string[] };
    const talking = (async () => {
      for (; !talk.isOver; await sleep(50))
        talk.answers.push(await one.send('local-2', Buffer.from('hello'), 5000));
    })();
    findings.within(
      'all routes back after',
      await lab.counted(lab.clients + 2, emptiedAtMs),
      REBUILD_LIMIT_MS,
    );
    talk.isOver = true;
    await talking;
    const local = talk.answers;
    const undelivered = local.filter((answer) => answer !== 'DELIVERED');
    findings.note(
      `${local.length - undelivered.length} of ${local.length} local messages were delivered meanwhile`,
    );
    findings.check(
      undelivered.length === 0,
      `local messages were answered ${undelivered.slice(0, 5).join(', ')}`,
    );
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
    what: 'kill -9 of one of three masters of a Redis Cluster that has no replica, started again (empty) 8 s later',
    expected:
      'clients of the other slots log in all the while; nobody loses a connection; afterwards all routes are there',
    deadlineMs: 120_000,
    prepare: async () => {
      set = await startRedisCluster();
      return { env: redisEnvironment(set.settings), stop: () => set!.stop() };
    },
    async run(lab, findings) {
      await sleep(WARM_UP_MS);
      const victim = set!.masters[2]!;
      const killedAtMs = performance.now();
      await victim.kill();
      await othersLogIn(lab, findings);
      await sleep(Math.max(0, killedAtMs + 8000 - performance.now()));
      const backAtMs = performance.now();
      await victim.restart();
      findings.within('ready after', await lab.ready.all(lab.names, 200, backAtMs, 30_000), 30_000);
      findings.within('all routes after', await lab.counted(lab.clients, backAtMs), REBUILD_LIMIT_MS);
    },
  };
}

async function othersLogIn(lab: Lab, findings: Findings): Promise<void> {
  const { tcp } = lab.pushServer('push-1');
  const clients = Array.from({ length: 30 }, (_, index) => lab.knock(`slots-${index}`, tcp));
  const results = await Promise.all(clients.map(({ isIn }) => isIn));
  const taken = results.filter(Boolean).length;
  findings.note(`${taken} of ${results.length} logins were taken meanwhile`);
  findings.check(taken > 0, 'nobody could log in');
  for (const client of clients) client.close();
}

export const redisScenarios: readonly Scenario[] = [emptied, sentinelFailover(), clusterMasterKilled()];
