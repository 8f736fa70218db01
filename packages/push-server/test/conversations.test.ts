import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { conversations } from '../../protocol/test/support/conversations.ts';
import {
  describeService,
  holdAll,
  serverSettings,
  type ConversationResults,
} from './conversations/all-conversations.ts';
import { ConversationTokens } from './conversations/tokens.ts';
import { TestCluster } from './harness.ts';
import { hasRealBackends, RealCluster } from './real-cluster.ts';

const subjects = conversations('server');
const all = [...subjects.values()].flat();
const RUN_DEADLINE_MS = 300_000;

function failed({ failures }: ConversationResults, cases = all): string[] {
  return cases.flatMap((each) => (failures.has(each) ? [`${each.name}: ${failures.get(each)}`] : []));
}

describe('a live push-server', () => {
  let cluster: TestCluster;
  let results: ConversationResults;

  beforeAll(async () => {
    cluster = await TestCluster.create();
    const { addresses } = await cluster.start('push-1', serverSettings);
    const tokens = await ConversationTokens.open(cluster.keysFile, cluster.directory);
    results = await holdAll(addresses.tcp, tokens, all);
  }, RUN_DEADLINE_MS);

  afterAll(() => cluster.stop());

  test.each([...subjects])('%s', (_, cases) => {
    expect(failed(results, cases)).toEqual([]);
  });

  test('serves those who behave after each of at least 500 conversations', () => {
    console.log(describeService(results.servedMs));
    expect(results.servedMs.length).toBe(all.length);
    expect(all.length).toBeGreaterThanOrEqual(500);
  });
});

describe.skipIf(!hasRealBackends)('a push-server in a process of its own, on real backends', () => {
  let real: RealCluster;

  beforeAll(async () => {
    real = await RealCluster.create();
  });
  afterAll(() => real.stop());

  test(
    'holds the same conversations, and serves those who behave after each',
    async () => {
      const { server, child } = await real.start('push-1', {
        LONGWIRE_PUSH_MAX_IN_FLIGHT: String(serverSettings.maxInFlight),
        LONGWIRE_PUSH_ACCEPTS_PER_SECOND: String(serverSettings.acceptsPerSecond),
      });
      const tokens = await ConversationTokens.open(real.own.keysFile, real.own.directory);
      const results = await holdAll(server.addresses.tcp, tokens, all);
      console.log(`real backends: ${describeService(results.servedMs)}`);
      expect(failed(results)).toEqual([]);
      expect(results.servedMs.length).toBe(all.length);
      expect(child.exitCode).toBeNull();
    },
    RUN_DEADLINE_MS,
  );
});
