import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { isIP } from 'node:net';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { realBackend, uniqueName, type BackendKind } from '../../test-support/backends.ts';
import { hasProgram } from '../../test-support/programs.ts';
import { dropNamespace, openNamespace } from '../src/faults/namespace.ts';
import { Cluster, repository } from '../src/lib/cluster.ts';
import { readArguments, usage } from '../src/load/arguments.ts';
import { sourcesOf } from '../src/load/clients/fleet.ts';
import { countOf, merge, percentile, since } from '../src/load/clients/histogram.ts';
import { Findings, isReached, type Figure } from '../src/load/findings.ts';
import { shortcomings } from '../src/load/machine.ts';
import { runLoad } from '../src/load/run.ts';
import { metricSum } from '../src/load/sampling/metrics-text.ts';
import { servicesOf } from '../src/load/sampling/sampler.ts';
import { checkDeliveries } from '../src/load/scenarios/checks.ts';
import { reportGrowth } from '../src/load/scenarios/growth.ts';
import { isFarOff } from '../src/load/scenarios/guard.ts';
import { scenarios } from '../src/load/scenarios/index.ts';
import { signIn } from '../src/load/scenarios/logins.ts';
import { recipientsProcess } from '../src/load/scenarios/p2p.ts';
import { differences } from '../src/load/scenarios/upstream.ts';
import { GivenCluster } from '../src/load/target/given-cluster.ts';
import { LOAD_SETTINGS } from '../src/load/target/own-cluster.ts';
import type { Report } from '../src/load/report/report.ts';
import type { Scenario } from '../src/load/scenario.ts';
import type { ClientRows } from '../src/traffic/rows.ts';

describe('arguments', () => {
  test('what is left out is the scenario’s own', () => {
    const request = readArguments(['p2p', '--rate', '50']);
    expect(request).toMatchObject({
      kind: 'run',
      scenario: { name: 'p2p' },
      options: { connections: 38_000, nodes: 2, ratePerSecond: 50, durationSeconds: 20, cluster: null },
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
    [
      ['p2p', '--nodes', '1'],
      'p2p sends from node to node: it needs 2 push-servers at least, and there is 1',
    ],
    [['idle', '--cluster', 'a:1', '--nodes', '2'], '--nodes: a cluster that runs already has its own'],
    [['million', '--cluster', 'a:1'], '--cluster: million kills a push-server'],
    [['idle', '--speed', '3'], "Unknown option '--speed'"],
  ])('%j is told what is wrong', (args, message) => {
    expect(() => readArguments(args)).toThrow(message);
  });

  test('a cluster that runs already is not measured by the nodes that the scenario would start', () => {
    const request = readArguments(['targeted', '--cluster', 'a:1', '--connections', '5']);
    expect(request).toMatchObject({ options: { connections: 5, cluster: 'a:1' } });
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

test('a report that cannot be written is known before the run', async () => {
  const json = join(tmpdir(), uniqueName('absent'), 'report.json');
  await expect(load('idle', '--json', json)).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`--json: ${json} cannot be written: ENOENT`),
  });
});

describe('a cluster that runs already', () => {
  const env = { LONGWIRE_CLI_API_KEY: 'key' };

  test.each([
    [['a'], [], env, '--cluster: given a; allowed: a file, or host:port,… of push-servers'],
    [['a:1'], ['route'], env, 'this scenario needs routeUrl in the file, or LONGWIRE_LOAD_ROUTE_URL'],
    [['a:1', 'b:2'], ['admin'], env, 'this scenario needs adminUrl in the file, or LONGWIRE_CLI_ADMIN_URL'],
    [['a:1'], [], {}, 'needs LONGWIRE_CLI_API_KEY'],
    [['a:1'], [], env, 'needs LONGWIRE_TOKENS_KEYS_FILE'],
  ] as const)('%j for %j with %j is told what is missing', (addresses, services, given, message) => {
    expect(() => new GivenCluster(addresses.join(','), services, given)).toThrow(message);
  });
});

describe('parts', () => {
  test('a machine that is too small for a run is told what it lacks', () => {
    expect(shortcomings({ connections: 100, nodes: 1, clientProcesses: 1 })).toEqual([]);
    const problems = shortcomings({ connections: 1e9, nodes: 1000, clientProcesses: 1000 });
    expect(problems).toEqual([
      expect.stringMatching(/^MB of memory that is free: \d+ are needed, \d+ are there; /),
      expect.stringContaining('open files of a push-server'),
      expect.stringContaining('open files of a client process'),
      expect.stringContaining('open files of the machine'),
    ]);
  });

  test.each([
    [{ atMost: 10 }, 10, true, false],
    [{ atMost: 10 }, 20, false, false],
    [{ atMost: 10 }, 21, false, true],
    [{ atLeast: 10 }, 5, false, false],
    [{ atLeast: 10 }, 4, false, true],
    [{ atMost: 10 }, NaN, false, true],
    [null, 1e9, true, false],
  ])('with the goal %j, is %d reached, and is it far off?', (goal, value, reached, farOff) => {
    const figure = { figure: 'any', unit: '', value, goal };
    expect([isReached(figure), isFarOff(figure)]).toEqual([reached, farOff]);
  });

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

  test.each([2, 3, 53])(
    'clients of %d processes send to all others, and each is sent to by one',
    (processes) => {
      for (const client of [0, 1, 2, 60, 18_999]) {
        const recipients = Array.from({ length: processes }, (_, process) =>
          recipientsProcess(process, client, processes),
        );
        expect(recipients.every((recipient, process) => recipient !== process)).toBe(true);
        expect(new Set(recipients).size).toBe(processes);
      }
      const ofOne = Array.from({ length: processes - 1 }, (_, client) =>
        recipientsProcess(0, client, processes),
      );
      expect(new Set(ofOne).size).toBe(processes - 1);
    },
  );

  test('each process has source addresses of its own', () => {
    const sources = Array.from({ length: 300 }, (_, index) =>
      sourcesOf(index, '127.0.0.1:1').split(','),
    ).flat();
    expect(new Set(sources).size).toBe(1200);
    expect(sources.filter((source) => isIP(source) !== 4)).toEqual([]);
    expect(sourcesOf(0, '10.0.0.5:7400')).toBe('0.0.0.0');
  });

  test('rows that are missing, doubled or of nobody are found, client by client', () => {
    const published = [
      { id: 'a', last: 3, accepted: 3 },
      { id: 'b', last: 2, accepted: 1 },
      { id: 'silent', last: 0, accepted: 0 },
    ];
    const good = { a: { rows: 3, sequences: 3, last: 3 }, b: { rows: 2, sequences: 2, last: 2 } };
    const compare = (stored: Record<string, ClientRows>) =>
      differences(published, new Map(Object.entries(stored)));
    expect(compare(good)).toEqual({ missing: 0, twice: 0, neverSent: 0 });
    expect(compare({ b: good.b })).toEqual({ missing: 3, twice: 0, neverSent: 0 });
    // As many rows as were accepted, and yet one is missing.
    expect(compare({ ...good, a: { rows: 3, sequences: 2, last: 3 } })).toEqual({
      missing: 1,
      twice: 1,
      neverSent: 0,
    });
    expect(compare({ ...good, b: { rows: 2, sequences: 2, last: 7 } })).toMatchObject({ neverSent: 1 });
    expect(compare({ ...good, stranger: { rows: 1, sequences: 1, last: 1 } })).toMatchObject({
      neverSent: 1,
    });
  });

  test.each([
    ['steady', 0, 0, 0, []],
    ['leaking', 200e6, 200e6, 0, ['growth of the heap over the run', 'slope of user memory']],
    ['slower and slower', 0, 0, 20, ['p99 of client to client, last quarter against the first']],
  ])('a long run that is %s', (_what, heapBytes, leaked, slower, missed) => {
    const findings = new Findings(() => undefined);
    const windows = Array.from({ length: 60 }, (_, index) => ({
      hours: (index + 1) / 60,
      // One window in two is busier: that is no growth.
      userBytes: 1e9 + (index % 2) * 5e6 + (leaked * index) / 60,
      p50Ms: 1,
      p99Ms: 2 + (index % 2) + (slower * index) / 60,
    }));
    reportGrowth(findings, { connections: 100_000, nodes: 6, hours: 1, heapBytes, windows });
    expect(findings.missed.map(({ figure }) => figure)).toEqual(missed);
  });

  test('what services did counts from when they were asked before', () => {
    const said = (seconds: number, upTo: readonly number[], lag: number) =>
      [
        `nodejs_eventloop_lag_max_seconds ${lag}`,
        ...['0.001', '0.01', '0.1', '+Inf'].map(
          (bound, index) => `nodejs_gc_duration_seconds_bucket{le="${bound}",kind="minor"} ${upTo[index]}`,
        ),
        'nodejs_gc_duration_seconds_bucket{le="0.1",kind="major"} 0',
        `nodejs_gc_duration_seconds_sum{kind="minor"} ${seconds}`,
      ].join('\n');
    const first = said(1, [5, 5, 6, 7], 0.5);
    expect(servicesOf([{ before: '', now: first }])).toMatchObject({ longestCollectionMs: Infinity });
    const second = said(1.5, [6, 8, 9, 10], 0.125);
    const third = said(1.5, [6, 8, 9, 10], 0.0625);
    expect(
      servicesOf([
        { before: first, now: second },
        { before: second, now: third },
      ]),
    ).toEqual({ loopDelayMs: 75, collectionSeconds: 0.5, longestCollectionMs: 10 });
    expect(servicesOf([{ before: third, now: third }])).toMatchObject({ longestCollectionMs: 0 });
  });

  test('a metric is summed over its labels, and no other that begins with its name', () => {
    const text = '# HELP a b\na 1\na{x="1"} 2\na_total 100\nab 100\n';
    expect(metricSum(text, 'a')).toBe(3);
  });
});

const command = ['--conditions=longwire-source', join(repository, 'load-tests/src/load/main.ts')];

/** Ends with an error, as promisify has it, when the exit code is not 0. */
async function load(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [...command, ...args], {
    timeout: RUN_DEADLINE_MS,
    maxBuffer: 16 * 1024 * 1024,
    env: { ...process.env, ...environment },
  });
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
      for (const { figure, value, unit, ...found } of report.figures) {
        expect(figure).not.toBe('');
        expect(value, figure).toEqual(expect.any(Number));
        expect(typeof unit).toBe('string');
        expect(typeof found.isReached).toBe('boolean');
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
    'Ctrl-C ends all that was started, and what was seen until then is in the report',
    async () => {
      const jsonFile = join(folder, 'interrupted.json');
      const args = ['idle', '--cluster', description, '--connections', '60', '--duration', '3000'];
      const run = spawn(process.execPath, [...command, ...args, '--json', jsonFile], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, ...environment },
      });
      try {
        const ended = once(run, 'exit') as Promise<[number | null]>;
        for await (const line of createInterface({ input: run.stdout })) if (line.endsWith('holding')) break;
        run.stdout.resume();
        const children = readFileSync(`/proc/${run.pid}/task/${run.pid}/children`, 'utf8').trim().split(' ');
        expect(children).toHaveLength(2);
        // As a terminal and npm do: twice.
        run.kill('SIGINT');
        run.kill('SIGINT');
        expect((await ended)[0]).toBe(1);
        expect(children.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
      } finally {
        run.kill('SIGKILL');
      }
      const report = reportOf(jsonFile);
      expect(report.failures).toEqual(['ended by SIGINT']);
      expect(report.figures.map(({ figure }) => figure)).toContain('CPU per login, push-servers');
    },
    RUN_DEADLINE_MS,
  );

  test(
    'a push-server that ends by itself ends the run, and is named',
    async () => {
      const deadly: Scenario = {
        name: 'deadly',
        what: 'a push-server ends, and nobody looks',
        defaults: { connections: 20, nodes: 2, ratePerSecond: 1, durationSeconds: 1 },
        services: [],
        run: async (bench) => {
          await signIn(bench, bench.fleet);
          process.kill(bench.target.pushServers[1]!.pid!, 'SIGKILL');
          await new Promise(() => undefined);
        },
      };
      const jsonFile = join(folder, 'deadly.json');
      const options = { ...deadly.defaults, seed: 1, jsonFile, cluster: null };
      expect(await runLoad(deadly, options)).toBe(false);
      expect(reportOf(jsonFile).failures).toEqual([
        expect.stringMatching(/^push-2 ended with SIGKILL; its log, .*push-2\.log, ends with:/),
      ]);
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
        '1000',
        '--json',
        json,
      );
      const report = reportOf(json);
      expect(report.failures).toEqual([]);
      expect(report.settings).toMatchObject({
        LONGWIRE_PUSH_ACCEPTS_PER_SECOND: '1000000',
        redis: expect.any(String),
        mariadb: expect.any(String),
      });
      expect(report.figures.find(({ figure }) => figure === 'connections held')).toMatchObject({
        value: 300,
        goal: null,
      });
    },
    RUN_DEADLINE_MS + 20_000,
  );
});
