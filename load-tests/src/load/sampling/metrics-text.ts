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
