import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from '../src/load/clients/histogram.ts';
import { PAYLOAD_BYTES } from '../src/load/scenarios/broadcast.ts';
import { startSending } from '../src/load/scenarios/p2p.ts';
import type { ComparisonOptions, ScenarioName } from './arguments.ts';
import type { Side } from './side.ts';

const SINGLES = 3;
const IN_A_ROW = 20;
const WARM_UP_SECONDS = 1;

export type Sizes = Omit<ComparisonOptions, 'peers' | 'connections' | 'scenarios'>;
type Say = (line: string) => void;

export const scenarios: Readonly<
  Record<ScenarioName, (sides: readonly Side[], sizes: Sizes, say: Say) => Promise<void>>
> = {
  idle: hold,
  broadcast: async (sides, { turns }, say) =>
    inTurns(sides, turns, async (side) => {
      say(`${side.contender.name}: messages to everyone`);
      await tellOneByOne(side);
      await tellInARow(side);
    }),
  p2p: async (sides, { ratePerSecond, durationSeconds, turns }, say) =>
    inTurns(sides, turns, async (side) => {
      say(`${side.contender.name}: client to client`);
      await send(side, ratePerSecond, durationSeconds / turns);
    }),
};

/** So that a busy moment of the machine does not hit one of them alone. */
async function inTurns(
  sides: readonly Side[],
  turns: number,
  work: (side: Side) => Promise<void>,
): Promise<void> {
  for (let turn = 1; turn <= turns; turn++) for (const side of sides) await work(side);
}

/** Connects everyone, with heartbeats from then on. */
export async function connectAll(side: Side, { heartbeatSeconds }: Sizes, say: Say): Promise<void> {
  const { contender, fleet, score } = side;
  say(`${contender.name}: ${fleet.clients} clients connect`);
  score.note('serverMemory', (await side.serverBytes()) / 1e6);
  score.note('allMemory', side.allBytes() / 1e6);
  await side.warmUp();
  side.emptyBytes = await side.serverBytes();
  await fleet.connect();
  await fleet.tell('heartbeat', { seconds: heartbeatSeconds });
  // What the logins had V8 take is given back by the second collection, after the hold.
  await side.serverBytes();
}

/** All at the same time, as nobody has much to do, and until each connection has had a heartbeat, whoever begins them. */
async function hold(sides: readonly Side[], { heartbeatSeconds }: Sizes, say: Say): Promise<void> {
  say(`holding all connections for ${heartbeatSeconds} s`);
  for (const side of sides) await side.resetCounts();
  const meters = sides.map((side) => ({ side, note: side.startMeter() }));
  await sleep(heartbeatSeconds * 1000);
  for (const { side, note } of meters) {
    note('holding', 'holdingAll', side.fleet.clients);
    side.checkNobodyLeft('holding', await side.fleet.stats());
  }
  // Only now: it takes seconds, which would be in what it costs the others to hold theirs.
  for (const side of sides)
    side.score.note('connectionMemory', ((await side.serverBytes()) - side.emptyBytes) / side.fleet.clients);
}

/** Each has arrived before the next is sent. */
async function tellOneByOne(side: Side): Promise<void> {
  const { fleet, score } = side;
  await side.resetCounts();
  const note = side.startMeter();
  for (let sent = 1; sent <= SINGLES; sent++) {
    await side.tellEveryone(PAYLOAD_BYTES);
    const { histograms } = await side.arrived('a message to everyone', sent * fleet.clients);
    if (sent === SINGLES) score.note('lastArrival', percentile(histograms.deliver, 100));
  }
  note('broadcast', 'broadcastAll', SINGLES * fleet.clients);
}

async function tellInARow(side: Side): Promise<void> {
  const messages = IN_A_ROW * side.fleet.clients;
  await side.resetCounts();
  const note = side.startMeter();
  for (let sent = 0; sent < IN_A_ROW; sent++) await side.tellEveryone(PAYLOAD_BYTES);
  await side.arrived(`${IN_A_ROW} messages to everyone`, messages);
  note('inARow', null, messages);
}

async function send(side: Side, ratePerSecond: number, seconds: number): Promise<void> {
  await sendAndWait(side, ratePerSecond, WARM_UP_SECONDS);
  const note = side.startMeter();
  const { sent, sendAnswers, histograms } = await sendAndWait(side, ratePerSecond, seconds);
  note('message', 'messageAll', sent);
  side.score.note('arrivalP50', percentile(histograms.deliver, 50));
  side.score.note('arrivalP99', percentile(histograms.deliver, 99));
  if (Object.keys(sendAnswers).length === 0) return;
  side.score.note('answerP50', percentile(histograms.send, 50));
  side.score.note('answerP99', percentile(histograms.send, 99));
}

async function sendAndWait(side: Side, ratePerSecond: number, seconds: number): ReturnType<Side['arrived']> {
  const { fleet } = side;
  await side.resetCounts();
  await startSending(fleet, ratePerSecond, seconds);
  await sleep(seconds * 1000);
  const each = Math.round((ratePerSecond / fleet.hands.length) * seconds);
  return side.arrived('client to client', fleet.hands.length * each);
}
