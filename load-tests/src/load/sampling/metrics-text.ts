/** Sum of a metric over all its labels in Prometheus's text format; `labels` keeps those lines only that hold this text. */
export function metricSum(text: string, name: string, labels = ''): number {
  let sum = 0;
  for (const line of text.split('\n')) {
    if (!line.startsWith(name) || !line.includes(labels)) continue;
    const after = line[name.length];
    if (after === '{' || after === ' ') sum += Number(line.slice(line.lastIndexOf(' ') + 1));
  }
  return sum;
}
