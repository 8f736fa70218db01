import { Placement } from '../src/placement/index.ts';

/** `npx node --conditions=longwire-source packages/cluster/test/placement-bench.ts`: what a choice of a node costs. Prints; judges nothing but the target. */
const CHOICES = 500_000;
const weights = [0.5, 1, 1, 1, 2, 4, 1.5];

/** Microseconds of one choice of three nodes, when every node says how many connections it has. */
function microsecondsPerChoice(nodes: number): number {
  const placement = new Placement(
    Array.from({ length: nodes }, (_, index) => ({
      nodeId: `push-server-${index}`,
      weight: weights[index % weights.length]!,
    })),
  );
  const connections = new Map(
    Array.from({ length: nodes }, (_, index) => [`push-server-${index}`, 20_000 + (index % 5) * 500]),
  );
  const ids = Array.from({ length: 10_000 }, (_, index) => `device-${index}`);
  const run = (choices: number): number => {
    let chosen = 0;
    for (let index = 0; index < choices; index++)
      chosen += placement.choose(ids[index % ids.length]!, 3, connections).length;
    return chosen;
  };
  run(CHOICES / 5);
  const startedAtMs = performance.now();
  run(CHOICES);
  return ((performance.now() - startedAtMs) * 1000) / CHOICES;
}

for (const nodes of [3, 10, 50, 200]) {
  const us = microsecondsPerChoice(nodes);
  const goal = nodes === 50 ? `  (at most 5)  ${us <= 5 ? 'reached' : 'MISSED'}` : '';
  console.log(
    `a choice of three among ${`${nodes} nodes`.padEnd(34)}${us.toFixed(2).padStart(10)} us${goal}`,
  );
}
