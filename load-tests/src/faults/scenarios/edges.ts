import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type Socket } from 'node:net';
import { until } from '../../lib/until.ts';
import { allBack } from '../comeback.ts';
import { FaultProxy } from '../proxy.ts';
import type { Lab } from '../lab.ts';
import type { Scenario } from '../scenario.ts';
import { IDLE_TIMEOUT_MS } from '../services.ts';
import { collectOnSignal } from '../vitals.ts';

const WARM_UP_MS = 2000;
const ACCEPTS_PER_SECOND = 5;
/** Less than may be in flight. */
const BURST = 200;
const SLOW_LIMIT_MS = 30_000;
const PARTITION_MS = 12_000;
const OPEN_FILES = 160;

const reconnectStorm: Scenario = {
  name: 'reconnect-storm',
  what: `every connection is cut at once; each node takes ${ACCEPTS_PER_SECOND} a second`,
  expected:
    'the others are refused as overloaded and told when to come back; all are back within clients / limit + 30 s',
  mayDrop: { nodes: ['push-1', 'push-2', 'push-3'], reasons: ['lost'] },
  deadlineMs: 150_000,
  prepare: async () => ({ env: { LONGWIRE_PUSH_ACCEPTS_PER_SECOND: String(ACCEPTS_PER_SECOND) } }),
  async run(lab, findings) {
    await sleep(WARM_UP_MS);
    const cutAt = Date.now();
    for (const proxy of Object.values(lab.services.clientProxies)) proxy.reset();
    const outage = await allBack(lab, findings, cutAt);
    const nodes = lab.services.pushServers;
    const limitMs = (lab.fleet.clientIds.length / (ACCEPTS_PER_SECOND * nodes.length)) * 1000 + 30_000;
    findings.note(`${outage.clients} clients were cut`);
    findings.within('all are back after', outage.maxMs, limitMs);
    const refused = await Promise.all(
      nodes.map((node) => lab.metric(node, 'longwire_connections_refused_total{reason="acceptRate"')),
    );
    const total = refused.reduce((sum, count) => sum + count, 0);
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
    for (const client of [there, here]) client.close();
  },
};

const outOfFiles: Scenario = {
  name: 'file-descriptors-exhausted',
  what: `a push-server that may open ${OPEN_FILES} files is flooded with sockets`,
  expected:
    'accepting pauses without using the CPU; its clients and the others go on; it takes clients again afterwards',
  deadlineMs: 150_000,
  async run(lab, findings) {
    const launcher = ['prlimit', `--nofile=${OPEN_FILES}:${OPEN_FILES}`];
    const env = { LONGWIRE_PUSH_WEIGHT: '0.001', LONGWIRE_PUSH_RESERVED_FILES: '64' };
    const node = await lab.cluster.start('push', 'push-small', { launcher, env, nodeFlags: collectOnSignal });
    const client = await lab.connect('before-the-flood', node.tcp);
    const sockets = await flood(node.tcp, OPEN_FILES * 2);
    const cpuBefore = node.process.cpuSeconds();
    await sleep(4000);
    const busy = (node.process.cpuSeconds() - cpuBefore) / 4;
    findings.note(`${node.process.openFiles()} files open, ${Math.round(busy * 100)} % of a core`);
    findings.check(busy < 0.6, `it spins: ${Math.round(busy * 100)} % of a core`);
    findings.check(!node.process.hasExited, 'it has ended');
    const answer = await client.send('before-the-flood', Buffer.from('still here'), 11_500);
    findings.check(answer === 'DELIVERED', `its client was answered ${answer}`);
    for (const socket of sockets) socket.destroy();
    const endedAtMs = performance.now();
    findings.within('takes clients again after', await takesAgain(lab, node.tcp, endedAtMs), 10_000);
    client.close();
    node.process.kill('SIGTERM');
    const exit = await node.process.exited;
    findings.check(exit === 0, `it ended with ${exit}`);
    lab.cluster.nodes.splice(lab.cluster.nodes.indexOf(node), 1);
  },
};

async function flood(tcp: string, count: number): Promise<Socket[]> {
  const [host, port] = tcp.split(':');
  return Promise.all(
    Array.from({ length: count }, async () => {
      const socket = connect(Number(port), host);
      await new Promise((resolve) => socket.once('connect', resolve).once('error', resolve));
      socket.on('error', () => undefined);
      return socket;
    }),
  );
}

async function takesAgain(lab: Lab, tcp: string, sinceMs: number): Promise<number | null> {
  for (let attempt = 0; performance.now() - sinceMs < 20_000; attempt++) {
    const client = lab.knock(`after-the-flood-${attempt}`, tcp);
    const isIn = await client.isIn;
    client.close();
    if (isIn) return performance.now() - sinceMs;
    await sleep(200);
  }
  return null;
}

export const edgeScenarios: readonly Scenario[] = [
  reconnectStorm,
  slowConsumer,
  halfOpen,
  partition,
  outOfFiles,
];
