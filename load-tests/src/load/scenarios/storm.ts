import { CpuMeter } from '../sampling/processes.ts';
import type { Scenario } from '../scenario.ts';
import { checkDrift, resetCounts } from './checks.ts';
import { signIn } from './logins.ts';

const GOAL = { atLeast: 8000 };
/** Who has lost the connection comes back at a random time, so that they come at about the rate of the goal. */
const LEAST_SPREAD_MS = 1000;

export const storm: Scenario = {
  name: 'storm',
  what: 'full logins as fast as they go; then every connection is cut at once and comes back',
  defaults: { connections: 38_000, nodes: 2, ratePerSecond: 1, durationSeconds: 1 },
  services: ['admin'],
  run: async (bench) => {
    const { fleet, findings, target } = bench;
    await bench.phase('signing in', () => signIn(bench, fleet, { goal: GOAL }));
    await checkDrift(bench, fleet.clients);
    await resetCounts(fleet);
    await bench.phase('cut, and coming back', async () => {
      const spreadMs = Math.max(LEAST_SPREAD_MS, Math.round((fleet.clients / GOAL.atLeast) * 1000));
      await fleet.tell('reconnect', (_, index) => ({
        addresses: target.pushServers[index % target.pushServers.length]!.tcp,
        minMs: 0,
        maxMs: spreadMs,
      }));
      const meter = new CpuMeter(target, fleet);
      const startedAtMs = performance.now();
      await fleet.tell('cut');
      const stats = await fleet.untilBack();
      const seconds = (performance.now() - startedAtMs) / 1000;
      findings.same('clients that came back', stats.connected, fleet.clients);
      findings.figure('until all are back after a cut', seconds, 's');
      findings.figure('logins after a cut', fleet.clients / seconds, '/s', GOAL);
      findings.figure(
        'CPU per login after a cut, whole machine',
        (meter.machineSeconds() / fleet.clients) * 1e6,
        'us',
      );
      findings.latency('login after a cut', stats.histograms.login);
    });
    await checkDrift(bench, fleet.clients);
  },
};
