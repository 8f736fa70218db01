import { inWords, totalOf, type ClientStats } from '../clients/client-stats.ts';
import type { Fleet } from '../clients/fleet.ts';
import type { Bench } from '../scenario.ts';
import { driftFrom } from '../target/online.ts';

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

/** From here on clients count anew. */
export async function resetCounts(fleet: Fleet): Promise<void> {
  await fleet.tell('reset');
}
