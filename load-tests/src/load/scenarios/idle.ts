import { setTimeout as sleep } from 'node:timers/promises';
import { CpuMeter } from '../sampling/processes.ts';
import type { ClientStats } from '../clients/client-stats.ts';
import { NO_BACKGROUND, type Background, type Fleet } from '../clients/fleet.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { checkDrift, checkNobodyLeft, checkOpenFiles, resetCounts } from './checks.ts';
import { signIn, warmUp } from './logins.ts';
import { measureMemory, reportEmpty, reportPerConnection } from './memory.ts';

const QUIET_SECONDS = 20;
const GONE_DEADLINE_MS = 60_000;
const ANSWER_DEADLINE_MS = 60_000;

export const idle: Scenario = {
  name: 'idle',
  what: 'connections that are held with heartbeats: memory and CPU of each; nobody is closed, nothing leaks',
  defaults: { connections: 19_000, nodes: 1, ratePerSecond: 1, durationSeconds: 120 },
  services: ['admin'],
  run: async (bench) => {
    const { fleet, findings } = bench;
    reportEmpty(bench, await bench.phase('empty', () => measureMemory(bench)));
    await bench.phase('warming up', () => warmUp(bench, fleet));
    const empty = await bench.phase('collecting garbage', () => measureMemory(bench));
    await bench.phase('signing in', () => signIn(bench, fleet));
    const full = await bench.phase('collecting garbage', () => measureMemory(bench));
    const holding = await bench.phase('holding', () => hold(bench, fleet));
    findings.figure('connections held', holding.connected, '');
    const later = await bench.phase('collecting garbage', () => measureMemory(bench));
    // Not before: a young generation that has grown with the logins is given back when nothing happens.
    reportPerConnection(bench, empty, later, fleet.clients);
    const growth = (later.heapBytes - full.heapBytes) / fleet.clients;
    findings.figure('growth of the heap per connection while held', growth, 'B', { atMost: 100 });
    await checkDrift(bench, fleet.clients);
    await bench.phase('leaving', async () => {
      await fleet.tell('cut');
      await fleet.until(({ connected }) => connected === 0, GONE_DEADLINE_MS);
      await checkDrift(bench, 0);
    });
    const end = await bench.phase('collecting garbage', () => measureMemory(bench));
    const left = (end.heapBytes - empty.heapBytes) / fleet.clients;
    // A node remembers for some minutes who has logged in, to refuse who does so too often.
    findings.figure('heap left per connection that was', left, 'B', { atMost: 250 });
    checkOpenFiles(bench, empty, end);
  },
};

/**
 * Holds everyone, each with its heartbeats; nobody may be closed. They go on afterwards. Answers the CPU per connection and minute in
 * microseconds, and the fewest that were connected at any look meanwhile.
 */
export async function hold(
  bench: Bench,
  fleet: Fleet,
  seconds = bench.options.durationSeconds,
): Promise<{ microseconds: number; connected: number }> {
  const { findings, target, sampler, heartbeatSeconds } = bench;
  await stopHeartbeats(fleet);
  await resetCounts(fleet);
  const samplesBefore = sampler.samples.length;
  const meter = new CpuMeter(target, fleet);
  const startedAtMs = performance.now();
  await fleet.tell('heartbeat', { seconds: heartbeatSeconds });
  await sleep(seconds * 1000);
  const minutes = (performance.now() - startedAtMs) / 60_000;
  const each = (meter.seconds('push-servers') / fleet.clients / minutes) * 1e6;
  const machine = (meter.machineSeconds() / fleet.clients / minutes) * 1e6;
  findings.figure(
    `CPU of the push-servers to hold a connection for a minute, a heartbeat every ${heartbeatSeconds} s`,
    each,
    'us',
  );
  findings.figure(
    'CPU of the whole machine meanwhile, for each of these connections and minute',
    machine,
    'us',
  );
  const expected = fleet.clients * Math.floor(seconds / heartbeatSeconds);
  await fleet.until(({ pings }) => pings >= expected, ANSWER_DEADLINE_MS);
  const stats = await stopHeartbeats(fleet);
  findings.figure('heartbeats', stats.pings, '');
  findings.check(stats.pings >= expected, `heartbeats: ${stats.pings}, and ${expected} at least are right`);
  findings.same('heartbeats that were answered', stats.pongs, stats.pings);
  checkNobodyLeft(bench, 'held', stats);
  await fleet.tell('heartbeat', { seconds: heartbeatSeconds });
  const seen = sampler.samples.slice(samplesBefore).map(({ connected }) => connected);
  return { microseconds: each, connected: Math.min(...seen, stats.connected) };
}

/**
 * Measures what messages cost while no client has a heartbeat, a minute or two at most; what the cluster does by itself meanwhile, as asking whether
 * routes stand, is measured first and taken off.
 */
export async function withoutHeartbeats<Value>(
  bench: Bench,
  fleet: Fleet,
  work: () => Promise<Value>,
  quietSeconds = QUIET_SECONDS,
): Promise<Value> {
  await stopHeartbeats(fleet);
  fleet.background = await bench.phase('neither heartbeats nor messages', () =>
    measureBackground(bench, fleet, quietSeconds),
  );
  const value = await work();
  fleet.background = NO_BACKGROUND;
  await fleet.tell('heartbeat', { seconds: bench.heartbeatSeconds });
  return value;
}

async function measureBackground(
  { findings, target }: Bench,
  fleet: Fleet,
  quietSeconds: number,
): Promise<Background> {
  const meter = new CpuMeter(target, fleet);
  const startedAtMs = performance.now();
  await sleep(quietSeconds * 1000);
  const seconds = (performance.now() - startedAtMs) / 1000;
  const pushServers = meter.seconds('push-servers') / seconds;
  findings.figure(
    `CPU of the push-servers for each of ${fleet.clients} connections and minute without heartbeats`,
    ((pushServers * 60) / fleet.clients) * 1e6,
    'us',
  );
  return { pushServers, machine: meter.machineSeconds() / seconds };
}

/** Waits until each that was sent has its answer. */
async function stopHeartbeats(fleet: Fleet): Promise<ClientStats> {
  await fleet.tell('heartbeat', { seconds: 0 });
  return fleet.until(({ pingsOpen }) => pingsOpen === 0, ANSWER_DEADLINE_MS);
}
