import { isReached, textOf, type Figure } from '../findings.ts';
import type { Scenario } from '../scenario.ts';
import { pushInARow, reportInARow } from './broadcast.ts';
import { measureFloor } from './floor.ts';
import { signIn, warmUp } from './logins.ts';
import { measureMemory, reportEmpty, reportPerConnection } from './memory.ts';

/** What a push-server may spend on a login, so that a machine of two cores comes to the goal of logins. */
const CPU_PER_LOGIN = { atMost: 120 };
const GENEROUS = 2;

export const guard: Scenario = {
  name: 'guard',
  what: 'a short look at ratios and costs; fails at twice a goal',
  hasBareServers: true,
  defaults: { connections: 8000, nodes: 1, ratePerSecond: 1, durationSeconds: 1 },
  services: ['route'],
  run: async (bench) => {
    const { fleet, findings } = bench;
    reportEmpty(bench, await measureMemory(bench));
    await bench.phase('warming up', () => warmUp(bench, fleet));
    const empty = await measureMemory(bench);
    const { microseconds } = await bench.phase('signing in', () => signIn(bench, fleet));
    findings.figure('CPU of the push-server per login', microseconds, 'us', CPU_PER_LOGIN);
    reportPerConnection(bench, empty, await measureMemory(bench), fleet.clients);
    const single = await measureFloor(bench, 1);
    const joined = await bench.phase('in a row', () => pushInARow(bench, fleet));
    reportInARow(bench, single, joined);
    for (const figure of findings.missed.filter(isFarOff))
      findings.check(false, `${textOf(figure).trim()}, and by a factor of more than ${GENEROUS}`);
  },
};

/** Whether a goal is missed by more than a busy machine explains. */
export function isFarOff({ goal, ...figure }: Figure): boolean {
  if (goal === null) return false;
  const { atMost = Infinity, atLeast = -Infinity } = goal;
  return !isReached({ ...figure, goal: { atMost: atMost * GENEROUS, atLeast: atLeast / GENEROUS } });
}
