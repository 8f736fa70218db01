import { until } from '../../lib/until.ts';
import type { Target } from './target.ts';

/** What admin-platform counts. */
interface Online {
  readonly byNodes: number;
  readonly byDirectory: number;
}

const SETTLE_DEADLINE_MS = 90_000;

/** Waits until nodes and directory agree on so many clients; answers how far they are from that in the end, and how long that took. */
export async function driftFrom(
  connected: number,
  target: Target,
): Promise<{ drift: number; seconds: number }> {
  const startedAtMs = performance.now();
  const online = await until(
    () => target.call<Online>({ role: 'admin', method: 'GET', path: '/v1/online' }),
    (seen) => driftOf(seen, connected) === 0,
    SETTLE_DEADLINE_MS,
  );
  return { drift: driftOf(online, connected), seconds: (performance.now() - startedAtMs) / 1000 };
}

/** How far the count of the nodes or that of the directory, whichever is further, is from the connections that there are. */
export function driftOf({ byNodes, byDirectory }: Online, connected: number): number {
  return Math.max(Math.abs(byNodes - connected), Math.abs(byDirectory - connected));
}
