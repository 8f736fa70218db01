import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CliProcess, run, testEnv } from '../../packages/cli/test/cli-process.ts';
import { freePort, waitFor } from '../../test-support/helpers.ts';

/** Long enough for a machine that is busy, short enough to see several of them end. */
const TOKEN_SECONDS = 2;
const hasPython = spawnSync('python3', ['--version']).status === 0;

let state: string;
let dev: CliProcess;
let nodeUrl: string;
let settings: { authUrl: string; apiKey: string };

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'longwire-renewal-'));
  const port = await freePort();
  nodeUrl = `http://127.0.0.1:${port}`;
  const env = { LONGWIRE_TOKENS_LIFETIME_SECONDS: `${TOKEN_SECONDS}`, LONGWIRE_PUSH_HTTP_PORT: `${port}` };
  dev = new CliProcess(['dev'], state, { ...testEnv, ...env });
  await dev.said('Longwire is ready');
  settings = JSON.parse(await readFile(join(state, '.longwire/dev.json'), 'utf8')) as typeof settings;
});

afterAll(async () => {
  await dev.stop();
  await rm(state, { recursive: true });
});

async function count(metric: string): Promise<number> {
  const headers = { authorization: `Bearer ${settings.apiKey}` };
  const text = await (await fetch(`${nodeUrl}/metrics`, { headers })).text();
  const values = text.split('\n').filter((line) => line.startsWith(metric) && !line.startsWith('#'));
  return values.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

/** Until as many tokens as this have been renewed, without a connection that was closed. */
async function renewed(times: number): Promise<void> {
  const before = await count('longwire_token_refreshes_total');
  const closedBefore = await count('longwire_connections_closed_total');
  await waitFor(async () => (await count('longwire_token_refreshes_total')) >= before + times);
  expect(await count('longwire_connections_closed_total')).toBe(closedBefore);
}

it('a client of the SDK keeps its connection over many tokens', async () => {
  const listener = new CliProcess(['listen', 'newt', '--count', '1'], state);
  await listener.said('newt is connected');
  await renewed(3);
  const push = await run(['push', '--to', 'newt', 'still there?', '--json'], state);
  expect(JSON.parse(push.stdout)).toMatchObject({ totals: { delivered: 1 } });
  expect((await listener.ended()).stdout).toContain('still there?');
});

it.skipIf(!hasPython)('so does the client in Python', async () => {
  const response = await fetch(`${settings.authUrl}/v1/clients`, {
    method: 'POST',
    headers: { authorization: `Bearer ${settings.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ clientId: 'snake' }),
  });
  const { clientSecret } = (await response.json()) as { clientSecret: string };
  const program = new URL('../python/longwire_client.py', import.meta.url).pathname;
  const credentials = ['--auth', settings.authUrl, '--client-id', 'snake', '--client-secret', clientSecret];
  const listening = promisify(execFile)('python3', [program, ...credentials, 'listen', '--count', '1'], {
    timeout: 60_000,
  });
  await waitFor(async () =>
    (await run(['client', 'snake', '--json'], state)).stdout.includes('"online":true'),
  );
  await renewed(3);
  await run(['push', '--to', 'snake', 'still there?'], state);
  expect(
    (await listening).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toMatchObject([{ event: 'connected' }, { event: 'message', text: 'still there?' }]);
});
