import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { uniqueName } from '../../../test-support/backends.ts';
import type { Conversation } from '../../protocol/test/conversations/build.ts';
import type { Wire } from '../../protocol/test/support/wire.ts';
import { conversations } from '../../protocol/test/support/conversations.ts';
import { converse, openWire } from './conversations/runner.ts';
import { ConversationTokens } from './conversations/tokens.ts';
import { TestCluster } from './harness.ts';

const LANES = 8;
/** SPEC.md, section 5: what the server under test is set to. */
const settings = { maxInFlight: 16 };

const subjects = conversations('server');
/** Those that wait for a deadline of the server go first, so that the others pass meanwhile. */
const queue = [...subjects.values()].flat().sort((one, other) => waits(other) - waits(one));

let cluster: TestCluster;
let address: string;
let tokens: ConversationTokens;
const failures = new Map<Conversation, string>();
const servedMs: number[] = [];

interface Party {
  readonly clientId: string;
  readonly wire: Wire;
}

async function signIn(clientId: string): Promise<Party> {
  const wire = await openWire(address, new Map(), () => tokens.make(clientId, ''));
  await wire.send([{ type: 'CONNECT', message: { version_min: 1, version_max: 1, token: '$token' } }]);
  await wire.expect([{ type: 'CONNECTED', message: { version: 1 } }]);
  return { clientId, wire };
}

beforeAll(async () => {
  cluster = await TestCluster.create();
  address = (await cluster.start('push-1', settings)).addresses.tcp;
  tokens = await ConversationTokens.open(cluster.keysFile, cluster.directory);
  const lane = async (_: unknown, number: number): Promise<void> => {
    const good = await signIn(`good-${number}`);
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const conversation = next;
      try {
        await converse(address, conversation, tokens);
        servedMs.push(await serve(good, `${number}-${servedMs.length}`));
      } catch (error) {
        failures.set(conversation, (error as Error).message);
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}, 300_000);

afterAll(async () => {
  await cluster.stop();
  const sorted = servedMs.sort((one, other) => one - other);
  const at = (share: number): string => sorted[Math.floor(share * (sorted.length - 1))]!.toFixed(1);
  console.log(
    `conversations: ${sorted.length} cases; after each a good client sent to one that had just signed in: p50 ${at(0.5)} ms, ` +
      `p99 ${at(0.99)} ms, slowest ${at(1)} ms, ${sorted.filter((ms) => ms > 1000).length} above 1 s`,
  );
});

/** A good client that has been there all the time sends to one that signs in now. Answers how long that took, login included. */
async function serve(good: Party, messageId: string): Promise<number> {
  const startedAtMs = performance.now();
  const fresh = await signIn(uniqueName('fresh-'));
  await good.wire.send([{ type: 'SEND', message: { message_id: messageId, to: fresh.clientId } }]);
  const deliver = { message_id: messageId, from: good.clientId, delivery_id: '$delivery' };
  await fresh.wire.expect([{ type: 'DELIVER', message: deliver }]);
  await fresh.wire.send([{ type: 'ACKNOWLEDGE', message: { delivery_ids: ['$delivery'] } }]);
  await good.wire.expect([{ type: 'SENT', message: { message_id: messageId, status: 0 } }]);
  fresh.wire.destroy();
  return performance.now() - startedAtMs;
}

function waits({ name }: Conversation): number {
  return /login deadline|never acknowledges/.test(name) ? 1 : 0;
}

describe('a live push-server', () => {
  test.each([...subjects])('%s', (_, cases) => {
    const failed = cases.flatMap((each) =>
      failures.has(each) ? [`${each.name}: ${failures.get(each)}`] : [],
    );
    expect(failed).toEqual([]);
  });

  test('at least 500 cases', () => {
    expect([...subjects.values()].flat().length).toBeGreaterThanOrEqual(500);
    expect(servedMs.length + failures.size).toBe([...subjects.values()].flat().length);
  });
});
