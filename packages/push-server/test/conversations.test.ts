import type { ChildProcess } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { uniqueName } from '../../../test-support/helpers.ts';
import { conversations } from '../../protocol/test/support/conversations.ts';
import { holdAll, serviceOf, type ConversationResults } from './conversations/all-conversations.ts';
import { ConversationTokens } from './conversations/tokens.ts';
import { pushEnvironment, TestCluster } from './harness.ts';
import { hasRealBackends, RealCluster } from './real-cluster.ts';

const subjects = conversations('server');
const all = [...subjects.values()].flat();
const RUN_DEADLINE_MS = 300_000;

function failed({ failures }: ConversationResults, cases = all): string[] {
  return cases.flatMap((each) => (failures.has(each) ? [`${each.name}: ${failures.get(each)}`] : []));
}

/** A busy machine may hold up one in a hundred; nothing may hold up one for long. */
function expectServed(results: ConversationResults): void {
  const service = serviceOf(results);
  console.log('after each conversation a good client was served within', service);
  expect(results.servedMs.length).toBe(all.length);
  expect(service.p99Ms).toBeLessThan(1000);
  expect(service.slowestMs).toBeLessThan(10_000);
}

describe('a live push-server', () => {
  let cluster: TestCluster;
  let results: ConversationResults;

  beforeAll(async () => {
    cluster = await TestCluster.create();
    const tokens = await ConversationTokens.open(cluster.keysFile, cluster.directory);
    const start = async (settings: Record<string, number>) =>
      (await cluster.start(uniqueName('push-'), settings)).addresses.tcp;
    results = await holdAll(start, tokens, all);
  }, RUN_DEADLINE_MS);

  afterAll(() => cluster.stop());

  test.each([...subjects])('%s', (_, cases) => {
    expect(failed(results, cases)).toEqual([]);
  });

  test('serves those who behave after each of at least 500 conversations', () => {
    expectServed(results);
    expect(all.length).toBeGreaterThanOrEqual(500);
  });
});

describe.skipIf(!hasRealBackends)('push-servers in processes of their own, on real backends', () => {
  let real: RealCluster;

  beforeAll(async () => {
    real = await RealCluster.create();
  });
  afterAll(() => real.stop());

  test(
    'holds the same conversations, and serves those who behave after each',
    async () => {
      const tokens = await ConversationTokens.open(real.own.keysFile, real.own.directory);
      const children: ChildProcess[] = [];
      const start = async (settings: Record<string, number>) => {
        const { server, child } = await real.start(uniqueName('push-'), pushEnvironment(settings));
        children.push(child);
        return server.addresses.tcp;
      };
      const results = await holdAll(start, tokens, all);
      expect(failed(results)).toEqual([]);
      expectServed(results);
      expect(children.map(({ exitCode }) => exitCode)).toEqual(children.map(() => null));
    },
    RUN_DEADLINE_MS,
  );
});
