import { inWords, totalOf, type ClientStats } from '../clients/client-stats.ts';
import type { Fleet } from '../clients/fleet.ts';
import type { Bench } from '../scenario.ts';
import { driftFrom } from '../target/online.ts';
import type { Held } from './memory.ts';

/** Of each push-server. */
const SPARE_FILES = 24;

/** Nothing came twice, nothing was skipped, and as much came as should have. */
export function checkDeliveries(
  { findings }: Bench,
  what: string,
  stats: ClientStats,
  expected: number,
): void {
  findings.same(`${what}: delivered`, stats.delivered, expected);
  findings.same(`${what}: delivered twice`, stats.duplicates, 0);
  findings.same(`${what}: skipped`, stats.gaps, 0);
}

/** Everyone is there still, and nobody has lost the connection since the last reset. */
export function checkNobodyLeft(
  { findings }: Bench,
  what: string,
  { connected, clients, closed }: ClientStats,
): void {
  findings.same(`${what}: connected`, connected, clients);
  findings.check(totalOf(closed) === 0, `${what}: connections were closed: ${inWords(closed)}`);
}

/** Directory and nodes agree on how many are online. */
export async function checkDrift({ findings, target }: Bench, connected: number): Promise<void> {
  const drift = await driftFrom(connected, target);
  findings.figure('online count in the directory against live connections, drift', drift, '', { atMost: 0 });
  findings.same('drift of the online count', drift, 0);
}

/** Every file of a client is closed again; pools of connections to backends and nodes may have grown. */
export function checkOpenFiles({ findings, target }: Bench, before: Held, after: Held): void {
  if (Number.isNaN(after.openFiles)) return;
  const most = before.openFiles + SPARE_FILES * target.pushServers.length;
  findings.check(
    after.openFiles <= most,
    `files open after all have left: ${after.openFiles}, at most ${most} is right`,
  );
}

/** From here on clients count anew. */
export async function resetCounts(fleet: Fleet): Promise<void> {
  await fleet.tell('reset');
}
