/** Probability that a number of the normal distribution is above `deviations`. Abramowitz and Stegun, 26.2.17: wrong by less than 7.5e-8. */
export function tailOf(deviations: number): number {
  if (deviations < 0) return 1 - tailOf(-deviations);
  const t = 1 / (1 + 0.2316419 * deviations);
  const polynomial =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp(-(deviations ** 2) / 2) / Math.sqrt(2 * Math.PI)) * polynomial;
}

/** The share (1: just its due) that so many nodes are expected to be above, where the share of each has such a deviation. */
export function shareExceededBy(count: number, deviations: readonly number[]): number {
  let [low, high] = [1, 1 + 10 * Math.max(...deviations)];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    const above = deviations.reduce((sum, deviation) => sum + tailOf((middle - 1) / deviation), 0);
    if (above > count) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * The largest part by which nodes can differ from their due shares beside what chance does, as a standard deviation, given the chi-squared of a sample: with 97.5 %
 * confidence. Were it larger, chi-squared would be too.
 */
export function largestBias(chiSquaredPerDegree: number, nodes: number, clientsPerNode: number): number {
  const twoDeviations = 2 * Math.sqrt(2 / nodes);
  return Math.sqrt(Math.max(0, chiSquaredPerDegree + twoDeviations - 1) / clientsPerNode);
}
