import { setTimeout as sleep } from 'node:timers/promises';
import { PublishStatus } from '@longwire/protocol';
import { median } from '../../lib/median.ts';
import { Rows, type ClientRows } from '../../traffic/rows.ts';
import type { ClientStats } from '../clients/client-stats.ts';
import type { Fleet } from '../clients/fleet.ts';
import { CpuMeter } from '../sampling/processes.ts';
import type { Bench, Scenario } from '../scenario.ts';
import type { ProcessGroup } from '../target/target.ts';
import { PAYLOAD_BYTES } from './broadcast.ts';
import { checkNobodyLeft, checkPublishes, resetCounts } from './checks.ts';
import { signIn } from './logins.ts';
import { RowWatch } from './row-watch.ts';

export const KIND = 'load.reading';
/** Of all clients so many publish; the others have their connections and heartbeats. */
const SENDERS = 4000;
const ANSWER_DEADLINE_MS = 60_000;
const STORED_DEADLINE_MS = 300_000;

export const upstream: Scenario = {
  name: 'upstream',
  what: `what ${SENDERS} clients publish at a rate, over Kafka to rows in MySQL: acknowledged, stored, lost, delay`,
  // More than the goal: what is acknowledged is counted over the whole time, the wait for the last answer included.
  defaults: { connections: 38_000, nodes: 2, ratePerSecond: 32_000, durationSeconds: 20 },
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
  const { fleet, findings, target } = bench;
  const { id: newestBefore } = await rows.newest();
  const watch = new RowWatch(rows, KIND, newestBefore);
  await resetCounts(fleet);
  const meter = new CpuMeter(target, fleet);
  const startedAtMs = performance.now();
  const stats = await bench.phase('publishing', () => publish(bench));
  const answeredSeconds = (performance.now() - startedAtMs) / 1000;
  const cpu = (group: ProcessGroup): number => (meter.seconds(group) / stats.published) * 1e6;
  const publishing = { pushServers: cpu('push-servers'), clients: cpu('clients') };
  const accepted = checkPublishes(bench, stats);
  checkNobodyLeft(bench, 'upstream', stats);
  const { count: inStore, atMs } = await bench.phase('until all rows are there', () =>
    watch.until(accepted, STORED_DEADLINE_MS),
  );
  const storedSeconds = (atMs - startedAtMs) / 1000;
  const machine = (meter.machineSeconds() / stats.published) * 1e6;
  const storing = { consumer: cpu('other services'), backends: cpu('backends'), machine };
  const missing = await bench.phase('comparing rows', () => compareRows(bench, rows, newestBefore));
  // What was to be sent again later because nobody knew in time may be there, too.
  const most = stats.published - (stats.publishAnswers[PublishStatus.PUBLISH_STATUS_REJECTED] ?? 0);
  findings.check(
    inStore >= accepted && inStore <= most,
    `upstream: ${inStore} rows in the store, and ${accepted} to ${most} are right`,
  );
  findings.figure('messages upstream, acknowledged after Kafka', accepted / answeredSeconds, '/s', {
    atLeast: 30_000,
  });
  findings.figure('messages upstream that are rows in MySQL', inStore / storedSeconds, '/s', {
    atLeast: 20_000,
  });
  findings.figure('acknowledged upstream and not in MySQL', missing, '', { atMost: 0 });
  findings.figure('from a push-server to a row, median', median(watch.delaysMs) / 1000, 's');
  findings.figure('from a push-server to a row, longest', Math.max(...watch.delaysMs) / 1000, 's');
  findings.figure('last row after the last answer', storedSeconds - answeredSeconds, 's');
  findings.figure('CPU per message upstream, push-servers', publishing.pushServers, 'us');
  findings.figure('CPU per message upstream, clients', publishing.clients, 'us');
  findings.figure('CPU per message upstream, consumer', storing.consumer, 'us');
  findings.figure('CPU per message upstream, Kafka and MySQL', storing.backends, 'us');
  findings.figure('CPU per message upstream, whole machine', storing.machine, 'us');
  findings.latency('upstream, due until acknowledged', stats.histograms.publish);
}

/** At the rate for the time; answers when the last has its answer. */
async function publish({ fleet, options }: Bench): Promise<ClientStats> {
  await fleet.tell('publish', ({ count }) => ({
    rate: options.ratePerSecond / fleet.hands.length,
    seconds: options.durationSeconds,
    bytes: PAYLOAD_BYTES,
    senders: Math.min(count, Math.ceil(SENDERS / fleet.hands.length)),
    kind: KIND,
  }));
  await sleep(options.durationSeconds * 1000);
  return fleet.until(
    ({ publishesOpen, publishesWaiting }) => publishesOpen + publishesWaiting === 0,
    ANSWER_DEADLINE_MS,
  );
}

/** What a client of the run has published. */
interface Published {
  readonly id: string;
  /** The number of its last message: they count from 1. */
  readonly last: number;
  readonly accepted: number;
}

/** What each client published and heard of, against its rows after that one. Answers how many were acknowledged and are not there. */
export async function compareRows(
  { fleet, findings }: Bench,
  rows: Rows,
  newestBefore: number,
): Promise<number> {
  const stored = await rows.ofClients(KIND, newestBefore);
  const { missing, twice, neverSent } = differences(await publishedBy(fleet), stored);
  findings.same('upstream: acknowledged to a client and not among its rows', missing, 0);
  findings.same('upstream: rows with what another row of the client has', twice, 0);
  findings.same('upstream: clients with rows of what they never sent', neverSent, 0);
  return missing;
}

/** Where what clients published is not what is stored of them, by their ids. */
export function differences(
  published: readonly Published[],
  stored: ReadonlyMap<string, ClientRows>,
): { missing: number; twice: number; neverSent: number } {
  const clients = new Map(published.map((one) => [one.id, one]));
  let [missing, twice, neverSent] = [0, 0, 0];
  for (const { id, accepted } of published)
    missing += Math.max(0, accepted - (stored.get(id)?.sequences ?? 0));
  for (const [id, { rows, sequences, last }] of stored) {
    twice += rows - sequences;
    if (last > (clients.get(id)?.last ?? 0)) neverSent++;
  }
  return { missing, twice, neverSent };
}

async function publishedBy(fleet: Fleet): Promise<Published[]> {
  const all = await fleet.tell<{ published: number[]; accepted: number[] }>('publishes');
  return fleet.hands.flatMap(({ first }, process) => {
    const { published, accepted } = all[process]!;
    return published.map((last, client) => ({
      id: fleet.clientId(first + client),
      last,
      accepted: accepted[client]!,
    }));
  });
}
