import { setTimeout as sleep } from 'node:timers/promises';
import { startBackends } from '../../../../deploy/local/backends.ts';
import { stopDaemon } from '../../../../deploy/local/daemon.ts';
import { placeOf } from '../../../../deploy/local/sets.ts';
import { until } from '../../lib/until.ts';
import { allBack, BACK_LIMIT_MS } from '../comeback.ts';
import type { Lab } from '../lab.ts';
import type { Findings, Scenario } from '../scenario.ts';

const WARM_UP_MS = 2000;

const pushServerKilled: Scenario = {
  name: 'push-server-killed',
  what: 'kill -9 of one of three push-servers',
  expected:
    'its clients are back elsewhere, half of them within 5 s, all within 60 s; its routes are swept, drift 0 within 45 s',
  mayDrop: { nodes: ['push-2'], reasons: ['lost'] },
  deadlineMs: 150_000,
  async run(lab, findings) {
    await sleep(WARM_UP_MS);
    const victim = lab.pushServer('push-2');
    const killedAtMs = performance.now();
    const killedAt = Date.now();
    victim.process.kill('SIGKILL');
    await victim.process.exited;
    const outage = await allBack(lab, findings, killedAt);
    findings.note(`${outage.clients} clients lost their node`);
    findings.within('half are back after', outage.p50Ms, 5000);
    findings.within('all are back after', outage.maxMs, BACK_LIMIT_MS);
    // Its probe is for that node alone.
    findings.within('drift 0 after', await lab.counted(lab.clients - 1, killedAtMs), 45_000);
    await lab.cluster.restart(victim);
  },
};

const pushRouteKilled: Scenario = {
  name: 'push-route-killed',
  what: 'kill -9 of one of two push-routes under pushes, started again 5 s later',
  expected:
    'pushes go on by the other; what the killed one had begun is said to have failed; every call settles',
  failsPushes: true,
  async run(lab, findings) {
    await sleep(WARM_UP_MS);
    const victim = lab.cluster.nodes.find(({ name }) => name === 'route-1')!;
    victim.process.kill('SIGKILL');
    await victim.process.exited;
    await sleep(5000);
    let pushed = 0;
    for (let number = 0; number < 5; number++) {
      await lab.push(lab.fleet.clientIds).then(
        () => pushed++,
        (error: Error) => findings.check(false, error.message),
      );
    }
    findings.note(`${pushed} of 5 pushes were taken meanwhile`);
    await lab.cluster.restart(victim);
  },
};

const consumerKilled: Scenario = {
  name: 'consumer-killed',
  what: 'kill -9 of the upstream-consumer under traffic, started again 3 s later',
  expected: 'every accepted message is in the database, once each; nobody else notices',
  keepsOrder: true,
  async run(lab, findings) {
    await sleep(WARM_UP_MS);
    const consumer = lab.cluster.nodes.find(({ role }) => role === 'consumer')!;
    consumer.process.kill('SIGKILL');
    await consumer.process.exited;
    await sleep(3000);
    const startedAtMs = performance.now();
    await lab.cluster.restart(consumer);
    findings.within('ready again after', performance.now() - startedAtMs, 30_000);
    await sleep(WARM_UP_MS);
    const names = await lab.rows.names(consumerKilled.name);
    findings.check(new Set(names).size === names.length, 'a message stands twice in the database');
  },
};

const kafkaBrokerRestarted: Scenario = {
  name: 'kafka-broker-restarted',
  what: 'the one Kafka broker is ended and started again',
  expected:
    'publishes are answered RETRY meanwhile; all accepted ones are kept; nobody loses a connection; ready without a restart',
  keepsOrder: true,
  async run(lab, findings) {
    await sleep(WARM_UP_MS);
    const endedAtMs = performance.now();
    await stopDaemon(placeOf('faults', 'kafka').folder);
    await sleep(3000);
    await startBackends('faults');
    findings.note(`away for ${((performance.now() - endedAtMs) / 1000).toFixed(1)} s`);
    const readyMs = await lab.ready.all(lab.names, 200, performance.now(), 30_000);
    findings.within('ready after', readyMs, 30_000);
    await expectAccepted(lab, findings);
  },
};

async function expectAccepted(lab: Lab, findings: Findings): Promise<void> {
  const client = await lab.connect('after-kafka', lab.pushServer('push-1').tcp);
  const answer = await until(
    () => client.publish('probe', 6000),
    (said) => said === 'ACCEPTED',
    30_000,
  );
  findings.check(answer === 'ACCEPTED', `a publish afterwards was answered ${answer}`);
  client.close();
}

export const deathScenarios: readonly Scenario[] = [
  pushServerKilled,
  pushRouteKilled,
  consumerKilled,
  kafkaBrokerRestarted,
];
