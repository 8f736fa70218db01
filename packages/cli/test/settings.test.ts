import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run, testEnv } from './cli-process.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longwire-cli-'));
});
afterAll(() => rm(folder, { recursive: true }));

const shared = {
  LONGWIRE_CLUSTER_SECRET: 'a-secret-of-more-than-thirty-two-characters',
  LONGWIRE_REDIS_URL: 'redis://127.0.0.1:6379',
  LONGWIRE_ZOOKEEPER_SERVERS: '127.0.0.1:2181',
  LONGWIRE_KAFKA_BROKERS: '127.0.0.1:9092',
};

test('config check: right for every role', async () => {
  const outcome = await run(['config', 'check'], folder, { ...testEnv, ...shared });
  expect(outcome).toEqual({
    code: 0,
    stdout: 'auth: right\npush: right\nroute: right\nconsumer: right\nadmin: right\n',
    stderr: '',
  });
});

test('config check: the key, what was given, what is allowed; exit code 2', async () => {
  const env = { ...testEnv, ...shared, LONGWIRE_PUSH_MAX_CONNECTIONS: 'many' };
  const outcome = await run(['config', 'check', 'auth', 'push'], folder, env);
  expect(outcome.code).toBe(2);
  expect(outcome.stdout).toMatch(
    /^auth: right\npush: wrong\n {2}push\.maxConnections \(LONGWIRE_PUSH_MAX_CONNECTIONS\): given "?many"?; allowed: .*integer/,
  );
});

test('config check --json: one object for each role', async () => {
  const { stdout, code } = await run(['config', 'check', 'dev', 'consumer', '--json'], folder);
  const lines = stdout.trimEnd().split('\n');
  const [dev, consumer] = lines.map((line) => JSON.parse(line) as { role: string; problems: object[] });
  expect(dev).toEqual({ role: 'dev', problems: [] });
  expect(consumer).toMatchObject({ role: 'consumer', problems: [{ key: 'cluster.secret' }] });
  expect(code).toBe(2);
});

test('keys new: makes the file, then puts a new key first and keeps the old', async () => {
  const file = join(folder, 'made', 'keys.json');
  const kids = async (): Promise<string[]> => {
    const { keys } = JSON.parse(await readFile(file, 'utf8')) as { keys: { kid: string }[] };
    return keys.map(({ kid }) => kid);
  };
  expect(await run(['keys', 'new', '--file', file], folder)).toMatchObject({ code: 0 });
  const [first] = await kids();
  const { stdout } = await run(['keys', 'new', '--file', file, '--json'], folder);
  const [second, ...others] = await kids();
  expect(others).toEqual([first]);
  expect(JSON.parse(stdout)).toEqual({ file, signing: second, verifying: [first] });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('a wrong address of the cluster is named', async () => {
  const env = { ...testEnv, LONGWIRE_CLI_ADMIN_URL: 'localhost' };
  expect(await run(['nodes'], folder, env)).toMatchObject({
    code: 2,
    stderr: 'LONGWIRE_CLI_ADMIN_URL: given localhost; allowed: a URL that begins with http:// or https://\n',
  });
});

test.for([
  ['LONGWIRE_CLI_APIKEY', '; did you mean LONGWIRE_CLI_API_KEY?'],
  ['LONGWIRE_CLI_ADMINURL', '; did you mean LONGWIRE_CLI_ADMIN_URL?'],
  ['LONGWIRE_CLI_SPEED', ''],
] as const)('a setting that there is not is refused: %s', async ([name, hint]) => {
  const env = { ...testEnv, [name]: 'secret' };
  const message = `${name}: no setting of this name${hint} (allowed: LONGWIRE_CLI_AUTH_URL, LONGWIRE_CLI_ADMIN_URL, LONGWIRE_CLI_API_KEY)`;
  expect(await run(['nodes', '--json'], folder, env)).toEqual({
    code: 2,
    stdout: `${JSON.stringify({ error: { code: 'usage', message } })}\n`,
    stderr: `${message}\n`,
  });
  expect(await run(['--help'], folder, env)).toMatchObject({ code: 0 });
});

test('help and version end with 0', async () => {
  expect((await run(['--help'], folder)).stdout).toMatch(/Usage: longwire/);
  expect(await run(['--version'], folder)).toMatchObject({ code: 0, stdout: '0.1.0\n' });
});
