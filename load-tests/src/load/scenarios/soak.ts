import { setTimeout as sleep } from 'node:timers/promises';
import { proportionalBytesOf } from '../../lib/proc.ts';
import type { ClientStats } from '../clients/client-stats.ts';
import { percentile, since } from '../clients/histogram.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { PAYLOAD_BYTES } from './broadcast.ts';
import { checkDrift, checkNobodyLeft, checkPublishes, checkSends, resetCounts } from './checks.ts';
import { HEARTBEAT_SECONDS } from './idle.ts';
import { signIn } from './logins.ts';
import { held } from './memory.ts';
import { startSending } from './p2p.ts';
import { KIND } from './upstream.ts';

/** One look at the slopes. */
interface Window {
  readonly hours: number;
  readonly userBytes: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const WINDOWS = 60;
const LEAST_WINDOW_SECONDS = 5;
const TARGETS = 1000;
/** Of the messages that clients send; the others go upstream. */
const SHARE_TO_CLIENTS = 2 / 3;
const ANSWER_DEADLINE_MS = 60_000;

export const soak: Scenario = {
  name: 'soak',
  what: 'mixed load for an hour: client to client, upstream, broadcasts, targeted pushes; slopes of memory and latency',
  defaults: { connections: 20_000, nodes: 2, ratePerSecond: 10_000, durationSeconds: 3600 },
  services: ['route', 'consumer', 'admin'],
  run: async (bench) => {
    const { fleet, findings, target } = bench;
    await bench.phase('signing in', () => signIn(bench, fleet));
    const before = await bench.phase('collecting garbage', () => held(target));
    const windows = await bench.phase('mixed load', () => mixedLoad(bench));
    const after = await bench.phase('collecting garbage', () => held(target));
    // The first windows have caches and pools that are still growing.
    const settled = windows.slice(Math.floor(windows.length / 6));
    const slope = (of: (window: Window) => number): number =>
      slopeOf(settled.map((one) => [one.hours, of(one)]));
    const growth = (after.heapBytes - before.heapBytes) / 1e6;
    findings.figure('growth of the heap over the run', growth, 'MB');
    findings.figure(
      'slope of user memory',
      slope(({ userBytes }) => userBytes / 1e6),
      'MB/h',
    );
    findings.figure(
      'slope of the median latency, client to client',
      slope(({ p50Ms }) => p50Ms),
      'ms/h',
    );
    findings.figure(
      'slope of p99, client to client',
      slope(({ p99Ms }) => p99Ms),
      'ms/h',
    );
    await checkDrift(bench, fleet.clients);
  },
};

async function mixedLoad(bench: Bench): Promise<Window[]> {
  const { fleet, findings, options, pushes } = bench;
  const seconds = options.durationSeconds;
  const windowSeconds = Math.max(LEAST_WINDOW_SECONDS, seconds / WINDOWS);
  const toClients = Math.round(options.ratePerSecond * SHARE_TO_CLIENTS);
  const upstreamEach = Math.max(1, Math.round((options.ratePerSecond - toClients) / fleet.hands.length));
  const clientIds = Array.from({ length: Math.min(TARGETS, fleet.clients) }, (_, index) =>
    fleet.clientId(index),
  );
  await resetCounts(fleet);
  await fleet.tell('heartbeat', { seconds: HEARTBEAT_SECONDS });
  await startSending(fleet, toClients, seconds);
  await fleet.tell('publish', ({ count }) => ({
    rate: upstreamEach,
    seconds,
    bytes: PAYLOAD_BYTES,
    senders: count,
    kind: KIND,
  }));
  const startedAtMs = performance.now();
  const windows: Window[] = [];
  let last = await fleet.stats();
  let pushed = 0;
  for (let end = windowSeconds; end <= seconds; end += windowSeconds) {
    await pushes.conclude(await pushes.beginToEveryone(PAYLOAD_BYTES));
    await pushes.conclude(await pushes.beginToClients(clientIds, PAYLOAD_BYTES));
    pushed += fleet.clients + clientIds.length;
    await sleep(Math.max(0, startedAtMs + end * 1000 - performance.now()));
    const stats = await fleet.stats();
    windows.push(windowOf(bench, last, stats, (performance.now() - startedAtMs) / 3_600_000));
    last = stats;
  }
  const stats = await fleet.until(
    ({ sendsOpen, sendsWaiting, publishesOpen, publishesWaiting }) =>
      sendsOpen + sendsWaiting + publishesOpen + publishesWaiting === 0,
    ANSWER_DEADLINE_MS,
  );
  checkSends(bench, stats, stats.delivered - pushed);
  checkPublishes(bench, stats);
  checkNobodyLeft(bench, 'mixed load', stats);
  findings.figure('messages from client to client', stats.sent / seconds, '/s');
  findings.figure('messages upstream', stats.published / seconds, '/s');
  findings.latency('client to client, due until answered', stats.histograms.send);
  findings.latency('upstream, due until acknowledged', stats.histograms.publish);
  return windows;
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

/** Of the straight line that fits best (least squares). */
function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (of: (point: readonly [number, number]) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const meanX = mean(([x]) => x);
  const meanY = mean(([, y]) => y);
  return mean(([x, y]) => (x - meanX) * (y - meanY)) / mean(([x]) => (x - meanX) ** 2);
}
