/** Many SDK clients in one process, told by the run what to do. */
import { setTimeout as sleep } from 'node:timers/promises';
import { answerWith } from '../lib/ask.ts';
import { TrafficClient, type ClientLedgers, type Drop } from './traffic-client.ts';
import { emptyLedger } from './ledger.ts';

export type ClientCommand =
  | {
      readonly do: 'join';
      readonly clientIds: readonly string[];
      readonly authUrls: readonly string[];
      readonly messageTimeoutMs: number;
    }
  /** From now on this many messages a second in all, half of them upstream, half to the peers; 0 is silence. */
  | {
      readonly do: 'talk';
      readonly messagesPerSecond: number;
      readonly kind: string;
      readonly peers: readonly string[];
    }
  | { readonly do: 'status' }
  /** What was written down since the last time, which is then forgotten. */
  | { readonly do: 'take-ledgers' };

export interface ClientStatus {
  readonly connected: number;
  /** Messages without an answer. */
  readonly waiting: number;
  readonly sent: number;
  readonly drops: readonly Drop[];
  readonly duplicatesOnTheWire: number;
  /** How much later than its deadline a call settled, at most; negative while all were in time. */
  readonly latestMs: number;
}

const JOINING_AT_ONCE = 10;
const apiKey = process.env['LONGWIRE_CLI_API_KEY'] ?? '';

const clients: TrafficClient[] = [];
const newLedgers = (): ClientLedgers => ({
  upstream: emptyLedger(),
  clientToClient: emptyLedger(),
  pushes: [],
});
let ledgers = newLedgers();
let talk = { messagesPerSecond: 0, kind: '', peers: [] as readonly string[] };

async function join(
  clientIds: readonly string[],
  authUrls: readonly string[],
  messageTimeoutMs: number,
): Promise<void> {
  const queue = clientIds.map((clientId, index) => ({
    clientId,
    authUrl: authUrls[index % authUrls.length]!,
    apiKey,
    messageTimeoutMs,
  }));
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      clients.push(await TrafficClient.join(next, ledgers));
  };
  await Promise.all(Array.from({ length: JOINING_AT_ONCE }, worker));
}

/** Each client in its turn: upstream in one round, to a peer in the next. */
function sayOne(number: number): void {
  const round = Math.floor(number / clients.length);
  const client = clients[number % clients.length]!;
  if ((number + round) % 2 === 0) return void client.publish(talk.kind);
  // Two primes, so that over the rounds everyone talks to everyone.
  void client.send(talk.peers[(number * 31 + round * 7) % talk.peers.length]!);
}

async function talkForEver(): Promise<never> {
  let number = 0;
  let dueMs = performance.now();
  for (;;) {
    await sleep(5);
    const nowMs = performance.now();
    if (talk.messagesPerSecond === 0) dueMs = nowMs;
    while (dueMs < nowMs) {
      sayOne(number++);
      dueMs += 1000 / talk.messagesPerSecond;
    }
  }
}

function status(): ClientStatus {
  const sum = (of: (client: TrafficClient) => number): number =>
    clients.reduce((total, client) => total + of(client), 0);
  return {
    connected: clients.filter(({ isConnected }) => isConnected).length,
    waiting: sum(({ waiting }) => waiting),
    sent: ledgers.upstream.sent + ledgers.clientToClient.sent,
    drops: clients.flatMap(({ drops }) => drops),
    duplicatesOnTheWire: sum(({ duplicatesOnTheWire }) => duplicatesOnTheWire),
    latestMs: Math.max(...clients.map(({ latestMs }) => latestMs)),
  };
}

function takeLedgers(): ClientLedgers {
  const taken = ledgers;
  ledgers = newLedgers();
  for (const client of clients) client.writeTo(ledgers);
  return taken;
}

async function obey(command: ClientCommand): Promise<unknown> {
  switch (command.do) {
    case 'join':
      return join(command.clientIds, command.authUrls, command.messageTimeoutMs);
    case 'talk':
      talk = command;
      return null;
    case 'status':
      return status();
    case 'take-ledgers':
      return takeLedgers();
  }
}

answerWith((command) => obey(command as ClientCommand));
void talkForEver();
