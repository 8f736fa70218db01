import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PushServer } from '@longwire/push-server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hasOpenssl, TestAuthority } from '../../../test-support/certificates.ts';
import { LongwireClient, type TlsOptions } from '../src/index.ts';
import { RealCluster } from './real-cluster.ts';

describe.skipIf(!hasOpenssl)('push-servers that speak TLS', () => {
  let folder: string;
  let authority: TestAuthority;
  let cluster: RealCluster;
  const clients: LongwireClient[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'longwire-sdk-tls-'));
    authority = new TestAuthority(folder);
    cluster = await RealCluster.start();
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
    await cluster.close();
    rmSync(folder, { recursive: true });
  });

  async function addServer(nodeId: string, more: Record<string, string> = {}): Promise<PushServer> {
    const { certFile, keyFile } = authority.issue(nodeId);
    const tls = { LONGWIRE_PUSH_TLS_CERT_FILE: certFile, LONGWIRE_PUSH_TLS_KEY_FILE: keyFile };
    return cluster.addPushServer(nodeId, {}, { ...tls, ...more });
  }

  async function connect(clientId: string, tls: TlsOptions): Promise<LongwireClient> {
    const client = new LongwireClient({ ...(await cluster.register(clientId)), tls });
    clients.push(client);
    await client.connect({ timeoutMs: 3000 });
    return client;
  }

  test('a client that is redirected goes on over TLS', async () => {
    const one = await addServer('push-1');
    const client = await connect('alice', { ca: authority.ca });
    await addServer('push-2');
    const states: string[] = [];
    client.on('disconnected', ({ reason }) => void states.push(reason));
    const again = new Promise((resolve) => client.once('connected', () => resolve(null)));
    await one.stop();
    await again;
    expect(states).toEqual(['redirected by the server']);
    expect(await client.publish('k', 'over TLS')).toEqual({ status: 'accepted' });
  });

  test('the name in the certificate counts, which may be another than that of the address', async () => {
    await addServer('push-1');
    const client = await connect('alice', { ca: authority.ca, servername: 'localhost' });
    expect(client.state).toBe('connected');
    await expect(connect('bob', { ca: authority.ca, servername: 'elsewhere.example' })).rejects.toThrow(
      /elsewhere\.example/,
    );
  });

  test('a certificate of another authority is refused', async () => {
    await addServer('push-1');
    const { ca } = new TestAuthority(folder, 'other');
    await expect(connect('alice', { ca })).rejects.toThrow(/certificate/);
  });

  test('a client shows its own certificate where it must', async () => {
    await addServer('push-1', {
      LONGWIRE_PUSH_TLS_CLIENT_CA_FILE: authority.caFile,
      LONGWIRE_PUSH_TLS_CLIENT_CERTIFICATES: 'required',
    });
    const { ca } = authority;
    const { cert, key } = authority.issue('device');
    const client = await connect('alice', { ca, cert, key });
    expect(client.state).toBe('connected');
    await expect(connect('bob', { ca })).rejects.toThrow();
  });
});
