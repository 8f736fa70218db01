import { describe, expect, test } from 'vitest';
import { Findings } from '../src/load/findings.ts';
import type { Bench } from '../src/load/scenario.ts';
import { reportRefusals } from '../src/load/scenarios/checks.ts';
import { loginsPerSecond } from '../src/load/scenarios/logins.ts';
import { driftOf } from '../src/load/target/online.ts';

test.each([
  [100, 100, 0],
  [99, 100, 1],
  [100, 103, 3],
  [98, 101, 2],
  // Both are wrong in the same way: they agree, and it is a drift all the same.
  [90, 90, 10],
])('%d by the nodes and %d by the directory, of 100, is a drift of %d', (byNodes, byDirectory, drift) => {
  expect(driftOf({ byNodes, byDirectory }, 100)).toBe(drift);
});

test('the rate of logins is that from the first to the last', () => {
  expect(loginsPerSecond({ logins: 3000, firstLoginUs: 7_000_000, lastLoginUs: 7_500_000 })).toBe(6000);
});

describe('who was sent away', () => {
  const judged = (closed: Record<string, number>, failures: Record<string, number> = {}) => {
    const findings = new Findings(() => undefined);
    reportRefusals({ findings } as Bench, 'login', { closed, failures });
    return {
      figures: findings.figures.map(({ figure, value }) => [figure, value]),
      failures: findings.failures,
    };
  };

  test('because the node had enough to do is a figure', () => {
    expect(judged({ overloaded: 7, backendUnavailable: 2, loginTimeout: 1 })).toEqual({
      figures: [
        ['login, sent away: overloaded', 7],
        ['login, sent away: backendUnavailable', 2],
        ['login, sent away: loginTimeout', 1],
      ],
      failures: [],
    });
  });

  test('for any other reason is a failure, too', () => {
    expect(judged({ overloaded: 7, tokenInvalid: 1 }, { ECONNREFUSED: 3 }).failures).toEqual([
      'login: 1 ended with tokenInvalid',
      'login: 3 ended with ECONNREFUSED',
    ]);
  });
});
