import { uniqueName } from '../../../../test-support/backends.ts';
import type { Conversation } from '../../../protocol/test/conversations/build.ts';
import type { Wire } from '../../../protocol/test/support/wire.ts';
import { converse, openWire } from './runner.ts';
import type { ConversationTokens } from './tokens.ts';

const LANES = 8;
/** Where so many fail the reason is one. */
const ENOUGH_FAILURES = 40;

/** SPEC.md, section 5: what the server under test is set to; and no refusals because this machine is quick. */
const serverSettings = { maxInFlight: 16, acceptsPerSecond: 100_000 };

/** Starts a server with these settings of the section `push`, beside those that run. Answers its address. */
export type StartServer = (settings: Record<string, number>) => Promise<string>;

export interface ConversationResults {
  /** What went otherwise than a case says. */
  readonly failures: ReadonlyMap<Conversation, string>;
  /** After each case: how long a good client needed to reach one that signed in just then. */
  readonly servedMs: readonly number[];
}

interface Party {
  readonly clientId: string;
  readonly wire: Wire;
}

/** Holds all conversations, those for servers that are set in some way with one that is, and after each looks whether those that behave are served. */
export async function holdAll(
  start: StartServer,
  tokens: ConversationTokens,
  cases: readonly Conversation[],
): Promise<ConversationResults> {
  const bySettings = Map.groupBy(cases, ({ server = {} }) => JSON.stringify(server));
  const results = await Promise.all(
    [...bySettings.values()].map(async (group) => {
      const address = await start({ ...serverSettings, ...group[0]!.server });
      return holdWith(address, tokens, group);
    }),
  );
  return {
    failures: new Map(results.flatMap(({ failures }) => [...failures])),
    servedMs: results.flatMap(({ servedMs }) => servedMs),
  };
}

async function holdWith(
  address: string,
  tokens: ConversationTokens,
  cases: readonly Conversation[],
): Promise<ConversationResults> {
  // Those that wait for a deadline of the server go first, so that the others pass meanwhile.
  const queue = [...cases].sort((one, other) => waits(other) - waits(one));
  const { server } = cases[0]!;
  const lanes = server?.maxConnections === undefined ? LANES : 1;
  const failures = new Map<Conversation, string>();
  const servedMs: number[] = [];

  const signIn = async (clientId: string): Promise<Party> => {
    const wire = await openWire(address, new Map(), () => tokens.make(clientId, ''));
    await wire.send([{ type: 'CONNECT', message: { version_min: 1, version_max: 1, token: '$token' } }]);
    await wire.expect([{ type: 'CONNECTED', message: { version: 1 } }]);
    return { clientId, wire };
  };
  const serve = async (resident: Party | null): Promise<void> => {
    const startedAtMs = performance.now();
    const good = resident ?? (await signIn(uniqueName('good-')));
    const messageId = uniqueName('good-');
    const fresh = await signIn(uniqueName('fresh-'));
    await good.wire.send([{ type: 'SEND', message: { message_id: messageId, to: fresh.clientId } }]);
    const deliver = { message_id: messageId, from: good.clientId, delivery_id: '$delivery' };
    await fresh.wire.expect([{ type: 'DELIVER', message: deliver }]);
    await fresh.wire.send([{ type: 'ACKNOWLEDGE', message: { delivery_ids: ['$delivery'] } }]);
    await good.wire.expect([{ type: 'SENT', message: { message_id: messageId, status: 0 } }]);
    fresh.wire.destroy();
    if (resident === null) good.wire.destroy();
    servedMs.push(performance.now() - startedAtMs);
  };
  const lane = async (): Promise<void> => {
    // It is there all the time, but where even one that behaves would be idle for too long or take a place.
    const good = server === undefined ? await signIn(uniqueName('good-')) : null;
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const conversation = next;
      if (failures.size >= ENOUGH_FAILURES) break;
      await converse(address, conversation, tokens).catch((error: Error) =>
        failures.set(conversation, error.message),
      );
      try {
        await serve(good);
      } catch (error) {
        failures.set(conversation, `good clients are not served any more: ${(error as Error).message}`);
        break;
      }
    }
    good?.wire.destroy();
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return { failures, servedMs };
}

export interface Service {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly slowestMs: number;
}

/** How soon good clients were served after the conversations. */
export function serviceOf({ servedMs }: ConversationResults): Service {
  const sorted = [...servedMs].sort((one, other) => one - other);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
  return { p50Ms: at(0.5), p99Ms: at(0.99), slowestMs: at(1) };
}

function waits({ name }: Conversation): number {
  return /login deadline|never acknowledges/.test(name) ? 1 : 0;
}
