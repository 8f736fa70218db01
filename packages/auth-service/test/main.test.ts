import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RedisDirectory, ZooKeeperMembership } from '@longwire/cluster';
import { createTokenKeySet, loadConfig, writeTokenKeySet } from '@longwire/service-kit';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { realBackend } from '../../../test-support/backends.ts';
import { authConfigSchema } from '../src/index.ts';
import { operator, post } from './support.ts';

const [redis, zookeeper] = [realBackend('redis'), realBackend('zookeeper')];
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
});

function run(env: Record<string, string>) {
  const child = spawn(process.execPath, ['--conditions=longwire-source', main], {
    env: { PATH: process.env['PATH'], ...env },
  });
  const ended = once(child, 'close') as Promise<[number | null]>;
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  opened.push({
    close: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  });
  return {
    readyUrl: async () => {
      const found = () => /"url":"(http:[^"]+)"/.exec(stdout)?.[1];
      await expect.poll(found, { timeout: 30_000 }).toBeDefined();
      return found()!;
    },
    stop: () => child.kill('SIGTERM'),
    ended: async () => ({ code: (await ended)[0], stdout, stderr }),
  };
}

describe('the process', () => {
  it('names every wrong setting and exits with 2', async () => {
    const { code, stderr } = await run({ LONGWIRE_AUTH_HTTP_PORT: 'x' }).ended();
    expect(code).toBe(2);
    expect(stderr).toContain('auth.http.port (LONGWIRE_AUTH_HTTP_PORT): given "x"; allowed: an integer');
    expect(stderr).toContain('cluster.secret');
  });

  it('wants shared backends, since nobody else is in its process', async () => {
    const { code, stderr } = await run({ LONGWIRE_CLUSTER_SECRET: 'c'.repeat(32) }).ended();
    expect(code).toBe(2);
    expect(stderr).toContain('redis.url');
    expect(stderr).toContain('zookeeper.servers');
  });

  it.skipIf(!redis || !zookeeper)('signs a client in on real Redis and ZooKeeper', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'longwire-auth-main-'));
    const id = randomBytes(4).toString('hex');
    const env = {
      LONGWIRE_CLUSTER_SECRET: 'c'.repeat(32),
      LONGWIRE_API_KEYS: JSON.stringify([operator.entry]),
      LONGWIRE_TOKENS_KEYS_FILE: join(folder, 'keys.json'),
      LONGWIRE_AUTH_HTTP_PORT: '0',
      LONGWIRE_DATABASE_URL: `sqlite:${join(folder, 'auth.db')}`,
      LONGWIRE_REDIS_URL: redis!,
      LONGWIRE_REDIS_KEY_PREFIX: `auth-test-${id}`,
      LONGWIRE_REDIS_BUCKETS: '16',
      LONGWIRE_ZOOKEEPER_SERVERS: zookeeper!,
      LONGWIRE_ZOOKEEPER_ROOT_PATH: `/auth-test-${id}`,
    };
    await writeTokenKeySet(env.LONGWIRE_TOKENS_KEYS_FILE, createTokenKeySet());
    const config = loadConfig(authConfigSchema, { env });
    const logger = pino({ level: 'silent' });
    const membership = await ZooKeeperMembership.connect({ settings: config.zookeeper, logger });
    const directory = new RedisDirectory({ settings: config.redis, logger });
    opened.push(membership, directory);
    const addresses = { api: 'http://127.0.0.1:1', tcp: '127.0.0.1:7400' };
    const boot = randomBytes(8).toString('hex');
    await membership.register(
      'push-server',
      { nodeId: 'push-1', boot, addresses, weight: 1, state: 'active', version: '0.1.0' },
      () => {},
    );

    const auth = run(env);
    const url = await auth.readyUrl();
    const clientId = `device-${id}`;
    const { clientSecret } = (await post(`${url}/v1/clients`, { clientId }, operator.key)).body;
    const signIn = () => post(`${url}/v1/tokens`, { clientId, clientSecret });
    await expect.poll(async () => (await signIn()).status, { timeout: 30_000 }).toBe(200);
    const { body } = await signIn();
    expect(body.pushServer).toEqual({ nodeId: 'push-1', tcp: '127.0.0.1:7400' });

    const revokedFromMs = Date.now();
    expect((await post(`${url}/v1/tokens/revoke`, {}, body.token)).status).toBe(204);
    expect((await post(`${url}/v1/tokens/refresh`, undefined, body.token)).body.code).toBe('token-revoked');
    expect(await directory.isRevoked(clientId, revokedFromMs)).toBe(true);

    auth.stop();
    const { code, stdout } = await auth.ended();
    expect(code).toBe(0);
    expect(stdout).not.toContain(body.token);
    expect(stdout).not.toContain(clientSecret);
  });
});
