import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { realBackend, uniqueName, type BackendKind } from '../../test-support/backends.ts';
import { hasProgram } from '../../test-support/programs.ts';
import { dropNamespace, openNamespace } from '../src/faults/namespace.ts';
import { Cluster, repository } from '../src/lib/cluster.ts';
import { readArguments, usage } from '../src/load/arguments.ts';
import { countOf, merge, percentile, since } from '../src/load/clients/histogram.ts';
import type { Figure } from '../src/load/findings.ts';
import { runLoad } from '../src/load/run.ts';
import { metricSum } from '../src/load/sampling/metrics-text.ts';
import { checkDeliveries } from '../src/load/scenarios/checks.ts';
import { scenarios } from '../src/load/scenarios/index.ts';
import { signIn } from '../src/load/scenarios/logins.ts';
import { LOAD_SETTINGS } from '../src/load/target/own-cluster.ts';
import type { Report } from '../src/load/report/report.ts';
import type { Scenario } from '../src/load/scenario.ts';

describe('arguments', () => {
  test('what is left out is the scenario’s own', () => {
    const request = readArguments(['p2p', '--rate', '50']);
    expect(request).toMatchObject({
      kind: 'run',
      scenario: { name: 'p2p' },
      options: { connections: 4000, nodes: 2, ratePerSecond: 50, durationSeconds: 20, cluster: null },
    });
  });

  test('there are as many nodes as the connections need, and one more where one is lost', () => {
    const nodesOf = (...args: string[]) => {
      const request = readArguments(args);
      return request.kind === 'run' ? request.options.nodes : NaN;
    };
    expect(nodesOf('idle', '--connections', '19000')).toBe(1);
    expect(nodesOf('idle', '--connections', '19001')).toBe(2);
    expect(nodesOf('million')).toBe(53);
    expect(nodesOf('million', '--connections', '300')).toBe(2);
  });

  test.each([
    [[], 'no scenario was given; allowed: floor,'],
    [['flor'], 'there is no scenario flor; allowed: floor,'],
    [['idle', 'storm'], 'one scenario at a time: given idle and storm'],
    [['idle', '--connections', 'many'], '--connections: given many; allowed: a whole number from 1 to'],
    [['idle', '--rate', '0'], '--rate: given 0; allowed: a whole number from 1 to'],
    [['idle', '--nodes', '1', '--connections', '20000'], '--nodes: given 1; allowed: at least 2 for 20000'],
    [
      ['idle', '--nodes', '5', '--connections', '3'],
      '--connections: given 3; allowed: at least one for each',
    ],
    [['idle', '--speed', '3'], "Unknown option '--speed'"],
  ])('%j is told what is wrong', (args, message) => {
    expect(() => readArguments(args)).toThrow(message);
  });

  test('help names every scenario', () => {
    expect(readArguments(['--help'])).toEqual({ kind: 'help' });
    for (const { name, what } of scenarios) expect(usage()).toContain(`${name.padEnd(11)}${what}`);
  });

  test('the command ends with 2 when it is asked in the wrong way', async () => {
    await expect(load('nothing')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no scenario nothing'),
    });
  });
});

describe('parts', () => {
  test('histograms are put together, taken apart and read', () => {
    const first = [
      [1000, 98],
      [2000, 1],
    ] as const;
    const both = merge([
      first,
      [
        [2000, 1],
        [5000, 1],
      ],
    ]);
    expect(both).toEqual([
      [1000, 98],
      [2000, 2],
      [5000, 1],
    ]);
    expect(countOf(both)).toBe(101);
    expect([50, 99, 100].map((percent) => percentile(both, percent))).toEqual([1, 2, 5]);
    expect(since(first, both)).toEqual([
      [2000, 1],
      [5000, 1],
    ]);
    expect(percentile([], 50)).toBeNaN();
  });

  test('a metric is summed over its labels, and no other that begins with its name', () => {
    const text = '# HELP a b\na 1\na{x="1"} 2\na_total 100\nab 100\n';
    expect(metricSum(text, 'a')).toBe(3);
  });
});

/** Ends with an error, as promisify has it, when the exit code is not 0. */
async function load(...args: string[]): Promise<string> {
  const script = join(repository, 'load-tests/src/load/main.ts');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=longwire-source', script, ...args],
    { timeout: RUN_DEADLINE_MS, maxBuffer: 16 * 1024 * 1024, env: { ...process.env, ...environment } },
  );
  return stdout;
}

/** One that starts its own cluster may have to wait for another run. */
const RUN_DEADLINE_MS = 600_000;
const FIRST_PORT = 17_950;
const needed: readonly BackendKind[] = ['redis', 'zookeeper', 'kafka', 'database'];
/** What the command needs to know of a cluster that runs already. */
const environment: Record<string, string> = {};

describe.skipIf(needed.some((kind) => realBackend(kind) === null) || !hasProgram('cc'))('scenarios', () => {
  const name = uniqueName('load');
  const folder = mkdtempSync(join(tmpdir(), 'longwire-load-'));
  const description = join(folder, 'cluster.json');
  const backends = {
    redisUrl: realBackend('redis')!,
    zookeeperServers: realBackend('zookeeper')!,
    kafkaBrokers: realBackend('kafka')!,
    databaseUrl: realBackend('database')!,
  };
  let cluster: Cluster;

  beforeAll(async () => {
    const namespace = await openNamespace(name, backends);
    const env = { ...namespace.env, ...LOAD_SETTINGS };
    cluster = new Cluster({
      folder: join(folder, 'cluster'),
      firstPort: FIRST_PORT,
      backends: namespace.backends,
      env,
    });
    const [admin, route, , ...pushServers] = await Promise.all([
      cluster.start('admin', 'admin'),
      cluster.start('route', 'route'),
      cluster.start('consumer', 'consumer'),
      cluster.start('push', 'push-1'),
      cluster.start('push', 'push-2'),
    ]);
    const nodes = pushServers.map((node) => ({ ...node, process: undefined, pid: node.process.pid }));
    writeFileSync(
      description,
      JSON.stringify({ pushServers: nodes, adminUrl: admin.url, routeUrl: route.url }),
    );
    Object.assign(environment, {
      LONGWIRE_CLI_API_KEY: cluster.apiKey,
      LONGWIRE_TOKENS_KEYS_FILE: join(folder, 'cluster/token-keys.json'),
      LONGWIRE_DATABASE_URL: cluster.databaseUrl,
    });
  }, 120_000);

  afterAll(async () => {
    await cluster.stop();
    await dropNamespace(name, backends);
    rmSync(folder, { recursive: true });
  });

  const reportOf = (file: string) =>
    JSON.parse(readFileSync(file, 'utf8')) as Report & { figures: (Figure & { isReached: boolean })[] };

  test.each([
    ['floor'],
    ['idle', '--duration', '2'],
    ['storm'],
    ['broadcast'],
    ['targeted'],
    ['p2p', '--rate', '300', '--duration', '3'],
    ['upstream', '--rate', '300', '--duration', '3'],
    ['churn', '--connections', '40'],
    ['soak', '--rate', '300', '--duration', '10'],
  ])(
    '%s accounts for every delivery',
    async (scenario, ...args) => {
      const json = join(folder, `${scenario}.json`);
      const size = args.includes('--connections') ? [] : ['--connections', '300'];
      await load(scenario, '--cluster', description, '--json', json, '--seed', '7', ...size, ...args);
      const report = reportOf(json);
      expect(report).toMatchObject({
        scenario,
        failures: [],
        options: { seed: 7, nodes: expect.any(Number) },
      });
      expect(report.figures.length).toBeGreaterThan(3);
      for (const { figure, value, unit, isReached } of report.figures) {
        expect(figure).not.toBe('');
        expect(value).toEqual(expect.any(Number));
        expect(typeof unit).toBe('string');
        expect(typeof isReached).toBe('boolean');
      }
      expect(report.samples.length).toBeGreaterThan(0);
      expect(report.samples.at(-1)!.use['push-servers']!.bytes).toBeGreaterThan(1e6);
      const html = readFileSync(join(folder, `${scenario}.html`), 'utf8');
      expect(html).toContain('<svg');
      expect(html).toContain('Every delivery was accounted for.');
      expect(html).not.toMatch(/<script|https?:\/\//);
    },
    RUN_DEADLINE_MS + 20_000,
  );

  test(
    'a loss is found, named in the report, and is what the run says in the end',
    async () => {
      const absent: Scenario = {
        name: 'absent',
        what: 'half of the clients are away when everyone is pushed to',
        defaults: { connections: 20, nodes: 2, ratePerSecond: 1, durationSeconds: 1 },
        services: [],
        run: async (bench) => {
          await signIn(bench, bench.fleet);
          await bench.fleet.tell('cut', { share: 0.5 });
          await bench.pushes.conclude(await bench.pushes.beginToEveryone(100));
          const stats = await bench.fleet.until(({ delivered }) => delivered >= 10, 30_000);
          checkDeliveries(bench, 'a broadcast', stats, bench.fleet.clients);
        },
      };
      const jsonFile = join(folder, 'absent.json');
      Object.assign(process.env, environment);
      const options = { ...absent.defaults, seed: 1, jsonFile, cluster: description };
      expect(await runLoad(absent, options)).toBe(false);
      expect(reportOf(jsonFile).failures).toContain('a broadcast: delivered: 10, and 20 is right');
      expect(readFileSync(join(folder, 'absent.html'), 'utf8')).toContain('delivered: 10, and 20 is right');
    },
    RUN_DEADLINE_MS,
  );

  test(
    'a scenario starts a cluster of its own from dist/, and leaves nothing of it',
    async () => {
      const json = join(folder, 'million.json');
      await load(
        'million',
        '--connections',
        '300',
        '--nodes',
        '3',
        '--duration',
        '2',
        '--rate',
        '100',
        '--json',
        json,
      );
      const report = reportOf(json);
      expect(report.failures).toEqual([]);
      expect(report.settings).toHaveProperty('LONGWIRE_PUSH_ACCEPTS_PER_SECOND');
      expect(report.figures.find(({ figure }) => figure === 'connections held')).toMatchObject({
        value: 300,
        goal: null,
      });
    },
    RUN_DEADLINE_MS + 20_000,
  );
});
