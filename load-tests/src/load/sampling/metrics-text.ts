/** Sum of a metric over all its labels in Prometheus's text format; NaN where there is none of that name. */
export function metricSum(text: string, name: string): number {
  let sum = NaN;
  for (const line of text.split('\n')) {
    if (!line.startsWith(name)) continue;
    const after = line[name.length];
    if (after !== '{' && after !== ' ') continue;
    sum = (Number.isNaN(sum) ? 0 : sum) + Number(line.slice(line.lastIndexOf(' ') + 1));
  }
  return sum;
}

/** A histogram in Prometheus's text format, over all its other labels: how many there are up to each bound, by bound. */
export function histogramOf(text: string, name: string): Map<number, number> {
  const upTo = new Map<number, number>();
  for (const line of text.split('\n')) {
    if (!line.startsWith(`${name}_bucket{`)) continue;
    const bound = /[{,]le="([^"]+)"/.exec(line)?.[1];
    if (bound === undefined) continue;
    const upper = bound === '+Inf' ? Infinity : Number(bound);
    upTo.set(upper, (upTo.get(upper) ?? 0) + Number(line.slice(line.lastIndexOf(' ') + 1)));
  }
  return new Map([...upTo].sort(([a], [b]) => a - b));
}

/** The upper bound of the highest bucket that has grown since; 0: none has. */
export function longestSince(before: ReadonlyMap<number, number>, now: ReadonlyMap<number, number>): number {
  let longest = 0;
  let newBelow = 0;
  for (const [upper, count] of now) {
    const newUpToHere = count - (before.get(upper) ?? 0);
    if (newUpToHere > newBelow) longest = upper;
    newBelow = newUpToHere;
  }
  return longest;
}
