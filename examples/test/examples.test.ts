import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CliProcess, run, testEnv } from '../../packages/cli/test/cli-process.ts';
import { waitFor } from '../../test-support/helpers.ts';

const examples = join(import.meta.dirname, '..');

/** A program of this folder beside a cluster that `longwire dev` runs. */
class Example {
  readonly child: ChildProcess;
  output = '';
  readonly #closed: Promise<unknown>;

  constructor(file: string, flags: readonly string[]) {
    const args = ['--conditions=longwire-source', join(examples, file), '--auth', authUrl, ...flags];
    const env = { ...testEnv, LONGWIRE_CLI_API_KEY: apiKey };
    this.child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout!, this.child.stderr!])
      stream.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.#closed = once(this.child, 'close');
  }

  async said(what: RegExp): Promise<void> {
    await waitFor(() => {
      if (what.test(this.output)) return true;
      if (this.child.exitCode !== null) throw new Error(`it ended, saying: ${this.output}`);
      return false;
    });
  }

  async exit(): Promise<number | null> {
    await this.#closed;
    return this.child.exitCode;
  }
}

let folder: string;
let dev: CliProcess;
let authUrl: string;
let adminUrl: string;
let apiKey: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longwire-examples-'));
  const env = { ...testEnv, LONGWIRE_PUSH_HANDLER_MODULES: join(examples, 'handlers/echo.ts') };
  dev = new CliProcess(['dev'], folder, env);
  await dev.said('Longwire is ready');
  const state = JSON.parse(await readFile(join(folder, '.longwire/dev.json'), 'utf8')) as Record<
    string,
    string
  >;
  authUrl = state['authUrl']!;
  adminUrl = state['adminUrl']!;
  apiKey = state['apiKey']!;
});

afterAll(async () => {
  await dev.stop();
  await rm(folder, { recursive: true });
});

/** The payloads of a client's upstream messages of a kind, newest first, as the administrator sees them. */
async function upstream(clientId: string, kind: string): Promise<string[]> {
  const query = new URLSearchParams({ clientId, kind });
  const response = await fetch(`${adminUrl}/v1/upstream-messages?${query.toString()}`, {
    headers: { authorization: `Bearer ${apiKey}` },
    signal: AbortSignal.timeout(10_000),
  });
  const { messages } = (await response.json()) as { messages: { payload: { text: string } }[] };
  return messages.map(({ payload }) => payload.text);
}

test('the device reports upstream, and prints a push', async () => {
  const device = new Example('cpu-device.ts', ['--id', 'device']);
  await device.said(/reported /);
  expect(await run(['push', '--all', 'hello'], folder)).toMatchObject({ code: 0 });
  await device.said(/^push \S+ to device: hello$/m);
  device.child.kill('SIGINT');
  expect(await device.exit()).toBe(0);
  const accepted = Number(/(\d+) reports were accepted/.exec(device.output)?.[1]);
  expect(accepted).toBeGreaterThan(0);
  const [metrics = ''] = await waitFor(async () => {
    const found = await upstream('device', 'metrics');
    return found.length >= accepted ? found : null;
  });
  const { memoryUsedBytes, memoryTotalBytes } = JSON.parse(metrics) as Record<string, number>;
  expect(memoryUsedBytes).toBeGreaterThan(0);
  expect(memoryUsedBytes).toBeLessThan(memoryTotalBytes!);
});

test('the chat pair hears every line in order', async () => {
  const text = join(folder, 'text');
  await writeFile(text, 'first\n\nthe same\nthe same\nlast');
  const chat = new Example('chat-pair.ts', ['--file', text, '--pause', '1']);
  expect(await chat.exit()).toBe(0);
  expect(chat.output).toContain('all 5 lines arrived in order');
});

test('the echo handler takes its kind of message', async () => {
  await run(['register', 'ann'], folder);
  expect(await run(['publish', '--from', 'ann', '--kind', 'echo', 'hello'], folder)).toMatchObject({
    code: 0,
  });
  await dev.said('ann says: hello');
  const texts = await waitFor(async () => {
    const found = await upstream('ann', 'echo');
    return found.length > 0 ? found : null;
  });
  expect(texts).toEqual(['HELLO']);
  const silence = await run(['publish', '--from', 'ann', '--kind', 'echo', ' '], folder);
  expect(silence.code).toBe(1);
  expect(silence.stderr).toContain('there is nothing to echo');
});
