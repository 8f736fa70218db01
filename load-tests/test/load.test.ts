import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
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
import type { Figure } from '../src/load/findings.ts';
import { runLoad } from '../src/load/run.ts';
import { checkDeliveries } from '../src/load/scenarios/checks.ts';
import { signIn } from '../src/load/scenarios/logins.ts';
import { LOAD_SETTINGS } from '../src/load/target/own-cluster.ts';
import type { Report } from '../src/load/report/report.ts';
import type { Scenario } from '../src/load/scenario.ts';

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

test('the command ends with 2 when it is asked in the wrong way', async () => {
  await expect(load('nothing')).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('no scenario nothing'),
  });
});

test('a report that cannot be written is known before the run', async () => {
  const json = join(tmpdir(), uniqueName('absent'), 'report.json');
  await expect(load('idle', '--json', json)).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`--json: ${json} cannot be written: ENOENT`),
  });
});

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
