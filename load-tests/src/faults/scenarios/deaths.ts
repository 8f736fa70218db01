import { setTimeout as sleep } from 'node:timers/promises';
import { startBackends } from '../../../../deploy/local/backends.ts';
import { stopDaemon } from '../../../../deploy/local/daemon.ts';
import { placeOf } from '../../../../deploy/local/sets.ts';
import { until } from '../../lib/until.ts';
import { allBack, BACK_LIMIT_MS } from '../comeback.ts';
import type { Lab } from '../lab.ts';
import type { Findings, Scenario } from '../scenario.ts';

const WARM_UP_MS = 2000;
/** Clients that do not come back. */
const GONE = 5;
const PUBLISHES = 20;
/** Kafka keeps a dead consumer's partitions for half a minute. */
const ROWS_LIMIT_MS = 60_000;

const pushServerKilled: Scenario = {
  name: 'push-server-killed',
  what: 'kill -9 of one of three push-servers',
  expected:
    'its clients are back elsewhere, half of them within 5 s, all within 60 s; the routes of those who are not are swept, drift 0 within 45 s',
  mayDrop: { nodes: ['push-2'], reasons: ['lost'] },
  deadlineMs: 150_000,
  async run(lab, findings) {
    await sleep(WARM_UP_MS);
    const victim = lab.pushServer('push-2');
    // Nobody but the sweeper removes the routes of those who do not come back.
    const gone = await Promise.all(
      Array.from({ length: GONE }, (_, index) => lab.connect(`gone-${index}`, victim.tcp)),
    );
    const before = await lab.counted(lab.clients + GONE, performance.now());
    findings.check(before !== null, 'not every client had a route to begin with');
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
    for (const { clientId } of gone) {
      const { status } = await lab.cluster.request(lab.services.admin, 'GET', `/v1/clients/${clientId}`);
      findings.check(status === 404, `${clientId} did not come back, and its route stands`);
    }
    await lab.cluster.restart(victim);
  },
};

const consumerKilled: Scenario = {
  name: 'consumer-killed',
  what: 'kill -9 of the upstream-consumer under traffic, started again 3 s later',
  expected:
    'messages are accepted while nobody consumes them, and in the database within 60 s of its being ready again; nobody else notices',
  keepsOrder: true,
  deadlineMs: 150_000,
  async run(lab, findings) {
    await sleep(WARM_UP_MS);
    const kind = 'while-nobody-consumes';
    const client = await lab.connect(kind, lab.pushServer('push-1').tcp);
    const consumer = lab.cluster.nodes.find(({ role }) => role === 'consumer')!;
    consumer.process.kill('SIGKILL');
    await consumer.process.exited;
    const answers = await Promise.all(Array.from({ length: PUBLISHES }, () => client.publish(kind, 6000)));
    const accepted = answers.filter((answer) => answer === 'ACCEPTED').length;
    findings.check(accepted === PUBLISHES, `${accepted} of ${PUBLISHES} publishes were accepted meanwhile`);
    await sleep(3000);
    const early = await lab.rows.names(kind);
    findings.check(early.length === 0, `${early.length} rows came while nobody consumed`);
    const startedAtMs = performance.now();
    await lab.cluster.restart(consumer);
    findings.within('ready again after', performance.now() - startedAtMs, 30_000);
    const readyAtMs = performance.now();
    const rows = await until(
      () => lab.rows.names(kind),
      (names) => names.length >= PUBLISHES,
      ROWS_LIMIT_MS,
    );
    const isThere = rows.length === PUBLISHES;
    findings.within(
      'its backlog in the database after',
      isThere ? performance.now() - readyAtMs : null,
      ROWS_LIMIT_MS,
    );
    client.close();
  },
};

const kafkaBrokerRestarted: Scenario = {
  name: 'kafka-broker-restarted',
  what: 'the one Kafka broker is ended and started again',
  expected:
    'publishes are answered RETRY meanwhile; all accepted ones are kept; nobody loses a connection; ready without a restart',
  keepsOrder: 'between clients',
  async run(lab, findings) {
    await sleep(WARM_UP_MS);
    const endedAtMs = performance.now();
    await stopDaemon(placeOf('faults', 'kafka').folder);
    await sleep(3000);
    await startBackends('faults');
    findings.note(`away for ${((performance.now() - endedAtMs) / 1000).toFixed(1)} s`);
    const readyMs = await lab.ready.all(lab.names, 200, performance.now(), 30_000);
    findings.within('ready after', readyMs, 30_000);
    const retries = lab.probes.reduce((sum, { answers }) => sum + (answers['publish RETRY'] ?? 0), 0);
    findings.check(retries > 0, 'no publish was answered RETRY');
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

export const deathScenarios: readonly Scenario[] = [pushServerKilled, consumerKilled, kafkaBrokerRestarted];
