import { isReached, type Figure } from '../findings.ts';
import type { Scenario } from '../scenario.ts';
import { IN_A_ROW, pushInARow, reportBroadcasts } from './broadcast.ts';
import { measureFloor } from './floor.ts';
import { signIn, warmUp } from './logins.ts';
import { held, reportEmpty, reportPerConnection } from './memory.ts';

/** What a push-server may spend on a login, so that a machine of two cores comes to the goal of logins. */
const CPU_PER_LOGIN = { atMost: 120 };
const GENEROUS = 2;

export const guard: Scenario = {
  name: 'guard',
  what: 'a short look at the ratios and costs that do not depend on the machine; fails at twice a goal',
  defaults: { connections: 8000, nodes: 1, ratePerSecond: 1, durationSeconds: 1 },
  services: ['route'],
  run: async (bench) => {
    const { fleet, findings, target } = bench;
    reportEmpty(bench, await held(target));
    await bench.phase('warming up', () => warmUp(bench, fleet));
    const empty = await held(target);
    const { microseconds } = await bench.phase('signing in', () => signIn(bench, fleet));
    findings.figure('CPU of the push-server per login', microseconds, 'us', CPU_PER_LOGIN);
    reportPerConnection(bench, empty, await held(target), fleet.clients);
    await measureFloor(bench, 1);
    const joined = await bench.phase('in a row', () => pushInARow(bench, fleet));
    reportBroadcasts(bench, `${IN_A_ROW} broadcasts in a row`, joined);
    for (const figure of findings.missed.filter(isFarOff))
      findings.check(
        false,
        `${figure.figure}: ${figure.value.toFixed(2)} ${figure.unit}, more than ${GENEROUS} times its goal`,
      );
  },
};

function isFarOff({ goal, ...figure }: Figure): boolean {
  const atMost = goal?.atMost;
  return atMost !== undefined && !isReached({ ...figure, goal: { atMost: atMost * GENEROUS } });
}
