/**
 * How many messages an application was handed after a later one of the same sender to the same recipient. Names are
 * `from m<number> to`, in the order in which they came.
 */
export function reorderedOf(received: readonly string[]): number {
  const latest = new Map<string, number>();
  let reordered = 0;
  for (const name of received) {
    const [from = '', id = '', to = ''] = name.split(' ');
    const number = Number(id.slice(1));
    const pair = `${from} ${to}`;
    const last = latest.get(pair) ?? 0;
    if (number < last) reordered++;
    else latest.set(pair, number);
  }
  return reordered;
}
