import { median } from '../../lib/median.ts';
import { BareServer } from '../bare.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { IN_A_ROW, PAYLOAD_BYTES, pushSingly, WARM_UP } from './broadcast.ts';
import { withoutHeartbeats } from './idle.ts';
import { signIn } from './logins.ts';

/** The servers take turns, so that a busy moment of the machine does not hit one of them alone. */
const TURNS = 3;
const ROUNDS = 4;

export const floor: Scenario = {
  name: 'floor',
  what: 'a bare C server and a bare net server doing the same write to as many clients, for the ratios',
  hasBareServers: true,
  defaults: { connections: 19_000, nodes: 1, ratePerSecond: 1, durationSeconds: 1 },
  services: ['route'],
  run: async (bench) => {
    await bench.phase('signing in', () => signIn(bench, bench.fleet));
    await measureFloor(bench, TURNS);
  },
};

/** Broadcasts of the push-servers beside those of the bare servers, turn by turn. Answers the microseconds of CPU per recipient of the former. */
export async function measureFloor(bench: Bench, turns: number): Promise<number> {
  const { findings, fleet } = bench;
  const c = await bench.phase('clients of a C server', () => BareServer.start('c', PAYLOAD_BYTES, bench));
  try {
    const net = await bench.phase('clients of a net server', () =>
      BareServer.start('net', PAYLOAD_BYTES, bench),
    );
    try {
      await bench.phase('warming up', () => pushSingly(bench, fleet, WARM_UP));
      const found = { own: [] as number[], c: [] as number[], net: [] as number[], joined: [] as number[] };
      const turn = async () => {
        found.own.push((await pushSingly(bench, fleet, ROUNDS)).microseconds);
        found.c.push(await c.write(ROUNDS));
        found.net.push(await net.write(ROUNDS));
        found.joined.push(await c.write(1, IN_A_ROW));
      };
      await withoutHeartbeats(bench, fleet, async () => {
        for (let number = 1; number <= turns; number++) await bench.phase(`turn ${number} of ${turns}`, turn);
      });
      const own = median(found.own);
      const bare = median(found.c);
      const node = median(found.net);
      findings.figure('CPU per accepted connection, bare C server', c.cpuPerAccept, 'us');
      findings.figure('CPU per accepted connection, bare net server', net.cpuPerAccept, 'us');
      findings.figure('CPU per recipient, bare C server', bare, 'us');
      findings.figure('CPU per recipient, bare net server', node, 'us');
      findings.figure('CPU per recipient, push-server', own, 'us');
      findings.figure('bare net server against bare C server', node / bare, 'times');
      findings.figure('push-server against bare net server', own / node, 'times');
      findings.figure('push-server against bare C server', own / bare, 'times', { atMost: 1.25 });
      findings.figure(
        `bare C server, ${IN_A_ROW} messages a write against one`,
        bare / median(found.joined),
        'times',
      );
      return own;
    } finally {
      await net.stop();
    }
  } finally {
    await c.stop();
  }
}
