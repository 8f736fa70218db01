import { setTimeout as sleep } from 'node:timers/promises';
import { Rows } from '../../traffic/rows.ts';
import { until } from '../../lib/until.ts';
import { CpuMeter } from '../sampling/processes.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { checkNobodyLeft, checkPublishes, resetCounts } from './checks.ts';
import { signIn } from './logins.ts';

const PAYLOAD_BYTES = 128;
export const KIND = 'load.reading';
const ANSWER_DEADLINE_MS = 60_000;
const STORED_DEADLINE_MS = 300_000;

export const upstream: Scenario = {
  name: 'upstream',
  what: 'what clients publish at a rate, over Kafka to rows in MySQL: acknowledged, stored, lost, delay',
  // More than the goal: what is acknowledged is counted over the whole time, the wait for the last answer included.
  defaults: { connections: 4000, nodes: 2, ratePerSecond: 32_000, durationSeconds: 20 },
  services: ['consumer'],
  run: async (bench) => {
    const { fleet, target } = bench;
    if (target.databaseUrl === null) throw new Error('upstream counts rows: it needs LONGWIRE_DATABASE_URL');
    await bench.phase('signing in', () => signIn(bench, fleet));
    const rows = await Rows.open(target.databaseUrl);
    try {
      await measurePublishes(bench, rows);
    } finally {
      await rows.close();
    }
  },
};

async function measurePublishes(bench: Bench, rows: Rows): Promise<void> {
  const { fleet, findings, target, options } = bench;
  const stored = async (): Promise<number> => (await rows.count())[KIND] ?? 0;
  const storedBefore = await stored();
  await resetCounts(fleet);
  const meter = new CpuMeter(target, fleet);
  const startedAtMs = performance.now();
  const secondsSince = (): number => (performance.now() - startedAtMs) / 1000;
  const { stats, answeredSeconds } = await bench.phase('publishing', async () => {
    const rate = Math.round(options.ratePerSecond / fleet.hands.length);
    const seconds = options.durationSeconds;
    await fleet.tell('publish', ({ count }) => ({
      rate,
      seconds,
      bytes: PAYLOAD_BYTES,
      senders: count,
      kind: KIND,
    }));
    await sleep(seconds * 1000);
    const seen = await fleet.until(
      ({ publishesOpen, publishesWaiting }) => publishesOpen + publishesWaiting === 0,
      ANSWER_DEADLINE_MS,
    );
    return { stats: seen, answeredSeconds: secondsSince() };
  });
  const { published } = stats;
  const cpuOf = (seconds: number): number => (seconds / published) * 1e6;
  const publishing = { pushServers: meter.seconds('push-servers'), clients: meter.seconds('clients') };
  const accepted = checkPublishes(bench, stats);
  checkNobodyLeft(bench, 'upstream', stats);
  const inStore = await bench.phase('until all rows are there', () =>
    until(
      async () => (await stored()) - storedBefore,
      (count) => count >= accepted,
      STORED_DEADLINE_MS,
    ),
  );
  const storedSeconds = secondsSince();
  // What was refused because nobody knew in time may be there, too.
  findings.check(
    inStore >= accepted && inStore <= published,
    `upstream: ${inStore} rows in the store for ${accepted} accepted of ${published}`,
  );
  findings.figure('messages upstream, acknowledged after Kafka', accepted / answeredSeconds, '/s', {
    atLeast: 30_000,
  });
  findings.figure('messages upstream that are rows in MySQL', inStore / storedSeconds, '/s', {
    atLeast: 20_000,
  });
  findings.figure('acknowledged upstream and not in MySQL', Math.max(0, accepted - inStore), '', {
    atMost: 0,
  });
  findings.figure('last row after the last answer', storedSeconds - answeredSeconds, 's');
  findings.figure('CPU per message upstream, push-servers', cpuOf(publishing.pushServers), 'us');
  findings.figure('CPU per message upstream, clients', cpuOf(publishing.clients), 'us');
  findings.figure('CPU per message upstream, consumer', cpuOf(meter.seconds('other services')), 'us');
  findings.figure('CPU per message upstream, Kafka and MySQL', cpuOf(meter.seconds('backends')), 'us');
  findings.figure('CPU per message upstream, whole machine', cpuOf(meter.machineSeconds()), 'us');
  findings.latency('upstream, due until acknowledged', stats.histograms.publish);
}
