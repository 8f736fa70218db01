import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LongwireClient } from '@longwire/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliProcess, testEnv, type Outcome } from '../../packages/cli/test/cli-process.ts';
import { hasOpenssl, TestAuthority } from '../../test-support/certificates.ts';
import { waitFor } from '../../test-support/helpers.ts';

const hasPython = spawnSync('python3', ['--version']).status === 0;
const pythonClient = new URL('../python/longwire_client.py', import.meta.url).pathname;

/** Certificates as docs/tls.md sets them: every port over TLS, and nodes show theirs to each other. */
describe.skipIf(!hasOpenssl)('a cluster with TLS on every port', () => {
  let folder: string;
  let authority: TestAuthority;
  let env: NodeJS.ProcessEnv;
  let dev: CliProcess;
  let authUrl: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'longwire-tls-'));
    authority = new TestAuthority(folder);
    const { certFile, keyFile } = authority.issue('node');
    const listeners = [
      'AUTH_HTTP',
      'PUSH_HTTP',
      'ROUTE_HTTP',
      'ADMIN_HTTP',
      'CONSUMER_HTTP',
      'PUSH',
      'CLUSTER',
    ];
    const pairs = listeners.flatMap((name) => [
      [`LONGWIRE_${name}_TLS_CERT_FILE`, certFile],
      [`LONGWIRE_${name}_TLS_KEY_FILE`, keyFile],
    ]);
    env = {
      ...testEnv,
      ...(Object.fromEntries(pairs) as Record<string, string>),
      LONGWIRE_CLUSTER_TLS_CA_FILE: authority.caFile,
      LONGWIRE_PUSH_HTTP_TLS_CLIENT_CA_FILE: authority.caFile,
      LONGWIRE_PUSH_HTTP_TLS_CLIENT_CERTIFICATES: 'required',
      // How the commands come to trust the authority.
      NODE_EXTRA_CA_CERTS: authority.caFile,
    };
    dev = new CliProcess(['dev'], folder, env);
    await dev.said('Longwire is ready');
    ({ authUrl } = JSON.parse(readFileSync(join(folder, '.longwire/dev.json'), 'utf8')) as {
      authUrl: string;
    });
  });

  afterAll(async () => {
    await dev.stop();
    rmSync(folder, { recursive: true });
  });

  const longwire = (...args: string[]): Promise<Outcome> => new CliProcess(args, folder, env).ended();

  async function register(clientId: string): Promise<string> {
    await longwire('register', clientId);
    const { clientSecret } = JSON.parse(
      readFileSync(join(folder, '.longwire/clients', `${clientId}.json`), 'utf8'),
    ) as { clientSecret: string };
    return clientSecret;
  }

  it('takes a push from the admin API through push-route to a client, and back', async () => {
    expect(authUrl).toMatch(/^https:/);
    const listener = new CliProcess(['listen', 'alice', '--count', '1'], folder, env);
    await listener.said('alice is connected');
    expect(await longwire('push', '--to', 'alice', 'hello')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('1 delivered'),
    });
    expect(await listener.ended()).toMatchObject({ code: 0, stdout: 'push: hello\n' });
    const doctor = await longwire('doctor');
    expect(doctor.stdout).toMatch(
      /certificate \(push\.http\.tls\) +WARNING +valid until .*, 0 days from now/,
    );
    expect((await longwire('nodes')).stdout).toMatch(/127\.0\.0\.1:\d+/);
  });

  it('lets the SDK in by the authority that it is given, and by no other', async () => {
    const clientSecret = await register('sdk');
    const tls = { ca: authority.ca };
    const client = new LongwireClient({ authUrl, clientId: 'sdk', clientSecret, tls });
    await client.connect();
    expect(await client.publish('k', 'x'.repeat(60_000))).toEqual({ status: 'accepted' });
    await client.close();

    const other = { ca: new TestAuthority(folder, 'other').ca };
    const stranger = new LongwireClient({ authUrl, clientId: 'sdk', clientSecret, tls: other });
    await expect(stranger.connect({ timeoutMs: 500 })).rejects.toThrow(/certificate/);
    await stranger.close();
  });

  it.skipIf(!hasPython)('serves the Python example', async () => {
    const credentials = [
      '--auth',
      authUrl,
      '--client-id',
      'snake',
      '--client-secret',
      await register('snake'),
    ];
    const python = (...args: string[]) =>
      promisify(execFile)('python3', [pythonClient, ...credentials, ...args], { timeout: 45_000 });
    const trusting = ['--ca-file', authority.caFile];
    const listening = python(...trusting, 'listen', '--count', '2');
    await waitFor(async () => (await longwire('client', 'snake', '--json')).stdout.includes('"online":true'));
    const long = 'y'.repeat(50_000);
    for (const text of ['one', long])
      expect(await longwire('send', '--from', 'bob', '--to', 'snake', text)).toMatchObject({ code: 0 });
    const { stdout } = await listening;
    expect(stdout).toContain('"one"');
    expect(stdout).toContain(long);
    await expect(python('listen', '--count', '1')).rejects.toMatchObject({
      stderr: expect.stringContaining('CERTIFICATE_VERIFY_FAILED'),
    });
  });
});
