import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort, waitFor } from '../../../test-support/helpers.ts';
import { CliProcess, run, testEnv, type Outcome } from './cli-process.ts';

let folder: string;
let dev: CliProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longwire-cli-'));
  dev = new CliProcess(['dev'], folder);
  await dev.said('Longwire is ready');
});

afterAll(async () => {
  await dev.stop();
  await rm(folder, { recursive: true });
});

const longwire = (...args: string[]): Promise<Outcome> => run(args, folder);

async function json(...args: string[]): Promise<Record<string, unknown>> {
  const { stdout } = await longwire(...args, '--json');
  return JSON.parse(stdout) as Record<string, unknown>;
}

test('dev says one line, and keeps its secrets for their owner', async () => {
  expect(dev.stdout).toMatch(/^Longwire is ready \(\d+\.\d s\)\. Try: npx longwire listen alice .*\n$/);
  expect(dev.stderr).toBe('');
  for (const file of ['dev.json', 'token-keys.json'])
    expect((await stat(join(folder, '.longwire', file))).mode & 0o777).toBe(0o600);
});

test('a listener gets a push and a send, and ends after its count', async () => {
  const listener = new CliProcess(['listen', 'alice', '--count', '2'], folder);
  await listener.said('alice is connected');
  const push = await longwire('push', '--to', 'alice', 'hello');
  expect(push).toMatchObject({ code: 0, stderr: '' });
  expect(push.stdout).toMatch(/^push \S+ done: 1 delivered, 0 offline, 0 failed, of 1\n$/);
  expect(await longwire('send', '--from', 'bob', '--to', 'alice', 'hi there')).toMatchObject({
    code: 0,
    stdout: 'delivered\n',
    stderr: expect.stringContaining('registered bob') as string,
  });
  expect(await listener.ended()).toMatchObject({ code: 0, stdout: 'push: hello\nbob: hi there\n' });
});

test('with --json each result is one object a line', async () => {
  const listener = new CliProcess(['listen', 'json', '--count', '1', '--json'], folder);
  await listener.said('json is connected');
  expect(await json('push', '--all', 'to all')).toMatchObject({ state: 'done' });
  const { stdout } = await listener.ended();
  expect(JSON.parse(stdout)).toMatchObject({ from: null, text: 'to all' });
});

test('a recipient that is away: the send says so and ends with 1', async () => {
  await longwire('register', 'away');
  expect(await longwire('send', '--from', 'bob', '--to', 'away', 'x')).toMatchObject({
    code: 1,
    stdout: 'offline\n',
  });
  expect(await json('push', '--to', 'away,nobody', 'x')).toMatchObject({ totals: { offline: 2 } });
});

test('who is connected elsewhere is told that this takes its place, and only then', async () => {
  const listener = new CliProcess(['listen', 'twice'], folder);
  await listener.said('twice is connected');
  const remark = 'twice is connected elsewhere; this takes its place\n';
  const publish = ['publish', '--from', 'twice', '--kind', 'k', 'x'];
  expect(await longwire(...publish)).toEqual({ code: 0, stdout: 'accepted\n', stderr: remark });
  expect(await listener.ended()).toMatchObject({ code: 1 });
  await waitFor(async () => (await json('client', 'twice'))['online'] === false);
  expect(await longwire(...publish)).toEqual({ code: 0, stdout: 'accepted\n', stderr: '' });

  const again = new CliProcess(['listen', 'twice'], folder);
  await again.said('twice is connected');
  await longwire('register', 'away');
  const send = ['send', '--from', 'twice', '--to', 'away', 'x'];
  expect(await longwire(...send)).toEqual({ code: 1, stdout: 'offline\n', stderr: remark });
  await again.ended();
});

test('without an admin API nothing is said of other connections', async () => {
  const env = { ...testEnv, LONGWIRE_CLI_ADMIN_URL: `http://127.0.0.1:${await freePort()}` };
  const listener = new CliProcess(['listen', 'unseen'], folder);
  await listener.said('unseen is connected');
  const publish = ['publish', '--from', 'unseen', '--kind', 'k', 'x'];
  expect(await run(publish, folder, env)).toEqual({ code: 0, stdout: 'accepted\n', stderr: '' });
  await listener.ended();
});

test('what is published arrives in the database', async () => {
  expect(await json('publish', '--from', 'meter', '--kind', 'readings', '42')).toMatchObject({
    status: 'accepted',
  });
  const { adminUrl, apiKey } = JSON.parse(await readFile(join(folder, '.longwire/dev.json'), 'utf8')) as {
    adminUrl: string;
    apiKey: string;
  };
  const messages = await waitFor(async () => {
    const response = await fetch(`${adminUrl}/v1/upstream-messages?clientId=meter`, {
      headers: { authorization: `Bearer ${apiKey}` },
    });
    const { messages: found } = (await response.json()) as { messages: object[] };
    return found.length > 0 ? found : null;
  });
  expect(messages).toMatchObject([{ clientId: 'meter', kind: 'readings', payload: { text: '42' } }]);
});

test('a push to the newly registered, and its status later', async () => {
  await longwire('register', 'fresh');
  const { pushId } = await json('push', '--registered-since', '1h', '--no-wait', 'welcome');
  await waitFor(async () => (await json('push-status', String(pushId)))['state'] === 'done');
  expect(await json('push-status', String(pushId))).toMatchObject({
    audience: { type: 'registered-since' },
    totals: { delivered: 0, failed: 0 },
  });
});

test('nodes, status and client tell what is there', async () => {
  const listener = new CliProcess(['listen', 'seen'], folder);
  await listener.said('seen is connected');
  expect(await json('client', 'seen')).toMatchObject({ clientId: 'seen', online: true });
  expect((await longwire('client', 'seen')).stdout).toMatch(/^seen: online on \S+ since 20/);
  await waitFor(async () => (await json('status'))['byNodes'] === 1);
  expect(await json('status')).toMatchObject({ active: 1, byDirectory: 1, drift: 0 });
  expect((await longwire('nodes')).stdout).toMatch(/NODE +STATE +ADDRESS[^]*active/);
  expect(await listener.stop()).toMatchObject({ code: 0 });
  await waitFor(async () => (await json('client', 'seen'))['online'] === false);
});

test('an operator steers the nodes, and is kept from draining the only one', async () => {
  const nodeId = String((await json('nodes'))['nodeId']);
  expect(await json('nodes', 'weight', nodeId, '2.5')).toEqual({ nodeId, operatorWeight: 2.5 });
  expect(await json('nodes')).toMatchObject({ weight: 2.5, ownWeight: 1, operatorWeight: 2.5, share: 1 });
  expect((await longwire('nodes')).stdout).toMatch(/ 2\.5 set +[01]\.\d\d +100\.0 % /);
  expect((await longwire('nodes', 'weight', nodeId, 'default')).stdout).toContain('has its own weight again');
  expect(await json('nodes')).toMatchObject({ weight: 1, operatorWeight: null });
  const drain = await longwire('nodes', 'drain', nodeId);
  expect(drain.code).toBe(1);
  expect(drain.stderr).toMatch(/is the only active push-server.* \(only-node\)\n$/);
  expect(await json('nodes', 'rebalance', '--rate', '50')).toEqual({
    clients: 0,
    clientsPerSecond: 50,
    nodes: [{ nodeId, clients: 0 }],
  });
});

test('a token can be refreshed by whoever holds it, until it is revoked', async () => {
  const { token, pushServer } = await json('token', 'holder');
  expect(pushServer).toMatchObject({ tcp: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string });
  const { authUrl } = JSON.parse(await readFile(join(folder, '.longwire/dev.json'), 'utf8')) as {
    authUrl: string;
  };
  const refresh = () =>
    fetch(`${authUrl}/v1/tokens/refresh`, {
      method: 'POST',
      headers: { authorization: `Bearer ${String(token)}` },
    });
  expect((await refresh()).status).toBe(200);
  expect(await json('revoke', 'holder')).toEqual({ clientId: 'holder', revoked: true });
  expect(await (await refresh()).json()).toMatchObject({ status: 401, code: 'token-revoked' });
});

test('doctor finds nothing wrong here', async () => {
  const { code, stdout } = await longwire('doctor');
  expect(stdout).not.toMatch(/FAILED/);
  expect(stdout).toMatch(/^clock +ok +agrees with auth-service$/m);
  for (const backend of ['redis', 'zookeeper', 'kafka', 'database'])
    expect(stdout).toMatch(
      new RegExp(`^${backend} +note +not configured: embedded, good for \`longwire dev\` only$`, 'm'),
    );
  expect(code).toBe(0);
});

describe('mistakes are told in one line', () => {
  test.for([
    [['register', 'alice'], 1, /^alice is registered already; its secret is in .*alice\.json\n$/],
    [['register', 'a b'], 1, /^The body does not match its schema; \/clientId: given "a b", .*\n$/],
    [['push-status', 'nothing'], 1, /^There is no push nothing \(push-not-found\)\n$/],
    [['client', 'nobody'], 1, /^nobody is neither registered nor online \(client-not-found\)\n$/],
    [['publish', '--from', 'bob', '--kind', 'a b', 'x'], 1, /^kind must be 1 to 64 of .*\n$/],
    [['push', 'x'], 2, /^say to whom with one of --to A,B {2}--all {2}--registered-since <time>\n$/],
    [['push', '--to', 'a', '--all', 'x'], 2, /^say to whom/],
    [['listen', 'alice', '--count', '0'], 2, /must be a whole number above 0/],
    [['serve', 'everything'], 2, /Allowed choices are auth, push, route, consumer, admin/],
    [['send', '--from', 'bob', '--to', 'bob', 'x'], 2, /^bob cannot send to itself: --from and --to must be/],
    [['nonsense'], 2, /unknown command 'nonsense'/],
    [['nodes', 'weight', 'push-1', '0.0005'], 2, /It must be from 0.001 to 1000, or "default"/],
    [['nodes', 'weight', 'nobody', '1'], 1, /^There is no push-server nobody \(node-not-found\)\n$/],
    [['config', 'check', 'nonsense'], 2, /^unknown role nonsense; allowed: auth, /],
  ] as const)('%j', async ([args, code, stderr]) => {
    await longwire('register', 'alice');
    const outcome = await longwire(...args);
    expect(outcome.stderr).toMatch(stderr);
    expect(outcome.code).toBe(code);
  });

  test.for([
    [['register', 'alice'], 1, 'client-taken', /^alice is registered already/],
    [['push-status', 'nothing'], 1, 'push-not-found', /^There is no push nothing/],
    [['client', 'nobody'], 1, 'client-not-found', /^nobody is neither/],
    [['publish', '--from', 'bob', '--kind', 'a b', 'x'], 1, 'invalid-message', /^kind must be/],
    [['send', '--from', 'bob', '--to', 'bob', 'x'], 2, 'usage', /^bob cannot send to itself/],
    [['push', 'x'], 2, 'usage', /^say to whom/],
    [['listen', 'alice', '--count', '0'], 2, 'usage', /^option .* must be a whole number above 0/],
    [['listen'], 2, 'usage', /^missing required argument 'clientId'$/],
    [['nonsense'], 2, 'usage', /^unknown command 'nonsense'$/],
    [['nodes', '--nonsense'], 2, 'usage', /^unknown option '--nonsense'$/],
    [[], 2, 'usage', /^a command is missing$/],
  ] as const)('with --json as one object: %j', async ([args, exitCode, code, message]) => {
    await longwire('register', 'alice');
    const outcome = await longwire(...args, '--json');
    expect(outcome.code).toBe(exitCode);
    expect(outcome.stdout).toMatch(/^[^\n]+\n$/);
    const expected = { error: { code, message: expect.stringMatching(message) as string } };
    expect(JSON.parse(outcome.stdout)).toEqual(expected);
  });

  test('with --json a send that was not delivered has its error in the one object', async () => {
    await longwire('register', 'away');
    const { code, stdout } = await longwire('send', '--from', 'bob', '--to', 'away', 'x', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      from: 'bob',
      to: 'away',
      status: 'offline',
      error: { code: 'not-delivered', message: 'not delivered to away: offline' },
    });
  });

  test('what stands behind -- asks for no JSON', async () => {
    expect(await longwire('nonsense', '--', '--json')).toMatchObject({ code: 2, stdout: '' });
  });

  test('a key that the cluster does not know', async () => {
    const env = { ...testEnv, LONGWIRE_CLI_API_KEY: 'lwk_wrong' };
    const outcome = await run(['nodes'], folder, env);
    expect(outcome).toMatchObject({ code: 1, stdout: '' });
    expect(outcome.stderr).toMatch(/LONGWIRE_CLI_API_KEY \(unauthorized\)\n$/);
    expect(outcome.stderr).not.toContain('lwk_wrong');
  });

  test('a secret that was saved of another cluster', async () => {
    const { clientId } = await json('register', 'moved');
    const file = join(folder, '.longwire/clients/moved.json');
    const saved = await readFile(file, 'utf8');
    const { writeFile } = await import('node:fs/promises');
    await writeFile(file, saved.replace(/lws_.{10}/, 'lws_0000000000'));
    const outcome = await longwire('send', '--from', String(clientId), '--to', 'alice', 'x');
    expect(outcome.stderr).toMatch(/does not accept the secret in .*moved\.json/);
    expect(outcome.code).toBe(1);
  });

  test('nothing there', async () => {
    const port = await freePort();
    const env = {
      ...testEnv,
      LONGWIRE_CLI_AUTH_URL: `http://127.0.0.1:${port}`,
      LONGWIRE_CLI_ADMIN_URL: `http://127.0.0.1:${port}`,
    };
    for (const args of [['nodes'], ['listen', 'alice'], ['register', 'x'], ['push', '--all', 'x']])
      expect(await run(args, folder, env)).toEqual({
        code: 1,
        stdout: '',
        stderr: `cannot reach http://127.0.0.1:${port}: is \`npm start\` running?\n`,
      });
    const { code, stdout } = await run(['nodes', '--json'], folder, env);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'unreachable' } });
    expect(code).toBe(1);
  });
});

test('a port that is taken: the key to change it, and exit code 2', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { port } = holder.address() as AddressInfo;
  const elsewhere = await mkdtemp(join(tmpdir(), 'longwire-cli-'));
  try {
    const env = { ...testEnv, LONGWIRE_ROUTE_HTTP_PORT: `${port}` };
    expect(await new CliProcess(['dev'], elsewhere, env).ended()).toEqual({
      code: 2,
      stdout: '',
      stderr: `port ${port} (route.http.port) is in use: is another Longwire running? Set LONGWIRE_ROUTE_HTTP_PORT to change it.\n`,
    });
    const doctor = await run(['doctor'], elsewhere, env);
    expect(doctor.stdout).toMatch(/route\.http\.port\) +FAILED +in use by something else/);
    expect(doctor.code).toBe(1);
  } finally {
    holder.close();
    await rm(elsewhere, { recursive: true });
  }
});

test('stops in order, and starts again with the clients that it knew', async () => {
  await longwire('register', 'lasting');
  expect(await dev.stop()).toMatchObject({ code: 0, stderr: '' });
  dev = new CliProcess(['dev'], folder);
  await dev.said('Longwire is ready');
  expect(await longwire('publish', '--from', 'lasting', '--kind', 'k', 'x')).toMatchObject({
    code: 0,
    stdout: 'accepted\n',
    stderr: '',
  });
});
