import { Latencies } from '../lib/latencies.ts';
import type { Drop } from './traffic-client.ts';

export interface Outage {
  /** That lost their connection. */
  readonly clients: number;
  /** How many of them came back, and how long after the fault. */
  readonly back: number;
  readonly p50Ms: number;
  readonly maxMs: number;
}

/** How the clients that lost their connection since a fault came back; the time is in milliseconds since 1970. */
export function outageOf(drops: readonly Drop[], faultAtMs: number): Outage {
  const affected = drops.filter(({ lostAtMs }) => lostAtMs >= faultAtMs);
  const times = new Latencies();
  for (const { backAtMs } of affected) if (backAtMs !== null) times.add(backAtMs - faultAtMs);
  return {
    clients: affected.length,
    back: times.count,
    p50Ms: times.percentile(50),
    maxMs: times.percentile(100),
  };
}
