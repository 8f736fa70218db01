import { CpuMeter } from '../sampling/processes.ts';
import type { Fleet } from '../clients/fleet.ts';
import type { Goal } from '../findings.ts';
import type { Bench } from '../scenario.ts';
import { resetCounts } from './checks.ts';

/** Of each process of clients. */
const WARM_UP_LOGINS = 500;
const WARM_UP_DEADLINE_MS = 60_000;

/** Some logins before memory is looked at: code that is compiled and pools that are filled once are no part of a connection. */
export async function warmUp({ findings }: Bench, fleet: Fleet): Promise<void> {
  const logins = WARM_UP_LOGINS * fleet.hands.length;
  await resetCounts(fleet);
  await fleet.tell('churn', { cycles: WARM_UP_LOGINS, concurrency: 10 });
  const stats = await fleet.until(
    (now) => now.logins + now.loginFailures >= logins && now.connected + now.connecting === 0,
    WARM_UP_DEADLINE_MS,
  );
  findings.same('logins to warm up', stats.logins, logins);
}

/** Signs everyone in, and reports the rate and what a login costs. Answers the CPU of the push-servers per login, and how long it took. */
export async function signIn(
  { findings, target }: Bench,
  fleet: Fleet,
  {
    ratePerSecond = 0,
    goal = null,
    processesAtOnce,
  }: { ratePerSecond?: number; goal?: Goal | null; processesAtOnce?: number } = {},
): Promise<{ microseconds: number; seconds: number }> {
  await resetCounts(fleet);
  const meter = new CpuMeter(target, fleet);
  const seconds = await fleet.connect(ratePerSecond, processesAtOnce);
  const { logins, histograms } = await fleet.stats();
  const each = (cpuSeconds: number): number => (cpuSeconds / logins) * 1e6;
  findings.figure('logins: token verified, route claimed, answered', logins / seconds, '/s', goal);
  const ofServers = each(meter.seconds('push-servers'));
  findings.figure('CPU per login, push-servers', ofServers, 'us');
  findings.figure('CPU per login, clients', each(meter.seconds('clients')), 'us');
  findings.figure('CPU per login, whole machine', each(meter.machineSeconds()), 'us');
  findings.latency('login', histograms.login);
  return { microseconds: ofServers, seconds };
}
