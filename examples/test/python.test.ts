import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliProcess, run } from '../../packages/cli/test/cli-process.ts';
import { waitFor } from '../../test-support/backends.ts';

const folder = new URL('../python/', import.meta.url).pathname;
const hasPython = spawnSync('python3', ['--version']).status === 0;
if (!hasPython) {
  if (process.env['LONGWIRE_REQUIRE_BACKENDS'] === '1') throw new Error('python3 is missing');
  console.log('not run: the Python example, because there is no python3');
}

/** The client that was written from SPEC.md alone, against a whole cluster. */
describe.skipIf(!hasPython)('the Python example', () => {
  let state: string;
  let dev: CliProcess;
  let authUrl: string;
  let adminUrl: string;
  let apiKey: string;

  beforeAll(async () => {
    state = await mkdtemp(join(tmpdir(), 'longwire-python-'));
    dev = new CliProcess(['dev'], state);
    await dev.said('Longwire is ready');
    ({ authUrl, adminUrl, apiKey } = JSON.parse(await readFile(join(state, '.longwire/dev.json'), 'utf8')));
  });

  afterAll(async () => {
    await dev.stop();
    await rm(state, { recursive: true });
  });

  async function register(clientId: string): Promise<string> {
    const response = await fetch(`${authUrl}/v1/clients`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ clientId }),
    });
    return ((await response.json()) as { clientSecret: string }).clientSecret;
  }

  async function python(clientId: string, clientSecret: string, ...command: string[]): Promise<unknown[]> {
    const credentials = ['--auth', authUrl, '--client-id', clientId, '--client-secret', clientSecret];
    const args = [join(folder, 'longwire_client.py'), ...credentials, ...command];
    const { stdout } = await promisify(execFile)('python3', args, { timeout: 45_000 });
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
  }

  it('signs in and receives a push', async () => {
    const listening = python('snake', await register('snake'), 'listen', '--count', '1');
    await waitFor(async () =>
      (await run(['client', 'snake', '--json'], state)).stdout.includes('"online":true'),
    );
    const push = await run(['push', '--to', 'snake', 'hello, snake', '--json'], state);
    expect(JSON.parse(push.stdout)).toMatchObject({ totals: { delivered: 1 } });
    expect(await listening).toMatchObject([
      { event: 'connected' },
      { event: 'message', text: 'hello, snake' },
    ]);
  });

  it('publishes upstream, and the message is stored', async () => {
    const secret = await register('meter');
    expect(await python('meter', secret, 'publish', '--kind', 'readings', '42')).toMatchObject([
      { event: 'published', status: 'ACCEPTED' },
    ]);
    await waitFor(async () => {
      const response = await fetch(`${adminUrl}/v1/upstream-messages?clientId=meter`, {
        headers: { authorization: `Bearer ${apiKey}` },
      });
      const { messages } = (await response.json()) as {
        messages: { kind: string; payload: { text: string } }[];
      };
      return messages.some(({ kind, payload }) => kind === 'readings' && payload.text === '42');
    });
  });

  it('sends to a client of the SDK', async () => {
    const listener = new CliProcess(['listen', 'gecko', '--count', '1'], state);
    await listener.said('gecko is connected');
    const sent = await python('cobra', await register('cobra'), 'send', '--to', 'gecko', 'hi, gecko');
    expect(sent).toMatchObject([{ event: 'sent', status: 'DELIVERED' }]);
    expect((await listener.ended()).stdout).toBe('cobra: hi, gecko\n');
  });

  it('says what is wrong with a secret, on one line', async () => {
    await register('mole');
    await expect(python('mole', 'lws_wrong', 'publish', '--kind', 'x', 'y')).rejects.toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/^[^\n]+\n$/) as string,
    });
  });

  it('reads every golden frame as the specification says', async () => {
    const args = ['-m', 'unittest', 'discover', '-s', folder, '-p', 'test_*.py'];
    const { stderr } = await promisify(execFile)('python3', args, { timeout: 55_000 });
    expect(stderr).toMatch(/Ran [1-9]\d* tests?[^]*\nOK\n$/);
  });
});
