import { Rows } from '../../traffic/rows.ts';
import { CpuMeter } from '../sampling/processes.ts';
import type { Fleet } from '../clients/fleet.ts';
import { inWords } from '../clients/client-stats.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { PAYLOAD_BYTES } from './broadcast.ts';
import { checkDeliveries, checkNobodyLeft, resetCounts } from './checks.ts';
import { signIn } from './logins.ts';

/** The most that one push may name. */
const MAX_TARGETS = 100_000;

export const targeted: Scenario = {
  name: 'targeted',
  what: `a push to given clients, at most ${MAX_TARGETS}, acknowledged by each, with the results in the store`,
  defaults: { connections: MAX_TARGETS, nodes: 6, ratePerSecond: 1, durationSeconds: 1 },
  services: ['route'],
  run: async (bench) => {
    await bench.phase('signing in', () => signIn(bench, bench.fleet));
    await bench.phase('pushing', () => pushToTargets(bench, bench.fleet));
  },
};

/** Pushes to as many clients as one push may name, taken evenly from all. */
export async function pushToTargets(bench: Bench, fleet: Fleet): Promise<void> {
  const { findings, target, pushes } = bench;
  const targets = Math.min(MAX_TARGETS, fleet.clients);
  const clientIds = Array.from({ length: targets }, (_, index) =>
    fleet.clientId(Math.floor((index * fleet.clients) / targets)),
  );
  await resetCounts(fleet);
  const meter = new CpuMeter(target, fleet);
  const startedAtMs = performance.now();
  const report = await pushes.conclude(await pushes.beginToClients(clientIds, PAYLOAD_BYTES));
  const seconds = (performance.now() - startedAtMs) / 1000;
  const stats = await fleet.stats();
  checkDeliveries(bench, 'targeted push', stats, targets);
  checkNobodyLeft(bench, 'targeted push', stats);
  findings.same('targeted push: acknowledged by clients', stats.acknowledged, targets);
  findings.same('targeted push: delivered by its report', report.totals.delivered, targets);
  if (target.databaseUrl !== null) {
    const outcomes = await outcomesIn(target.databaseUrl, report.pushId);
    findings.check(
      outcomes['delivered'] === targets,
      `targeted push: rows in the store: ${inWords(outcomes)}, and ${targets} delivered is right`,
    );
  }
  const goal = targets === MAX_TARGETS ? { atMost: 6 } : null;
  findings.figure(`push to ${targets} clients, acknowledged and recorded`, seconds, 's', goal);
  findings.figure('CPU per target, push-servers', (meter.seconds('push-servers') / targets) * 1e6, 'us');
  findings.figure('CPU per target, whole machine', (meter.machineSeconds() / targets) * 1e6, 'us');
  findings.latency('arrival of a targeted push', stats.histograms.deliver);
}

async function outcomesIn(databaseUrl: string, pushId: string): Promise<Record<string, number>> {
  const rows = await Rows.open(databaseUrl);
  try {
    return await rows.outcomes(pushId);
  } finally {
    await rows.close();
  }
}
