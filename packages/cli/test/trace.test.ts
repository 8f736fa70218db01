import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../../../test-support/helpers.ts';
import { CliProcess, run, testEnv } from './cli-process.ts';

let folder: string;
let dev: CliProcess;
let adminUrl: string;
let headers: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longwire-trace-'));
  dev = new CliProcess(['dev'], folder, { ...testEnv, LONGWIRE_LOG_LEVEL: 'debug' });
  await dev.said('Longwire is ready');
  const state = JSON.parse(await readFile(join(folder, '.longwire/dev.json'), 'utf8')) as Record<
    string,
    string
  >;
  adminUrl = state['adminUrl']!;
  headers = { authorization: `Bearer ${state['apiKey']}`, 'content-type': 'application/json' };
});

afterAll(async () => {
  await dev.stop();
  await rm(folder, { recursive: true });
});

/** The services whose log has a line with this trace id. */
function servicesWith(traceId: string): string[] {
  const lines = dev.stderr.split('\n').filter((line) => line.includes(`"traceId":"${traceId}"`));
  return [...new Set(lines.map((line) => (JSON.parse(line) as { service: string }).service))].toSorted();
}

test('a push carries the trace id of its request through every service', async () => {
  const listener = new CliProcess(['listen', 'alice', '--count', '1'], folder);
  await listener.said('alice is connected');
  const traceId = randomBytes(16).toString('hex');
  await fetch(`${adminUrl}/v1/pushes`, {
    method: 'POST',
    headers: { ...headers, traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01` },
    body: JSON.stringify({ audience: { clientIds: ['alice'] }, payload: { text: 'hello' } }),
  });
  await listener.ended();
  await waitFor(() => servicesWith(traceId).length === 3);
  expect(servicesWith(traceId)).toEqual(['admin-platform', 'push-route', 'push-server']);
});

test('a published message has one trace id from the push-server to its row', async () => {
  await run(['publish', '--from', 'meter', '--kind', 'readings', '42'], folder);
  const row = await waitFor(async () => {
    const response = await fetch(`${adminUrl}/v1/upstream-messages?clientId=meter`, { headers });
    const { messages } = (await response.json()) as { messages: { traceId: string }[] };
    return messages[0];
  });
  await waitFor(() => servicesWith(row.traceId).length === 2);
  expect(servicesWith(row.traceId)).toEqual(['push-server', 'upstream-consumer']);
});
