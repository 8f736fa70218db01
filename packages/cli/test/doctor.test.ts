import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../../test-support/helpers.ts';
import { compareClocks, type ClockReading } from '../src/doctor/clock.ts';
import { CliProcess, run, testEnv } from './cli-process.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longwire-doctor-'));
});
afterAll(() => rm(folder, { recursive: true }));

const backends = ['redis', 'zookeeper', 'kafka', 'database'];

function envWithBackendsAt(port: number): NodeJS.ProcessEnv {
  return {
    ...testEnv,
    LONGWIRE_REDIS_URL: `redis://:hidden@127.0.0.1:${port}`,
    LONGWIRE_ZOOKEEPER_SERVERS: `127.0.0.1:${port}`,
    LONGWIRE_KAFKA_BROKERS: `127.0.0.1:${port}`,
    LONGWIRE_DATABASE_URL: `mysql://user:hidden@127.0.0.1:${port}/db`,
  };
}

test('backends that are not there: each is told with its reason, no password, exit code 1', async () => {
  const { code, stdout, stderr } = await run(['doctor'], folder, envWithBackendsAt(await freePort()));
  for (const backend of backends)
    expect(stdout).toMatch(new RegExp(`^${backend} +FAILED +.*ECONNREFUSED`, 'm'));
  expect(stdout + stderr).not.toContain('hidden');
  expect(stderr).toBe('failed: redis, zookeeper, kafka, database\n');
  expect(code).toBe(1);
});

test('backends that say nothing: given up, and the process ends', async () => {
  const sockets = new Set<Socket>();
  const silent: Server = createServer((socket) => sockets.add(socket.on('error', () => undefined)));
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  try {
    const env = envWithBackendsAt((silent.address() as AddressInfo).port);
    const { code, stdout, stderr } = await new CliProcess(['doctor', '--json'], folder, env).ended();
    const lines = stdout.trimEnd().split('\n');
    const found = lines.map((line) => JSON.parse(line) as { check?: string; state?: string; error?: object });
    const failed = found.filter(({ state }) => state === 'failed').map(({ check }) => check);
    expect(failed).toEqual(backends);
    expect(found.at(-1)).toEqual({
      error: { code: 'checks-failed', message: 'failed: redis, zookeeper, kafka, database' },
    });
    expect(stderr).toBe('failed: redis, zookeeper, kafka, database\n');
    expect(code).toBe(1);
  } finally {
    for (const socket of sockets) socket.destroy();
    silent.close();
  }
});

test('one ZooKeeper server of the list is enough', async () => {
  // Answers as a server does: length 36, version 0, timeout 5000, a session, a password of 16 bytes.
  const answer = Buffer.alloc(40);
  answer.writeInt32BE(36, 0);
  answer.writeInt32BE(5000, 8);
  const said: Buffer[] = [];
  const server = createServer((socket) => {
    socket.on('data', (chunk) => said.push(chunk));
    socket.once('data', () => socket.write(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const env = { ...testEnv, LONGWIRE_ZOOKEEPER_SERVERS: `127.0.0.1:${await freePort()},127.0.0.1:${port}` };
  const { stdout } = await run(['doctor'], folder, env);
  expect(stdout).toMatch(/^zookeeper +ok +answers in/m);
  server.close();
  await once(server, 'close');
  // A session that is ended leaves nothing to the server to wait for.
  expect(Buffer.concat(said).subarray(48).toString('hex')).toBe('0000000800000001fffffff5');
});

test('a cluster whose clock is an hour behind', async () => {
  const server = createHttpServer((_request, response) => {
    response.setHeader('date', new Date(Date.now() - 3_600_000).toUTCString()).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const env = { ...testEnv, LONGWIRE_CLI_AUTH_URL: `http://127.0.0.1:${port}` };
  const { code, stdout } = await run(['doctor'], folder, env);
  expect(stdout).toMatch(/^clock +FAILED +auth-service is 3[56]\d\d\.\d s behind this machine$/m);
  expect(code).toBe(1);
  server.close();
});

describe('clocks', () => {
  const reading = (source: string, given: Partial<ClockReading>): ClockReading => ({
    ...{ source, atMs: 100_000, resolutionMs: 1, askedAtMs: 100_000, answeredAtMs: 100_000 },
    ...given,
  });
  test.for([
    ['the same', {}, 'ok'],
    ['ahead by what is tolerated', { atMs: 102_000 }, 'ok'],
    ['ahead by more', { atMs: 102_001 }, 'failed'],
    ['behind by more', { atMs: 97_998 }, 'failed'],
    ['a slow answer says less', { atMs: 95_000, askedAtMs: 94_000 }, 'ok'],
    ['whole seconds say less', { atMs: 97_001, resolutionMs: 1000 }, 'ok'],
  ] as const)('%s: %j is %s', ([, given, state]) => {
    expect(compareClocks([reading('redis', given)], 'http://auth').state).toBe(state);
  });

  test('only the one that is away is named', () => {
    const readings = [reading('redis', {}), reading('database', { atMs: 110_000 })];
    expect(compareClocks(readings, 'http://auth').detail).toBe('database is 10.0 s ahead of this machine');
  });

  test('nobody to ask', () => {
    expect(compareClocks([], 'http://auth')).toMatchObject({
      state: 'warning',
      detail: 'not compared: no answer from http://auth',
    });
  });
});
