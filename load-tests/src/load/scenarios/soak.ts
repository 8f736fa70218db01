import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { PublishStatus } from '@longwire/protocol';
import { proportionalBytesOf } from '../../lib/proc.ts';
import { Rows } from '../../traffic/rows.ts';
import type { LoadOptions } from '../arguments.ts';
import type { ClientStats } from '../clients/client-stats.ts';
import type { Fleet } from '../clients/fleet.ts';
import { percentile, since } from '../clients/histogram.ts';
import { CpuMeter } from '../sampling/processes.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { PAYLOAD_BYTES } from './broadcast.ts';
import { checkDrift, checkNobodyLeft, checkPublishes, checkSends, resetCounts } from './checks.ts';
import { reportGrowth, type Window } from './growth.ts';
import { signIn } from './logins.ts';
import { measureMemory } from './memory.ts';
import { HEARTBEAT_SECONDS, million, warmUpMessages } from './million.ts';
import { startSending } from './p2p.ts';
import { RowWatch } from './row-watch.ts';
import { compareRows, KIND } from './upstream.ts';

const WINDOWS = 60;
const LEAST_WINDOW_SECONDS = 1;
const TARGETS = 1000;
/** Of the messages that clients send; the others go upstream. */
const SHARE_TO_CLIENTS = 2 / 3;
/** Of what was reached, which is what `million` holds and sends. */
const SHARE_OF_REACHED = 0.7;
const ANSWER_DEADLINE_MS = 60_000;
const STORED_DEADLINE_MS = 300_000;

export const soak: Scenario = {
  name: 'soak',
  what: 'mixed load for an hour: client to client, upstream, broadcasts, targeted pushes, a heartbeat every four minutes; slopes of memory and latency',
  defaults: {
    connections: Math.round(SHARE_OF_REACHED * million.defaults.connections),
    nodes: 2,
    ratePerSecond: Math.round(SHARE_OF_REACHED * million.defaults.ratePerSecond),
    durationSeconds: 3600,
  },
  fewestNodes: 2,
  heartbeatSeconds: HEARTBEAT_SECONDS,
  services: ['route', 'consumer', 'admin'],
  run: async (bench) => {
    const { fleet, findings, target, options } = bench;
    await bench.phase('signing in', () => signIn(bench, fleet));
    const before = await bench.phase('collecting garbage', () => measureMemory(bench));
    await bench.phase('warming up', () => warmUpMessages(bench, fleet, clientToClient(options)));
    const windows = await withRows(bench, () => bench.phase('mixed load', () => mixedLoad(bench)));
    const after = await bench.phase('collecting garbage', () => measureMemory(bench));
    reportGrowth(findings, {
      connections: fleet.clients,
      nodes: target.pushServers.length,
      hours: options.durationSeconds / 3600,
      heapBytes: after.heapBytes - before.heapBytes,
      windows,
    });
    await checkDrift(bench, fleet.clients);
  },
};

async function mixedLoad(bench: Bench): Promise<Window[]> {
  const { fleet, findings, options, target } = bench;
  const seconds = options.durationSeconds;
  await resetCounts(fleet);
  const meter = new CpuMeter(target, fleet);
  await startMixedLoad(fleet, options);
  const { windows, pushed } = await pushMeanwhile(bench);
  const busy = meter.machineSeconds() / (seconds * availableParallelism());
  const stats = await fleet.until(
    ({ sendsOpen, sendsWaiting, publishesOpen, publishesWaiting }) =>
      sendsOpen + sendsWaiting + publishesOpen + publishesWaiting === 0,
    ANSWER_DEADLINE_MS,
  );
  checkSends(bench, stats, stats.delivered - pushed);
  checkPublishes(bench, stats);
  checkNobodyLeft(bench, 'mixed load', stats);
  findings.same('pushes to everyone: the last one', stats.lastBroadcast.min, bench.pushes.lastToEveryone);
  findings.figure('messages from client to client', stats.sent / seconds, '/s');
  findings.figure('messages upstream', stats.published / seconds, '/s');
  findings.figure('part of the machine that was busy', busy * 100, '%');
  findings.latency('client to client, due until answered', stats.histograms.send);
  findings.latency('upstream, due until acknowledged', stats.histograms.publish);
  return windows;
}

function clientToClient({ ratePerSecond }: Pick<LoadOptions, 'ratePerSecond'>): number {
  return Math.round(ratePerSecond * SHARE_TO_CLIENTS);
}

async function startMixedLoad(fleet: Fleet, { ratePerSecond, durationSeconds }: LoadOptions): Promise<void> {
  const toClients = clientToClient({ ratePerSecond });
  const upstreamEach = (ratePerSecond - toClients) / fleet.hands.length;
  await startSending(fleet, toClients, durationSeconds);
  await fleet.tell('publish', ({ count }) => ({
    rate: upstreamEach,
    seconds: durationSeconds,
    bytes: PAYLOAD_BYTES,
    senders: count,
    kind: KIND,
  }));
}

/** In each window a push to everyone and one to some. Answers what the windows showed, and how many messages were pushed. */
async function pushMeanwhile(bench: Bench): Promise<{ windows: Window[]; pushed: number }> {
  const { fleet, findings, pushes, options } = bench;
  const seconds = options.durationSeconds;
  const count = Math.min(WINDOWS, Math.floor(seconds / LEAST_WINDOW_SECONDS));
  const some = Array.from({ length: Math.min(TARGETS, fleet.clients) }, (_, index) => fleet.clientId(index));
  const startedAtMs = performance.now();
  const windows: Window[] = [];
  let pushed = 0;
  let last = await fleet.stats();
  for (let window = 1; window <= count; window++) {
    const endMs = startedAtMs + (seconds * 1000 * window) / count;
    const all = await pushes.conclude(await pushes.beginToEveryone(PAYLOAD_BYTES));
    findings.same('a push to everyone, by its report', all.totals.delivered, fleet.clients);
    const few = await pushes.conclude(await pushes.beginToClients(some, PAYLOAD_BYTES));
    findings.same('a targeted push, by its report', few.totals.delivered, some.length);
    pushed += fleet.clients + some.length;
    await sleep(Math.max(0, endMs - performance.now()));
    const stats = await fleet.stats();
    windows.push(windowOf(bench, last, stats, (performance.now() - startedAtMs) / 3_600_000));
    last = stats;
  }
  return { windows, pushed };
}

/** Each message upstream that was acknowledged meanwhile becomes a row, where the tables can be looked into. */
async function withRows<Value>(bench: Bench, work: () => Promise<Value>): Promise<Value> {
  const { fleet, target } = bench;
  if (target.databaseUrl === null) return work();
  const rows = await Rows.open(target.databaseUrl);
  try {
    const { id: before } = await rows.newest();
    const value = await work();
    const { publishAnswers } = await fleet.counts();
    const accepted = publishAnswers[PublishStatus.PUBLISH_STATUS_ACCEPTED] ?? 0;
    await new RowWatch(rows, KIND, before).until(accepted, STORED_DEADLINE_MS);
    await compareRows(bench, rows, before);
    return value;
  } finally {
    await rows.close();
  }
}

function windowOf({ target, say }: Bench, before: ClientStats, now: ClientStats, hours: number): Window {
  const latency = since(before.histograms.send, now.histograms.send);
  const userBytes = target.pushServers.reduce(
    (sum, { pid }) => sum + (pid === null ? NaN : proportionalBytesOf(pid)),
    0,
  );
  const window = { hours, userBytes, p50Ms: percentile(latency, 50), p99Ms: percentile(latency, 99) };
  say(
    `  p50 ${window.p50Ms.toFixed(1)} ms, p99 ${window.p99Ms.toFixed(1)} ms, push-servers ${(userBytes / 1e6).toFixed(0)} MB`,
  );
  return window;
}
