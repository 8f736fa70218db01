import { until } from '../lib/until.ts';
import { outageOf, type Outage } from '../traffic/outage.ts';
import type { Lab } from './lab.ts';
import type { Findings } from './scenario.ts';

/** Within this long everyone is back, whatever broke. */
export const BACK_LIMIT_MS = 60_000;

/**
 * Waits until every client that lost its connection since a fault is back, and checks that some did and all are. The time is in
 * milliseconds since 1970.
 */
export async function allBack(lab: Lab, findings: Findings, faultAtMs: number): Promise<Outage> {
  const { drops } = await until(
    () => lab.fleet.status(),
    (status) => status.connected === lab.fleet.clientIds.length && Date.now() - faultAtMs > 1000,
    BACK_LIMIT_MS,
  );
  const outage = outageOf(drops, faultAtMs);
  const { clients, back } = outage;
  findings.check(clients > 0, 'no client lost its connection: the fault did nothing');
  findings.check(back === clients, `${clients - back} of ${clients} clients did not come back`);
  return outage;
}
