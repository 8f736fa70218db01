import { CpuMeter } from '../sampling/processes.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { checkDrift, checkOpenFiles } from './checks.ts';
import { measureMemory } from './memory.ts';

const CYCLES_PER_CLIENT = 50;
/** Done before memory is looked at: caches and pools have their size then. */
const WARM_UP_CYCLES_PER_CLIENT = 5;
const AT_ONCE = 100;
const SLOWEST_PER_SECOND = 200;
const PATIENCE_MS = 60_000;

export const churn: Scenario = {
  name: 'churn',
  what: `each client connects, signs in and leaves, ${CYCLES_PER_CLIENT} times; all is back where it began`,
  defaults: { connections: 2000, nodes: 1, ratePerSecond: 1, durationSeconds: 1 },
  services: ['admin'],
  run: async (bench) => {
    const { fleet, findings, target } = bench;
    await bench.phase('warming up', () => cycle(bench, fleet.clients * WARM_UP_CYCLES_PER_CLIENT));
    await checkDrift(bench, 0);
    const before = await bench.phase('collecting garbage', () => measureMemory(bench));
    const cycles = fleet.clients * CYCLES_PER_CLIENT;
    await bench.phase(`${cycles} cycles`, async () => {
      const meter = new CpuMeter(target, fleet);
      const startedAtMs = performance.now();
      await cycle(bench, cycles);
      const seconds = (performance.now() - startedAtMs) / 1000;
      findings.figure('cycles of connecting, signing in, leaving', cycles / seconds, '/s');
      findings.figure('CPU per cycle, push-servers', (meter.seconds('push-servers') / cycles) * 1e6, 'us');
    });
    await checkDrift(bench, 0);
    const after = await bench.phase('collecting garbage', () => measureMemory(bench));
    const growth = (after.heapBytes - before.heapBytes) / 1e6;
    findings.figure('growth of the heap over all cycles', growth, 'MB', { atMost: 5 });
    const ofProcess = (after.userBytes - before.userBytes) / 1e6;
    findings.figure('growth of user memory over all cycles', ofProcess, 'MB');
    checkOpenFiles(bench, before, after);
  },
};

async function cycle({ fleet, findings }: Bench, cycles: number): Promise<void> {
  await fleet.tell('reset');
  const { hands } = fleet;
  const concurrency = Math.max(1, Math.ceil(AT_ONCE / hands.length));
  const shares = hands.map(({ count }) => Math.round((cycles * count) / fleet.clients));
  await fleet.tell('churn', (_, index) => ({ cycles: shares[index]!, concurrency }));
  const expected = shares.reduce((sum, share) => sum + share, 0);
  const { logins, loginFailures } = await fleet.until(
    (stats) => stats.logins + stats.loginFailures >= expected && stats.connected + stats.connecting === 0,
    PATIENCE_MS + (cycles / SLOWEST_PER_SECOND) * 1000,
    (stats) => `${stats.logins} of ${expected} cycles`,
  );
  findings.same('cycles', logins, expected);
  findings.same('logins that failed', loginFailures, 0);
}
