import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../lib/until.ts';
import { allBack } from '../comeback.ts';
import { FaultProxy } from '../proxy.ts';
import { RateWatch } from '../rate-watch.ts';
import type { Scenario } from '../scenario.ts';
import { IDLE_TIMEOUT_MS } from '../services.ts';

const WARM_UP_MS = 2000;
const ACCEPTS_PER_SECOND = 5;
/** Less than may be in flight. */
const BURST = 200;
const SLOW_LIMIT_MS = 30_000;
const PARTITION_MS = 12_000;

const reconnectStorm: Scenario = {
  name: 'reconnect-storm',
  what: `every connection is cut at once; each node takes ${ACCEPTS_PER_SECOND} a second`,
  expected:
    `no node takes more than ${2 * ACCEPTS_PER_SECOND} within a second; the others are refused as overloaded and told when to come back; ` +
    'all are back within clients / limit + 30 s',
  mayDrop: { nodes: ['push-1', 'push-2', 'push-3'], reasons: ['lost'] },
  deadlineMs: 150_000,
  prepare: async () => ({ env: { LONGWIRE_PUSH_ACCEPTS_PER_SECOND: String(ACCEPTS_PER_SECOND) } }),
  async run(lab, findings) {
    await sleep(WARM_UP_MS);
    const nodes = lab.services.pushServers;
    const sumOf = async (metric: string): Promise<number> => {
      const counts = await Promise.all(nodes.map((node) => lab.metric(node, metric)));
      return counts.reduce((sum, count) => sum + count, 0);
    };
    const accepts = new RateWatch(() => sumOf('longwire_connections_accepted_total'));
    const cutAt = Date.now();
    for (const proxy of Object.values(lab.services.clientProxies)) proxy.reset();
    const outage = await allBack(lab, findings, cutAt);
    const limitMs = (lab.fleet.clientIds.length / (ACCEPTS_PER_SECOND * nodes.length)) * 1000 + 30_000;
    findings.note(`${outage.clients} clients were cut`);
    findings.within('all are back after', outage.maxMs, limitMs);
    const { mostInASecond } = await accepts.end();
    // A second's worth at once, and that of the second.
    const mostAllowed = 2 * ACCEPTS_PER_SECOND * nodes.length;
    findings.note(`at most ${mostInASecond} connections were taken within a second`);
    findings.check(
      mostInASecond <= mostAllowed,
      `${mostInASecond} connections were taken within a second, and ${mostAllowed} is right`,
    );
    const total = await sumOf('longwire_connections_refused_total{reason="acceptRate"');
    findings.note(`${total} connections were refused on the way`);
    findings.check(total > 0, 'none was refused: the rate was not held');
  },
};

const slowConsumer: Scenario = {
  name: 'slow-consumer',
  what: 'a client stops reading while others send to it',
  expected: 'it is closed as slowConsumer within 30 s; its neighbours notice nothing',
  keepsOrder: true,
  async run(lab, findings) {
    await sleep(WARM_UP_MS);
    const node = lab.pushServer('push-1');
    const metric = 'longwire_connections_closed_total{reason="slowConsumer"';
    const before = await lab.metric(node, metric);
    const [slow, sender] = await Promise.all([
      lab.connect('slow', node.tcp),
      lab.connect('to-the-slow', node.tcp),
    ]);
    slow.pause();
    const pausedAtMs = performance.now();
    const payload = Buffer.alloc(60_000);
    const seen = await until(
      async () => {
        // More than the kernel's buffers and the node's queue hold together.
        await Promise.all(Array.from({ length: BURST }, () => sender.send('slow', payload, 6000)));
        return lab.metric(node, metric);
      },
      (count) => count > before,
      SLOW_LIMIT_MS,
    );
    findings.within('closed after', seen > before ? performance.now() - pausedAtMs : null, SLOW_LIMIT_MS);
    findings.check(sender.end === null, `the sender was closed with ${sender.end?.reason}`);
    for (const client of [slow, sender]) client.close();
  },
};

const halfOpen: Scenario = {
  name: 'half-open-client',
  what: 'a client vanishes without a FIN: its packets go nowhere',
  expected: `its connection is closed and its route gone within the idle timeout of ${IDLE_TIMEOUT_MS / 1000} s and 5 s more`,
  keepsOrder: true,
  async run(lab, findings) {
    await sleep(WARM_UP_MS);
    const proxy = await FaultProxy.listen(lab.pushServer('push-1').tcp);
    try {
      const client = await lab.connect('half-open', proxy.address);
      const path = '/v1/clients/half-open';
      const isOnline = async (): Promise<boolean> =>
        (await lab.cluster.request(lab.services.admin, 'GET', path)).status === 200;
      findings.check(await isOnline(), 'it was not online to begin with');
      const vanishedAtMs = performance.now();
      proxy.blackhole();
      const online = await until(isOnline, (is) => !is, IDLE_TIMEOUT_MS + 10_000);
      const tookMs = performance.now() - vanishedAtMs;
      findings.within('gone after', online ? null : tookMs, IDLE_TIMEOUT_MS + 5000);
      findings.check(tookMs > IDLE_TIMEOUT_MS / 2, 'it was closed before its time');
      client.close();
    } finally {
      await proxy.close();
    }
  },
};

const partition: Scenario = {
  name: 'partition-between-nodes',
  what: `nobody reaches the node API of one push-server for ${PARTITION_MS / 1000} s; all see Redis and ZooKeeper`,
  expected:
    'sends to its clients are answered RETRY by their deadline and delivered afterwards; nobody loses a connection',
  async run(lab, findings) {
    await sleep(WARM_UP_MS);
    const proxy = lab.services.nodeProxies['push-2']!;
    const there = await lab.connect('behind', lab.pushServer('push-2').tcp);
    const here = await lab.connect('in-front', lab.pushServer('push-1').tcp);
    // Nothing reaches it meanwhile that it would answer: without heartbeats it would be idle just when all is healed.
    const heartbeats = setInterval(() => there.ping(), IDLE_TIMEOUT_MS / 4);
    const payload = Buffer.from('hello');
    findings.check((await here.send('behind', payload, 11_500)) === 'DELIVERED', 'not delivered before');
    proxy.blackhole();
    const brokenAtMs = performance.now();
    const answer = await here.send('behind', payload, 11_500);
    findings.note(
      `a send was answered ${answer} after ${((performance.now() - brokenAtMs) / 1000).toFixed(1)} s`,
    );
    findings.check(answer === 'RETRY', `a send through the partition was answered ${answer}`);
    await sleep(Math.max(0, brokenAtMs + PARTITION_MS - performance.now()));
    await proxy.heal();
    const later = await until(
      () => here.send('behind', payload, 11_500),
      (said) => said === 'DELIVERED',
      20_000,
    );
    findings.check(later === 'DELIVERED', `a send afterwards was answered ${later}`);
    clearInterval(heartbeats);
    for (const client of [there, here]) client.close();
  },
};

export const edgeScenarios: readonly Scenario[] = [reconnectStorm, slowConsumer, halfOpen, partition];
