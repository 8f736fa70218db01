import { CpuMeter } from '../sampling/processes.ts';
import type { Fleet } from '../clients/fleet.ts';
import { percentile, type Histogram } from '../clients/histogram.ts';
import type { Goal } from '../findings.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { checkDeliveries, checkNobodyLeft, resetCounts } from './checks.ts';
import { withoutHeartbeats } from './idle.ts';
import { signIn } from './logins.ts';

export const PAYLOAD_BYTES = 128;
export const IN_A_ROW = 20;
/** Until then the code of a push is not compiled. */
export const WARM_UP = 1;
const SINGLES = 5;
const PATIENCE_MS = 60_000;
/** Slower than this is not coming any more. */
const FEWEST_PER_SECOND = 20_000;

export const broadcast: Scenario = {
  name: 'broadcast',
  what: `a push to everyone online, one at a time and ${IN_A_ROW} in a row`,
  defaults: { connections: 19_000, nodes: 1, ratePerSecond: 1, durationSeconds: 1 },
  services: ['route'],
  run: async (bench) => {
    const { fleet } = bench;
    await bench.phase('signing in', () => signIn(bench, fleet));
    await bench.phase('warming up', () => pushSingly(bench, fleet, WARM_UP));
    await withoutHeartbeats(bench, fleet, async () => {
      const single = await bench.phase('one at a time', () => pushSingly(bench, fleet));
      reportBroadcasts(bench, 'a broadcast', single);
      const joined = await bench.phase('in a row', () => pushInARow(bench, fleet));
      reportInARow(bench, single.microseconds, joined);
    });
  },
};

/** What broadcasts took. */
export interface Broadcasts {
  /** CPU of the push-servers per recipient and message. */
  readonly microseconds: number;
  readonly arrivals: Histogram;
}

/** Pushes to everyone, one push after the other has arrived. */
export async function pushSingly(bench: Bench, fleet: Fleet, pushes = SINGLES): Promise<Broadcasts> {
  return measure(bench, fleet, 'a broadcast', pushes, async () => {
    for (let push = 1; push <= pushes; push++) {
      const pushId = await bench.pushes.beginToEveryone(PAYLOAD_BYTES);
      await arrived(fleet, push * fleet.clients);
      await bench.pushes.conclude(pushId);
    }
  });
}

/** Pushes to everyone, again and again without waiting. */
export async function pushInARow(bench: Bench, fleet: Fleet, pushes = IN_A_ROW): Promise<Broadcasts> {
  return measure(bench, fleet, 'broadcasts in a row', pushes, async () => {
    const pushIds: string[] = [];
    for (let push = 0; push < pushes; push++) pushIds.push(await bench.pushes.beginToEveryone(PAYLOAD_BYTES));
    await arrived(fleet, pushes * fleet.clients);
    for (const pushId of pushIds) await bench.pushes.conclude(pushId);
  });
}

export function reportBroadcasts(
  { findings }: Bench,
  what: string,
  { microseconds, arrivals }: Broadcasts,
  goalSeconds: Goal | null = null,
): void {
  findings.figure(`CPU per recipient of ${what}, push-servers`, microseconds, 'us');
  findings.figure(`last client has ${what}`, percentile(arrivals, 100) / 1000, 's', goalSeconds);
  findings.latency(`${what}, call of the API until arrival`, arrivals);
}

/** Beside the microseconds of CPU per recipient of one at a time. */
export function reportInARow(bench: Bench, single: number, joined: Broadcasts): void {
  reportBroadcasts(bench, `${IN_A_ROW} broadcasts in a row`, joined);
  const ratio = single / joined.microseconds;
  bench.findings.figure('messages per CPU second in a row, against one at a time', ratio, 'times', {
    atLeast: 10,
  });
}

async function measure(
  bench: Bench,
  fleet: Fleet,
  what: string,
  pushes: number,
  push: () => Promise<void>,
): Promise<Broadcasts> {
  const { findings, target } = bench;
  await resetCounts(fleet);
  const meter = new CpuMeter(target, fleet);
  await push();
  const microseconds = (meter.seconds('push-servers') / pushes / fleet.clients) * 1e6;
  const stats = await fleet.stats();
  checkDeliveries(bench, what, stats, pushes * fleet.clients);
  checkNobodyLeft(bench, what, stats);
  const behind = stats.lastBroadcast.min;
  findings.same(`${what}: the last one, for who is furthest behind`, behind, bench.pushes.lastToEveryone);
  return { microseconds, arrivals: stats.histograms.deliver };
}

async function arrived(fleet: Fleet, count: number): Promise<void> {
  await fleet.until(
    ({ delivered }) => delivered >= count,
    PATIENCE_MS + (count / FEWEST_PER_SECOND) * 1000,
    ({ delivered }) => `${delivered} of ${count} arrived`,
  );
}
