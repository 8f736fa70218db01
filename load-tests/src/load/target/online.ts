import { until } from '../../lib/until.ts';
import type { Target } from './target.ts';

interface Online {
  readonly byNodes: number;
  readonly byDirectory: number;
  readonly drift: number;
}

const SETTLE_DEADLINE_MS = 90_000;

/** Waits until nodes and directory agree on so many clients; answers how far the directory is from that in the end. */
export async function driftFrom(connected: number, target: Target): Promise<number> {
  const online = await until(
    () => target.call<Online>({ role: 'admin', method: 'GET', path: '/v1/online' }),
    ({ drift, byDirectory }) => drift === 0 && byDirectory === connected,
    SETTLE_DEADLINE_MS,
  );
  return Math.abs(online.byDirectory - connected);
}
