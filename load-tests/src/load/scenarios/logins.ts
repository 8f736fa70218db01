import { CpuMeter } from '../sampling/processes.ts';
import type { ClientStats } from '../clients/client-stats.ts';
import type { Fleet } from '../clients/fleet.ts';
import type { Goal } from '../findings.ts';
import type { Bench } from '../scenario.ts';
import { resetCounts } from './checks.ts';

/** Of each process of clients. */
const WARM_UP_LOGINS = 500;
const WARM_UP_DEADLINE_MS = 60_000;

/** Some logins before memory is looked at: code that is compiled and pools that are filled once are no part of a connection. */
export async function warmUp(bench: Bench, fleet: Fleet): Promise<void> {
  const { expected, stats } = await comeAndGo(fleet);
  bench.findings.same('logins to warm up', stats.logins + stats.loginFailures, expected);
  reportFailed(bench, 'logins to warm up', stats);
}

/** Some clients sign in and leave. Answers what came of it, and how many logins there should have been. */
export async function comeAndGo(fleet: Fleet): Promise<{ expected: number; stats: ClientStats }> {
  const expected = WARM_UP_LOGINS * fleet.hands.length;
  await resetCounts(fleet);
  await fleet.tell('churn', { cycles: WARM_UP_LOGINS, concurrency: 10 });
  const stats = await fleet.until(
    (now) => now.logins + now.loginFailures >= expected && now.connected + now.connecting === 0,
    WARM_UP_DEADLINE_MS,
  );
  return { expected, stats };
}

/**
 * Signs everyone in who is not, and reports the rate and what a login costs; `of` says whose logins these are. A login that fails is tried
 * again, and is a figure by its reason. Answers the CPU of the push-servers per login, and how long it took.
 */
export async function signIn(
  bench: Bench,
  fleet: Fleet,
  { goal = null, of = '' }: { goal?: Goal | null; of?: string } = {},
): Promise<{ microseconds: number; seconds: number }> {
  const { findings, target, heartbeatSeconds } = bench;
  await resetCounts(fleet);
  const { connected: before } = await fleet.counts();
  // From the first login on: until the last of a million has come, the first would be evicted without.
  await fleet.tell('heartbeat', { seconds: heartbeatSeconds });
  const meter = new CpuMeter(target, fleet);
  const seconds = await fleet.connect();
  const stats = await fleet.stats();
  const { logins, connected, histograms } = stats;
  const each = (cpuSeconds: number): number => (cpuSeconds / logins) * 1e6;
  findings.figure(`logins: token verified, route claimed, answered${of}`, loginsPerSecond(stats), '/s', goal);
  const ofServers = each(meter.seconds('push-servers'));
  findings.figure(`CPU per login, push-servers${of}`, ofServers, 'us');
  findings.figure(`CPU per login, clients${of}`, each(meter.seconds('clients')), 'us');
  findings.figure(`CPU per login, whole machine${of}`, each(meter.machineSeconds()), 'us');
  findings.latency(`login${of}`, histograms.login);
  reportFailed(bench, `logins${of}`, stats);
  // Who was in and came in once more had lost the connection meanwhile.
  findings.same(`logins${of}: connections lost meanwhile`, logins - (connected - before), 0);
  return { microseconds: ofServers, seconds };
}

/** While logins were answered. */
export function loginsPerSecond({
  logins,
  firstLoginUs,
  lastLoginUs,
}: Pick<ClientStats, 'logins' | 'firstLoginUs' | 'lastLoginUs'>): number {
  return (logins / (lastLoginUs - firstLoginUs)) * 1e6;
}

/** A login that failed can be tried again: no promise was broken. */
function reportFailed(
  { findings }: Bench,
  what: string,
  { closed, failures }: Pick<ClientStats, 'closed' | 'failures'>,
): void {
  for (const [reason, count] of Object.entries({ ...closed, ...failures }))
    findings.figure(`${what} that failed: ${reason}`, count, '');
}
