/** Buckets of about 1 %: the upper bound in microseconds, and how many are in it; by bound, empty ones left out. */
export type Histogram = readonly (readonly [upperMicroseconds: number, count: number])[];

export function merge(histograms: readonly Histogram[]): Histogram {
  const counts = new Map<number, number>();
  for (const histogram of histograms)
    for (const [upper, count] of histogram) counts.set(upper, (counts.get(upper) ?? 0) + count);
  return [...counts].sort(([a], [b]) => a - b);
}

export function countOf(histogram: Histogram): number {
  return histogram.reduce((sum, [, count]) => sum + count, 0);
}

/** Nearest rank, in milliseconds; NaN when there is none. */
export function percentile(histogram: Histogram, percent: number): number {
  const rank = Math.ceil((percent / 100) * countOf(histogram));
  let seen = 0;
  for (const [upper, count] of histogram) {
    seen += count;
    if (seen >= rank) return upper / 1000;
  }
  return NaN;
}

/** What came to a histogram since an earlier look at it. */
export function since(earlier: Histogram, now: Histogram): Histogram {
  const before = new Map(earlier);
  return now
    .map(([upper, count]) => [upper, count - (before.get(upper) ?? 0)] as const)
    .filter(([, count]) => count > 0);
}
