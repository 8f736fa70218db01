import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { freePort, waitFor } from '../helpers.ts';

let server: Server;
let port: number;
beforeAll(async () => {
  server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => server.close());
afterEach(() => vi.unstubAllEnvs());

/** The module looks at the environment when it is imported. */
async function freshlyImported() {
  vi.resetModules();
  return import('../backends.ts');
}

test.each([
  ['redis', 'LONGWIRE_TEST_REDIS_URL', () => `redis://127.0.0.1:${port}`],
  ['zookeeper', 'LONGWIRE_TEST_ZOOKEEPER_SERVERS', () => `127.0.0.1:${port}`],
  ['kafka', 'LONGWIRE_TEST_KAFKA_BROKERS', () => `127.0.0.1:${port},127.0.0.1:1`],
  ['database', 'LONGWIRE_TEST_DATABASE_URL', () => `mysql://longwire:secret@127.0.0.1:${port}/longwire`],
] as const)('%s is taken from %s when it accepts connections', async (kind, variable, address) => {
  vi.stubEnv(variable, address());
  expect((await freshlyImported()).realBackend(kind)).toBe(address());
});

test('one that does not accept is null, and an error where backends are required', async () => {
  vi.stubEnv('LONGWIRE_TEST_REDIS_URL', `redis://127.0.0.1:${await freePort()}`);
  vi.stubEnv('LONGWIRE_REQUIRE_BACKENDS', '');
  const { realBackend } = await freshlyImported();
  expect(realBackend('redis')).toBeNull();
  vi.stubEnv('LONGWIRE_REQUIRE_BACKENDS', '1');
  expect(() => realBackend('redis')).toThrow('npm run backends -- start test');
});

test('waitFor gives what it waited for, and tells the last error when it waited in vain', async () => {
  let calls = 0;
  expect(await waitFor(() => (++calls < 3 ? null : calls))).toBe(3);
  expect(await waitFor(() => 0)).toBe(0);
  const vain = waitFor(() => Promise.reject(new Error('still broken')), 50);
  await expect(vain).rejects.toMatchObject({ cause: new Error('still broken') });
});
