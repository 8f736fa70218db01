/** Many clients in one process, told by messages what to do. Runs as a child of the benchmark. */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Latencies } from '../lib/latencies.ts';
import { LeanClient } from '../lib/lean-client.ts';

export type ClientCommand =
  | { do: 'login'; address: string; localAddress: string; tokens: string[]; concurrency: number }
  | { do: 'connect-bare'; address: string; localAddress: string; count: number; frameBytes: number }
  | { do: 'received' }
  | { do: 'send'; recipients: string[]; ratePerSecond: number; durationMs: number; payloadBytes: number }
  | { do: 'close' };

export interface ClientAnswer {
  connected?: number;
  /** How many connections ended, by reason. */
  closed?: Record<string, number>;
  seconds?: number;
  received?: number;
  /** Deliveries per outcome status, and the latencies from the intended send time to the answer, in milliseconds. */
  sends?: {
    delivered: number;
    other: number;
    unanswered: number;
    p50Ms: number;
    p99Ms: number;
    maxMs: number;
  };
}

/** Each client's heartbeats; the clients take turns, as they do when they were not all connected in one moment. */
const PING_INTERVAL_MS = 30_000;
const PING_TICK_MS = 100;
const ANSWER_DEADLINE_MS = 15_000;

const clients: LeanClient[] = [];
const bareSockets: Socket[] = [];
const closed: Record<string, number> = {};
let received = 0;
let onSent: (messageId: string, status: number) => void = () => undefined;

async function login({
  address,
  localAddress,
  tokens,
  concurrency,
}: ClientCommand & { do: 'login' }): Promise<ClientAnswer> {
  const { hostname: host, port } = new URL(`tcp://${address}`);
  const startedAt = performance.now();
  let connected = 0;
  const queue = [...tokens];
  const worker = async (): Promise<void> => {
    for (let token = queue.pop(); token !== undefined; token = queue.pop()) {
      const client = new LeanClient({
        host,
        port: Number(port),
        localAddress,
        token,
        onDeliver: () => void received++,
        onSent: (messageId, status) => onSent(messageId, status),
        onClosed: (reason) => void (closed[reason] = (closed[reason] ?? 0) + 1),
      });
      clients.push(client);
      if (await client.login()) connected++;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return { connected, closed, seconds: (performance.now() - startedAt) / 1000 };
}

async function connectBare(command: ClientCommand & { do: 'connect-bare' }): Promise<ClientAnswer> {
  const { hostname: host, port } = new URL(`tcp://${command.address}`);
  let bytes = 0;
  for (let index = 0; index < command.count; index++) {
    const socket = connect({ host, port: Number(port), localAddress: command.localAddress });
    socket.on('data', (chunk) => {
      bytes += chunk.length;
      received = Math.floor(bytes / command.frameBytes);
    });
    await new Promise((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    bareSockets.push(socket);
  }
  return { connected: command.count };
}

/** Sends at a steady rate. Each latency counts from when the message was due, so that a stall is not hidden. */
async function send(command: ClientCommand & { do: 'send' }): Promise<ClientAnswer> {
  const { recipients, ratePerSecond, durationMs, payloadBytes } = command;
  const payload = randomBytes(payloadBytes);
  const run = randomBytes(4).toString('hex');
  const dueAt = new Map<string, number>();
  const latencies = new Latencies();
  let other = 0;
  onSent = (messageId, status) => {
    const due = dueAt.get(messageId);
    if (due === undefined) return;
    dueAt.delete(messageId);
    latencies.add(performance.now() - due);
    if (status !== 0) other++;
  };
  const total = Math.floor((ratePerSecond * durationMs) / 1000);
  const startedAt = performance.now();
  for (let sent = 0; sent < total;) {
    for (const now = performance.now(); sent < total; sent++) {
      const due = startedAt + (sent / ratePerSecond) * 1000;
      if (due > now) break;
      const messageId = `${run}-${sent}`;
      dueAt.set(messageId, due);
      clients[sent % clients.length]!.send(messageId, recipients[sent % recipients.length]!, payload);
    }
    await sleep(1);
  }
  const deadline = performance.now() + ANSWER_DEADLINE_MS;
  while (dueAt.size > 0 && performance.now() < deadline) await sleep(20);
  const [p50Ms, p99Ms, maxMs] = [50, 99, 100].map((percent) => latencies.percentile(percent));
  return {
    sends: {
      delivered: latencies.count - other,
      other,
      unanswered: dueAt.size,
      p50Ms: p50Ms!,
      p99Ms: p99Ms!,
      maxMs: maxMs!,
    },
  };
}

function close(): ClientAnswer {
  for (const client of clients.splice(0)) client.close();
  for (const socket of bareSockets.splice(0)) socket.destroy();
  received = 0;
  return {};
}

async function obey(command: ClientCommand): Promise<ClientAnswer> {
  if (command.do === 'login') return login(command);
  if (command.do === 'connect-bare') return connectBare(command);
  if (command.do === 'send') return send(command);
  if (command.do === 'close') return close();
  return { received };
}

process.on('message', (command: ClientCommand) => {
  void obey(command).then((answer) => process.send!(answer));
});
process.on('disconnect', () => process.exit(0));
let nextToPing = 0;
setInterval(() => {
  const due = Math.ceil((clients.length * PING_TICK_MS) / PING_INTERVAL_MS);
  for (let count = 0; count < due; count++) clients[nextToPing++ % clients.length]?.ping();
}, PING_TICK_MS);
