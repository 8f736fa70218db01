import { setTimeout as sleep } from 'node:timers/promises';
import { CpuMeter } from '../sampling/processes.ts';
import type { LoadOptions } from '../arguments.ts';
import type { Fleet } from '../clients/fleet.ts';
import type { Goal } from '../findings.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { PAYLOAD_BYTES } from './broadcast.ts';
import { checkNobodyLeft, checkSends, resetCounts } from './checks.ts';
import { signIn } from './logins.ts';

const ANSWER_DEADLINE_MS = 30_000;
const WARM_UP_SECONDS = 3;
/** Until then the code that a message runs through is not compiled for good; and what nobody uses V8 forgets when garbage is collected. */
const WARM_UP_MESSAGES_PER_NODE = 2000;
/** Of all clients so many send; the others have their connections and heartbeats. */
const SENDERS = 4000;
/** Fewer a second have no goal. */
const GOAL_PER_SECOND = 20_000;
const GOALS = { 50: { atMost: 2 }, 99: { atMost: 10 } };

export const p2p: Scenario = {
  name: 'p2p',
  what: `messages from client to client across nodes at a rate, ${SENDERS} senders, each message acknowledged by its recipient`,
  defaults: { connections: 38_000, nodes: 2, ratePerSecond: 20_000, durationSeconds: 20 },
  fewestNodes: 2,
  services: [],
  run: async (bench) => {
    const { fleet, options } = bench;
    const { ratePerSecond } = options;
    await bench.phase('signing in', () => signIn(bench, fleet));
    await bench.phase('warming up', () => warmUpSends(bench, fleet, ratePerSecond, SENDERS));
    const goals = ratePerSecond >= GOAL_PER_SECOND ? GOALS : {};
    const { machine } = await bench.phase('sending', () =>
      measureSends(bench, fleet, options, { goals, senders: SENDERS }),
    );
    bench.findings.figure('client to client, CPU per message of the whole machine', machine, 'us');
  },
};

/**
 * Which process has the recipient of a sender, by their places in the fleet: a process sends to all others in turn, and each recipient has
 * one sender. Throws where there is no other.
 */
export function recipientsProcess(process: number, client: number, processes: number): number {
  if (processes < 2) throw new Error('client to client: clients of one process alone have nobody to send to');
  return (process + 1 + (client % (processes - 1))) % processes;
}

/** Has the clients, the first of each process if `senders` are fewer, send at a rate over all, for so long, while the caller does something else. */
export async function startSending(
  fleet: Fleet,
  ratePerSecond: number,
  seconds: number,
  senders = fleet.clients,
): Promise<void> {
  const { hands } = fleet;
  const rate = ratePerSecond / hands.length;
  // Processes may differ by one client, who then has no partner; and who would have nothing to send needs none.
  const most = Math.min(...hands.map(({ count }) => count), Math.ceil(rate * seconds));
  const each = Math.min(Math.ceil(senders / hands.length), most);
  const files: string[] = [];
  for (const process of hands.keys()) {
    const recipients = Array.from({ length: each }, (_, client) => {
      const { first } = hands[recipientsProcess(process, client, hands.length)]!;
      return fleet.clientId(first + client);
    });
    files.push(await fleet.writeLines(recipients));
  }
  await fleet.tell('send', (_, process) => ({
    rate,
    seconds,
    bytes: PAYLOAD_BYTES,
    senders: each,
    to: files[process]!,
  }));
}

/** Sends that nobody counts: code is compiled, and connections between nodes are there. */
export async function warmUpSends(
  { target }: Bench,
  fleet: Fleet,
  ratePerSecond: number,
  senders?: number,
): Promise<void> {
  const messages = WARM_UP_MESSAGES_PER_NODE * fleet.serversIn(target).length;
  await send(fleet, ratePerSecond, Math.max(WARM_UP_SECONDS, messages / ratePerSecond), senders);
  // What did not arrive of these is no gap in those that count.
  await fleet.tell('unpair');
}

/** Sends, and waits for the answers. Answers how many seconds it took until the last was there. */
async function send(fleet: Fleet, ratePerSecond: number, seconds: number, senders?: number): Promise<number> {
  await startSending(fleet, ratePerSecond, seconds, senders);
  const startedAtMs = performance.now();
  await sleep(seconds * 1000);
  await fleet.until(({ sendsOpen, sendsWaiting }) => sendsOpen + sendsWaiting === 0, ANSWER_DEADLINE_MS);
  return (performance.now() - startedAtMs) / 1000;
}

interface SendsToMeasure {
  readonly goals?: Readonly<Record<number, Goal>>;
  readonly senders?: number;
  /** What is particular about them. */
  readonly of?: string;
}

/** Sends at a rate for a time. Answers the CPU per message in microseconds. */
export async function measureSends(
  bench: Bench,
  fleet: Fleet,
  { ratePerSecond, durationSeconds }: Pick<LoadOptions, 'ratePerSecond' | 'durationSeconds'>,
  { goals, senders, of = '' }: SendsToMeasure = {},
): Promise<{ pushServers: number; machine: number }> {
  const { findings, target } = bench;
  await resetCounts(fleet);
  const meter = new CpuMeter(target, fleet);
  const seconds = await send(fleet, ratePerSecond, durationSeconds, senders);
  const stats = await fleet.stats();
  const { sent, delivered } = stats;
  const pushServers = (meter.seconds('push-servers') / sent) * 1e6;
  const machine = (meter.machineSeconds() / sent) * 1e6;
  checkSends(bench, stats, stats.delivered);
  checkNobodyLeft(bench, 'client to client', stats);
  const rate = Math.round(ratePerSecond);
  const load = `${rate}/s, ${fleet.clients} clients, ${fleet.serversIn(target).length} nodes${of}`;
  findings.figure(`client to client, delivered: ${load}`, delivered / seconds, '/s');
  findings.figure(`client to client, CPU per message of push-servers: ${load}`, pushServers, 'us');
  findings.latency(`client to client, due until answered: ${load}`, stats.histograms.send, goals);
  return { pushServers, machine };
}
