import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { realBackend, uniqueName, type BackendKind } from '../../test-support/backends.ts';
import { worksAgain } from '../src/faults/afterwards.ts';
import { Lab } from '../src/faults/lab.ts';
import { Runner, type Result } from '../src/faults/runner.ts';
import { Findings, type Scenario } from '../src/faults/scenario.ts';
import { scenarios } from '../src/faults/scenarios/index.ts';
import { textOf } from '../src/faults/table.ts';

const needed: readonly BackendKind[] = ['redis', 'zookeeper', 'kafka', 'database'];
const missing = needed.filter((kind) => realBackend(kind) === null);
if (missing.length > 0)
  console.log(`no faults without ${missing.join(', ')}: npm run backends -- start test`);

/** A few that stand for many; `npm run faults` has them all. Kafka has no door in the set of the tests. */
const short = ['redis-silent', 'token-revoked-live', 'push-server-killed'];
const CLIENTS = 20;
/** Beside those of the demo and of `npm run faults`, which may run at the same time. */
const FIRST_PORT = 17_700;
const DEADLINE_MS = 280_000;

/** Nothing has healed when the judge asks whether all works again. */
const unseen = new Findings();
const notHealed: Scenario = {
  name: 'not-healed',
  what: 'MySQL is away while the judge believes that it is back',
  expected: 'the judge says what does not work',
  keepsOrder: true,
  async run(lab) {
    await lab.doors.proxies.mysql.down();
    await worksAgain(lab, unseen, performance.now(), 5000);
  },
};

describe.skipIf(missing.length > 0)('a cluster under faults', () => {
  const runner = new Runner({
    seed: 7,
    startLab: (env) =>
      Lab.start({
        backends: {
          redisUrl: realBackend('redis')!,
          zookeeperServers: realBackend('zookeeper')!,
          kafkaBrokers: realBackend('kafka')!,
          databaseUrl: realBackend('database')!,
        },
        set: null,
        namespace: uniqueName('faults'),
        firstPort: FIRST_PORT,
        clients: CLIENTS,
        env,
      }),
    onResult: (result) => console.log(textOf(result)),
  });
  let results: readonly Result[] = [];

  beforeAll(async () => {
    const chosen = scenarios.filter(({ name }) => short.includes(name));
    results = await runner.run([notHealed, ...chosen], new AbortController().signal);
  }, DEADLINE_MS);
  afterAll(() => runner.stop());

  test('the judge of what works afterwards sees what does not', () => {
    expect(results.find(({ name }) => name === notHealed.name)?.failures).toEqual([]);
    expect(unseen.failures).toHaveLength(1);
    expect(unseen.failures[0]).toContain('its row in MySQL');
    expect(unseen.failures[0]).toContain('a push');
    expect(unseen.failures[0]).not.toContain('a send');
    expect(unseen.failures[0]).not.toContain('a publish');
  });

  test.each(short)('%s', (name) => {
    const result = results.find((one) => one.name === name);
    expect(result?.failures).toEqual([]);
    expect(result?.measured.length).toBeGreaterThan(0);
  });
});
