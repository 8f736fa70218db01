import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { waitFor } from '../../../test-support/backends.ts';
import { callApi, metric, type TestServer } from './harness.ts';
import { withinASecond } from './served.ts';
import { TestClient } from './test-client.ts';

const OPEN_FILES = 200;
const RESERVED = 60;

interface Served {
  readonly addresses: TestServer['addresses'];
  readonly tokens: { readonly alice: string; readonly bob: string };
  readonly log: readonly string[];
}

let child: ChildProcess;
afterEach(() => {
  child.kill('SIGKILL');
});

async function serve(): Promise<Served> {
  const fixture = join(import.meta.dirname, 'fixtures/serve-few-files.ts');
  const node = [process.execPath, '--conditions=longwire-source', fixture, String(RESERVED)];
  child = spawn('sh', ['-c', `ulimit -n ${OPEN_FILES}; exec "$@"`, 'sh', ...node], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [served] = (await once(child, 'message')) as [Served];
  return served;
}

async function cpuSeconds(): Promise<number> {
  child.send('cpu');
  const [answer] = (await once(child, 'message')) as [{ cpuSeconds: number }];
  return answer.cpuSeconds;
}

async function login(served: Served, name: 'alice' | 'bob'): Promise<TestClient> {
  const client = await TestClient.open(served.addresses.tcp);
  client.send('connect', { versionMin: 1, versionMax: 1, token: served.tokens[name] });
  await client.next('connected');
  return client;
}

it('refuses clients before file descriptors run out, without harm to anybody else, and takes them again', async () => {
  const served = await serve();
  const server = served as unknown as TestServer;
  expect(served.log.join('')).toContain(`lowered to ${OPEN_FILES - RESERVED}`);
  const alice = await login(served, 'alice');
  const others = await Promise.all(
    Array.from({ length: 2 * OPEN_FILES }, () => TestClient.open(served.addresses.tcp)),
  );
  const refused = await waitFor(async () => {
    const count = await metric(server, 'longwire_connections_refused_total', 'reason="openFiles"');
    const open = await metric(server, 'longwire_connections_unauthenticated');
    return count + open === others.length ? count : null;
  });
  expect(refused).toBeGreaterThan(OPEN_FILES);
  // Those that stay have what the reserve left.
  expect(others.length - refused).toBeGreaterThan((OPEN_FILES - RESERVED) / 2);
  expect(others.length - refused).toBeLessThan(OPEN_FILES - RESERVED);
  await waitFor(() => others.filter(({ isClosed }) => isClosed).length === refused);
  const told = others.filter((client) => client.frames.length > 0);
  expect(told.length).toBe(refused);
  expect((await told[0]!.closed()).name).toBe('overloaded');

  // Nothing else is disturbed: the client that is here, calls that need new files, and no processor is kept busy.
  const cpuBefore = await cpuSeconds();
  const startedAtMs = performance.now();
  for (let i = 0; i < 20; i++) {
    await withinASecond(() => alice.pong(), [child.pid!]);
    const answers = await Promise.all(Array.from({ length: 10 }, () => callApi(server, '/livez')));
    expect(answers.map(({ status }) => status)).toEqual(Array<number>(10).fill(200));
    await delay(50);
  }
  const elapsedSeconds = (performance.now() - startedAtMs) / 1000;
  expect((await cpuSeconds()) - cpuBefore).toBeLessThan(0.8 * elapsedSeconds);

  for (const client of others) client.socket.destroy();
  await waitFor(async () => (await metric(server, 'longwire_connections')) === 1);
  await withinASecond(async () => (await login(served, 'bob')).pong(), [child.pid!]);
});
