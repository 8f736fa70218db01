/**
 * `npm run bench`: what one push-server process costs, on real backends. Ratios are taken against a bare server in the same
 * run; absolute figures depend on the machine. `npm run bench -- placement`: what a choice of a node costs, without any backend.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { encodeFrame } from '@longwire/protocol';
import { Cluster, type Node } from '../lib/cluster.ts';
import { Process } from '../lib/process.ts';
import { ClientProcesses, deal, sum } from './clients.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    connections: { type: 'string', default: '19000' },
    broadcasts: { type: 'string', default: '20' },
    rate: { type: 'string', default: '2000' },
    seconds: { type: 'string', default: '20' },
    json: { type: 'boolean', default: false },
  },
});
const CONNECTIONS = Number(options.connections);
const BROADCASTS = Number(options.broadcasts);
const SENDS_PER_SECOND = Number(options.rate);
const SEND_SECONDS = Number(options.seconds);
const CLIENT_PROCESSES = 2;
const LOGIN_CONCURRENCY = 100;
const RECIPIENTS = 1000;
const PAYLOAD_BYTES = 128;
const FIRST_PORT = 17_300;

interface Figure {
  readonly figure: string;
  readonly value: number;
  readonly unit: string;
  /** Reached when `value` is on the right side of it; null for what only informs. */
  readonly target: { readonly atMost?: number; readonly atLeast?: number } | null;
}

const figures: Figure[] = [];

function report(figure: string, value: number, unit: string, target: Figure['target'] = null): void {
  figures.push({ figure, value, unit, target });
  if (options.json) return console.log(JSON.stringify(figures.at(-1)));
  const goal =
    target === null
      ? ''
      : target.atMost === undefined
        ? `  (at least ${target.atLeast})`
        : `  (at most ${target.atMost})`;
  const verdict = target === null ? '' : isReached(figures.at(-1)!) ? '  reached' : '  MISSED';
  console.log(
    `${figure.padEnd(58)}${value.toFixed(value < 100 ? 2 : 0).padStart(10)} ${unit}${goal}${verdict}`,
  );
}

function isReached({ value, target }: Figure): boolean {
  return value <= (target?.atMost ?? Infinity) && value >= (target?.atLeast ?? -Infinity);
}

/** Memory once garbage is collected and the allocator has had time to give back. */
async function settledBytes({ process }: Node): Promise<number> {
  for (let round = 0; round < 3; round++) {
    process.kill('SIGUSR2');
    await sleep(1000);
  }
  return process.residentBytes();
}

async function measureLogins(cluster: Cluster, clients: ClientProcesses, node: Node): Promise<void> {
  const emptyBytes = await settledBytes(node);
  const ids = Array.from({ length: CONNECTIONS }, (_, index) => `bench-${index}`);
  const tokens = deal(
    ids.map((id) => cluster.mintToken(id)),
    CLIENT_PROCESSES,
  );
  const cpuBefore = node.process.cpuSeconds();
  const answers = await clients.tell((index, localAddress) => ({
    do: 'login',
    address: node.tcp,
    localAddress,
    tokens: tokens[index]!,
    concurrency: LOGIN_CONCURRENCY,
  }));
  const connected = sum(answers, (answer) => answer.connected);
  if (connected !== CONNECTIONS) {
    const reasons = JSON.stringify(answers.map(({ closed }) => closed));
    throw new Error(`only ${connected} of ${CONNECTIONS} clients could sign in: ${reasons}`);
  }
  const seconds = Math.max(...answers.map((answer) => answer.seconds ?? 0));
  report('logins: token verified, route claimed in Redis, answered', CONNECTIONS / seconds, '/s', {
    atLeast: 2000,
  });
  report(
    'CPU of the push-server per login',
    ((node.process.cpuSeconds() - cpuBefore) / CONNECTIONS) * 1e6,
    'us',
  );
  report('resident memory without connections', emptyBytes / 1e6, 'MB');
  const fullBytes = node.process.residentBytes();
  const perConnection = ((await settledBytes(node)) - emptyBytes) / CONNECTIONS / 1024;
  report('user memory per connection, garbage collected', perConnection, 'KiB', { atMost: 8 });
  report(
    'user memory per connection, just after the logins',
    (fullBytes - emptyBytes) / CONNECTIONS / 1024,
    'KiB',
  );
}

/** CPU microseconds per recipient of a process while each of the connections is sent some messages. */
async function cpuPerRecipient(
  process: Process,
  clients: ClientProcesses,
  broadcast: () => Promise<void>,
): Promise<number> {
  const recipients = CONNECTIONS * BROADCASTS;
  const receivedBefore = await clients.received();
  const cpuBefore = process.cpuSeconds();
  await broadcast();
  const received = (await clients.awaitReceived(receivedBefore + recipients)) - receivedBefore;
  if (received !== recipients)
    throw new Error(`${process.name}: ${received} of ${recipients} messages arrived`);
  return ((process.cpuSeconds() - cpuBefore) / recipients) * 1e6;
}

async function broadcastByPush(cluster: Cluster, route: Node): Promise<void> {
  for (let round = 0; round < BROADCASTS; round++) {
    const { pushId } = await cluster.call<{ pushId: string }>(route, 'POST', '/v1/pushes', {
      audience: { everyone: true },
      delivery: 'live',
      payload: { text: 'x'.repeat(PAYLOAD_BYTES) },
    });
    while ((await cluster.call<{ state: string }>(route, 'GET', `/v1/pushes/${pushId}`)).state === 'running')
      await sleep(20);
  }
}

async function measureBroadcast(
  cluster: Cluster,
  clients: ClientProcesses,
  node: Node,
  route: Node,
): Promise<void> {
  const own = await cpuPerRecipient(node.process, clients, () => broadcastByPush(cluster, route));
  const frame = encodeFrame('deliver', {
    messageId: 'x'.repeat(36),
    payload: Buffer.alloc(PAYLOAD_BYTES),
    sentAtMs: Date.now(),
  });
  const script = join(import.meta.dirname, 'bare-server.ts');
  const bare = new Process('bare', [process.execPath, script], {}, join(cluster.folder, 'bare.log'));
  const bareClients = new ClientProcesses('bare-clients', CLIENT_PROCESSES, cluster.folder);
  try {
    const [{ port }] = (await once(bare.child, 'message')) as [{ port: number }];
    await bareClients.tell((index, localAddress) => ({
      do: 'connect-bare',
      address: `127.0.0.1:${port}`,
      localAddress: localAddress.replace('.1.', '.2.'),
      count: deal(Array.from({ length: CONNECTIONS }), CLIENT_PROCESSES)[index]!.length,
      frameBytes: frame.length,
    }));
    const floor = await cpuPerRecipient(
      bare,
      bareClients,
      async () => void bare.child.send({ frame, times: BROADCASTS }),
    );
    report('CPU per recipient of a broadcast, push-server', own, 'us');
    report('CPU per recipient of a broadcast, bare net server', floor, 'us');
    report('ratio of the two', own / floor, 'times', { atMost: 2 });
  } finally {
    await bareClients.stop();
    await bare.stop();
  }
}

async function measureSends(cluster: Cluster, clients: ClientProcesses, second: Node): Promise<void> {
  const recipients = Array.from({ length: RECIPIENTS }, (_, index) => `recipient-${index}`);
  const others = new ClientProcesses('recipients', 1, cluster.folder);
  try {
    const tokens = recipients.map((id) => cluster.mintToken(id));
    await others.tell((_, localAddress) => ({
      do: 'login',
      address: second.tcp,
      localAddress: localAddress.replace('.1.', '.3.'),
      tokens,
      concurrency: LOGIN_CONCURRENCY,
    }));
    // One process sends, so that the two cores are not crowded by clients alone.
    const [answer] = await clients.tell((index) =>
      index > 0
        ? { do: 'received' }
        : {
            do: 'send',
            recipients,
            ratePerSecond: SENDS_PER_SECOND,
            durationMs: SEND_SECONDS * 1000,
            payloadBytes: PAYLOAD_BYTES,
          },
    );
    const { sends } = answer!;
    report(
      `sends across two nodes at ${SENDS_PER_SECOND}/s, delivered and acknowledged`,
      sends!.delivered,
      '',
    );
    report('sends with another answer, or none', sends!.other + sends!.unanswered, '', { atMost: 0 });
    report('send to answer, p50', sends!.p50Ms, 'ms');
    report('send to answer, p99', sends!.p99Ms, 'ms', { atMost: 25 });
    report('send to answer, slowest', sends!.maxMs, 'ms');
  } finally {
    await others.stop();
  }
}

async function main(): Promise<void> {
  const [cpu] = cpus();
  console.error(
    `${cpus().length} x ${cpu?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, ` +
      `${CONNECTIONS} connections to one push-server, everything on this machine`,
  );
  const cluster = await Cluster.create('bench', FIRST_PORT);
  const clients = new ClientProcesses('clients', CLIENT_PROCESSES, cluster.folder);
  try {
    const gcOnSignal = ['--expose-gc', `--import=${join(import.meta.dirname, '../lib/gc-on-signal.ts')}`];
    // What a node can, not what it is allowed.
    const env = {
      LONGWIRE_PUSH_ACCEPTS_PER_SECOND: '1000000',
      LONGWIRE_PUSH_MAX_EVENT_LOOP_DELAY_MS: '60000',
    };
    const first = await cluster.start('push', 'push-1', { nodeFlags: gcOnSignal, env });
    const second = await cluster.start('push', 'push-2');
    const route = await cluster.start('route', 'route-1');
    await measureLogins(cluster, clients, first);
    await measureBroadcast(cluster, clients, first, route);
    await measureSends(cluster, clients, second);
  } finally {
    await clients.stop();
    await cluster.stop();
  }
  const missed = figures.filter((figure) => !isReached(figure));
  if (missed.length > 0) console.error(`missed: ${missed.map(({ figure }) => figure).join('; ')}`);
}

/** In a process of its own, as the floors keep what it measures out of here. */
async function benchPlacement(): Promise<void> {
  const file = join(import.meta.dirname, '../../../packages/cluster/test/placement-bench.ts');
  const child = spawn(process.execPath, ['--conditions=longwire-source', file], { stdio: 'inherit' });
  [process.exitCode] = (await once(child, 'exit')) as [number];
}

await (positionals[0] === 'placement' ? benchPlacement() : main());
