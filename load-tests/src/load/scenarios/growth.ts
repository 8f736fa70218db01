import { median } from '../../lib/median.ts';
import type { Findings } from '../findings.ts';

/** One stretch of a long run. */
export interface Window {
  /** Since the run began, at its end. */
  readonly hours: number;
  /** Of all push-servers. */
  readonly userBytes: number;
  /** From client to client. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface LongRun {
  readonly connections: number;
  readonly nodes: number;
  readonly hours: number;
  /** By which the heaps of all push-servers together have grown. */
  readonly heapBytes: number;
  readonly windows: readonly Window[];
}

/** What is no leak over a whole run: a node has caches and pools that find their size. */
const MAY_GROW_BYTES_PER_CONNECTION = 100;
const MAY_GROW_BYTES_PER_NODE = 20e6;

/** Whether memory or latency grows as the run goes on. */
export function reportGrowth(
  findings: Findings,
  { connections, nodes, hours, heapBytes, windows }: LongRun,
): void {
  const mayGrow = (MAY_GROW_BYTES_PER_CONNECTION * connections + MAY_GROW_BYTES_PER_NODE * nodes) / 1e6;
  findings.figure('growth of the heap over the run', heapBytes / 1e6, 'MB', { atMost: mayGrow });
  // The first have what is still finding its size.
  const settled = windows.slice(Math.floor(windows.length / 6));
  const slope = (of: (window: Window) => number): number =>
    slopeOf(settled.map((one) => [one.hours, of(one)]));
  const ofMemory = slope(({ userBytes }) => userBytes / 1e6);
  const ofMedian = slope(({ p50Ms }) => p50Ms);
  const ofP99 = slope(({ p99Ms }) => p99Ms);
  findings.figure('slope of user memory', ofMemory, 'MB/h', { atMost: mayGrow / hours });
  findings.figure('slope of the median latency, client to client', ofMedian, 'ms/h');
  findings.figure('slope of p99, client to client', ofP99, 'ms/h');
  const quarter = Math.ceil(settled.length / 4);
  const p99 = (some: readonly Window[]): number => median(some.map(({ p99Ms }) => p99Ms));
  const worse = p99(settled.slice(-quarter)) / p99(settled.slice(0, quarter));
  findings.figure('p99 of client to client, last quarter against the first', worse, 'times', { atMost: 2 });
}

/** Of the straight line that fits best (least squares). */
function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (of: (point: readonly [number, number]) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const meanX = mean(([x]) => x);
  const meanY = mean(([, y]) => y);
  return mean(([x, y]) => (x - meanX) * (y - meanY)) / mean(([x]) => (x - meanX) ** 2);
}
