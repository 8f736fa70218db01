import { setTimeout as sleep } from 'node:timers/promises';
import { CpuMeter } from '../sampling/processes.ts';
import type { LoadOptions } from '../arguments.ts';
import type { Fleet } from '../clients/fleet.ts';
import type { Goal } from '../findings.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { checkNobodyLeft, checkSends, resetCounts } from './checks.ts';
import { signIn } from './logins.ts';

const PAYLOAD_BYTES = 128;
const ANSWER_DEADLINE_MS = 30_000;
const WARM_UP_SECONDS = 3;
/** Fewer a second have no goal. */
const GOAL_PER_SECOND = 20_000;
const GOALS = { 50: { atMost: 2 }, 99: { atMost: 10 } };

export const p2p: Scenario = {
  name: 'p2p',
  what: 'messages from client to client across nodes at a rate, each acknowledged by its recipient',
  defaults: { connections: 4000, nodes: 2, ratePerSecond: 20_000, durationSeconds: 20 },
  services: [],
  run: async (bench) => {
    const { fleet, options } = bench;
    await bench.phase('signing in', () => signIn(bench, fleet));
    await bench.phase('warming up', () => send(fleet, options.ratePerSecond, WARM_UP_SECONDS));
    await bench.phase('sending', () =>
      measureSends(bench, fleet, options, options.ratePerSecond >= GOAL_PER_SECOND ? GOALS : {}),
    );
  },
};

/** Processes send to each other two and two, so that each recipient has one sender, on another node. The last of an odd number is silent. */
function peerOf(index: number, { hands }: Fleet): number | null {
  const peer = hands.length === 1 ? index : index ^ 1;
  return peer < hands.length ? peer : null;
}

/** Has the clients send at a rate over all, for so long, while the caller does something else. */
export async function startSending(fleet: Fleet, ratePerSecond: number, seconds: number): Promise<void> {
  const pairs = fleet.hands.flatMap((hand, index) => {
    const peer = peerOf(index, fleet);
    return peer === null ? [] : [{ hand, peer: fleet.hands[peer]! }];
  });
  const rate = Math.max(1, Math.round(ratePerSecond / pairs.length));
  for (const { hand, peer } of pairs) {
    const ids = Array.from({ length: peer.count }, (_, offset) => fleet.clientId(peer.first + offset));
    const to = await fleet.writeLines(ids);
    await hand.process.tell('send', {
      rate,
      seconds,
      bytes: PAYLOAD_BYTES,
      senders: Math.min(hand.count, peer.count),
      to,
    });
  }
}

/** Sends, and waits for the answers. Answers how many seconds it took until the last was there. */
async function send(fleet: Fleet, ratePerSecond: number, seconds: number): Promise<number> {
  await startSending(fleet, ratePerSecond, seconds);
  const startedAtMs = performance.now();
  await sleep(seconds * 1000);
  await fleet.until(({ sendsOpen, sendsWaiting }) => sendsOpen + sendsWaiting === 0, ANSWER_DEADLINE_MS);
  return (performance.now() - startedAtMs) / 1000;
}

/** Sends at a rate for a time. Answers the CPU of the push-servers per message in microseconds. */
export async function measureSends(
  bench: Bench,
  fleet: Fleet,
  { ratePerSecond, durationSeconds }: Pick<LoadOptions, 'ratePerSecond' | 'durationSeconds'>,
  goals: Readonly<Record<number, Goal>> = {},
): Promise<number> {
  const { findings, target } = bench;
  await resetCounts(fleet);
  const meter = new CpuMeter(target, fleet);
  const seconds = await send(fleet, ratePerSecond, durationSeconds);
  const stats = await fleet.stats();
  const { sent, delivered } = stats;
  const cpu = (meter.seconds('push-servers') / sent) * 1e6;
  checkSends(bench, stats, stats.delivered);
  checkNobodyLeft(bench, 'client to client', stats);
  findings.figure('messages from client to client, delivered', delivered / seconds, '/s');
  findings.figure('CPU per message from client to client, push-servers', cpu, 'us');
  findings.figure(
    'CPU per message from client to client, whole machine',
    (meter.machineSeconds() / sent) * 1e6,
    'us',
  );
  findings.latency('client to client, due until answered', stats.histograms.send, goals);
  return cpu;
}
