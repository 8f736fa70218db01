import { CpuMeter } from '../sampling/processes.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { checkDrift, reportRefusals, resetCounts } from './checks.ts';
import { loginsPerSecond, signIn } from './logins.ts';

const GOAL = { atLeast: 8000 };
/** Who was cut off comes back at a random time up to this: sooner than all can be let in, so that the servers set the pace. */
const COMEBACK_MS = 1000;

export const storm: Scenario = {
  name: 'storm',
  what: 'full logins as fast as they go; then every connection is cut at once and comes back',
  defaults: { connections: 38_000, nodes: 2, ratePerSecond: 1, durationSeconds: 1 },
  services: ['admin'],
  run: async (bench) => {
    const { fleet } = bench;
    await bench.phase('signing in', () => signIn(bench, fleet, { goal: GOAL }));
    await checkDrift(bench, fleet.clients);
    await resetCounts(fleet);
    await bench.phase('cut, and coming back', () => cutAll(bench));
    await checkDrift(bench, fleet.clients);
  },
};

async function cutAll(bench: Bench): Promise<void> {
  const { fleet, findings, target } = bench;
  await fleet.tell('reconnect', { minMs: 0, maxMs: COMEBACK_MS });
  const meter = new CpuMeter(target, fleet);
  const cutAtUs = Number(process.hrtime.bigint() / 1000n);
  await fleet.tell('cut');
  const stats = await fleet.untilBack();
  const what = 'login after a cut';
  findings.same('clients that came back', stats.connected, fleet.clients);
  findings.figure('until all are back after a cut', (stats.lastLoginUs - cutAtUs) / 1e6, 's');
  findings.figure('logins after a cut, from the first to the last', loginsPerSecond(stats), '/s', GOAL);
  findings.figure(`CPU per ${what}, whole machine`, (meter.machineSeconds() / stats.logins) * 1e6, 'us');
  findings.figure(`tries per ${what}`, stats.reconnects / stats.logins, '');
  reportRefusals(bench, what, stats);
  findings.latency(what, stats.histograms.login);
}
