import { uniqueName } from '../../../../test-support/backends.ts';
import type { Conversation } from '../../../protocol/test/conversations/build.ts';
import type { Wire } from '../../../protocol/test/support/wire.ts';
import { converse, openWire } from './runner.ts';
import type { ConversationTokens } from './tokens.ts';

const LANES = 8;
/** Where so many fail the reason is one. */
const ENOUGH_FAILURES = 40;

/** SPEC.md, section 5: what the server under test is set to; and no refusals because this machine is quick. */
export const serverSettings = { maxInFlight: 16, acceptsPerSecond: 100_000 };

export interface ConversationResults {
  /** What went otherwise than a case says. */
  readonly failures: ReadonlyMap<Conversation, string>;
  /** After each case: how long a good client that has been there all the time needed to reach one that signed in just then. */
  readonly servedMs: readonly number[];
}

interface Party {
  readonly clientId: string;
  readonly wire: Wire;
}

/** Holds conversations with the server at an address, and after each looks whether those that behave are served. */
export async function holdAll(
  address: string,
  tokens: ConversationTokens,
  cases: readonly Conversation[],
): Promise<ConversationResults> {
  // Those that wait for a deadline of the server go first, so that the others pass meanwhile.
  const queue = [...cases].sort((one, other) => waits(other) - waits(one));
  const failures = new Map<Conversation, string>();
  const servedMs: number[] = [];

  const signIn = async (clientId: string): Promise<Party> => {
    const wire = await openWire(address, new Map(), () => tokens.make(clientId, ''));
    await wire.send([{ type: 'CONNECT', message: { version_min: 1, version_max: 1, token: '$token' } }]);
    await wire.expect([{ type: 'CONNECTED', message: { version: 1 } }]);
    return { clientId, wire };
  };
  const serve = async (good: Party): Promise<void> => {
    const startedAtMs = performance.now();
    const messageId = uniqueName('good-');
    const fresh = await signIn(uniqueName('fresh-'));
    await good.wire.send([{ type: 'SEND', message: { message_id: messageId, to: fresh.clientId } }]);
    const deliver = { message_id: messageId, from: good.clientId, delivery_id: '$delivery' };
    await fresh.wire.expect([{ type: 'DELIVER', message: deliver }]);
    await fresh.wire.send([{ type: 'ACKNOWLEDGE', message: { delivery_ids: ['$delivery'] } }]);
    await good.wire.expect([{ type: 'SENT', message: { message_id: messageId, status: 0 } }]);
    fresh.wire.destroy();
    servedMs.push(performance.now() - startedAtMs);
  };
  const lane = async (): Promise<void> => {
    const good = await signIn(uniqueName('good-'));
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
    good.wire.destroy();
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return { failures, servedMs };
}

/** A line for people. That service came within 1 s is not judged here: a busy machine decides that too. */
export function describeService(servedMs: readonly number[]): string {
  const sorted = [...servedMs].sort((one, other) => one - other);
  const at = (share: number): string => (sorted[Math.floor(share * (sorted.length - 1))] ?? NaN).toFixed(1);
  const slow = sorted.filter((ms) => ms > 1000).length;
  return (
    `${sorted.length} conversations; after each a good client reached one that had just signed in: ` +
    `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, slowest ${at(1)} ms, ${slow} above 1 s`
  );
}

function waits({ name }: Conversation): number {
  return /login deadline|never acknowledges/.test(name) ? 1 : 0;
}
