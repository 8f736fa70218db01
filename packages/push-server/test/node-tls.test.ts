import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedMembership, NodeClient } from '@longwire/cluster';
import { Certificates, createMetrics } from '@longwire/service-kit';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hasOpenssl, TestAuthority, type IssuedCertificate } from '../../../test-support/certificates.ts';
import { waitFor } from '../../../test-support/helpers.ts';
import { CLUSTER_SECRET, TestCluster, type TestServer } from './harness.ts';

describe.skipIf(!hasOpenssl)('node calls over mutual TLS', () => {
  let folder: string;
  let authority: TestAuthority;
  let other: TestAuthority;
  let node: IssuedCertificate;
  let cluster: TestCluster;
  let server: TestServer;
  const closers: (() => unknown)[] = [];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'longwire-node-tls-'));
    authority = new TestAuthority(folder);
    other = new TestAuthority(folder, 'other');
    node = authority.issue('node');
  });
  beforeEach(async () => {
    cluster = await TestCluster.create();
    const { certFile, keyFile } = authority.issue('server');
    server = await cluster.start('push-1', {
      httpTlsCertFile: certFile,
      httpTlsKeyFile: keyFile,
      httpTlsClientCaFile: authority.caFile,
      httpTlsClientCertificates: 'required',
    });
  });
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
    await cluster.stop();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function client(
    { caFile = authority.caFile, certFile = '', keyFile = '' },
    secret = CLUSTER_SECRET,
  ): Promise<NodeClient> {
    const certificates = new Certificates(createMetrics('test'), pino({ level: 'silent' }));
    const tls = await certificates.openCluster({ caFile, certFile, keyFile });
    const nodes = new NodeClient(new EmbeddedMembership(cluster.embedded), secret, tls);
    closers.push(
      () => certificates.close(),
      () => nodes.close(),
    );
    return nodes;
  }

  /** True when the call was answered: nobody is there to be closed. */
  const call = async (nodes: NodeClient): Promise<boolean> =>
    !(await nodes.kick(server.addresses.api, { clientId: 'nobody', closeCode: 3002 }, 5000));

  it('are answered to a certificate of the authority with the cluster secret', async () => {
    expect(server.addresses.api).toMatch(/^https:/);
    const nodes = await client(node);
    expect(await call(nodes)).toBe(true);
    // Over a connection that is upgraded.
    const deliveries = [{ id: 1, message: { messageId: 'm' }, clientIds: ['nobody'] }];
    expect((await nodes.deliver(server.addresses.api, { deliveries }, 5000)).outcomes?.ids).toEqual([1]);
  });

  it('are refused without the cluster secret, whatever the certificate', async () => {
    const nodes = await client(node, 'x'.repeat(32));
    await expect(call(nodes)).rejects.toThrow('status 401');
    await expect(nodes.deliver(server.addresses.api, {}, 5000)).rejects.toThrow('status 401');
  });

  it('are refused in the handshake without a certificate, and with one of another authority', async () => {
    await expect(call(await client({}))).rejects.toThrow(/kick at https/);
    await expect(call(await client(other.issue('stranger')))).rejects.toThrow(/kick at https/);
    expect(await call(await client(node))).toBe(true);
  });

  it('are refused to a certificate that has expired while the node ran', async () => {
    const { cert, key } = authority.issue('expired', { days: -1 });
    // Longwire does not take such a file: the certificate was good when the caller read it.
    const tls = { material: { ca: authority.ca, cert, key }, onChange: () => undefined };
    const nodes = new NodeClient(new EmbeddedMembership(cluster.embedded), CLUSTER_SECRET, tls);
    closers.push(() => nodes.close());
    await expect(call(nodes)).rejects.toThrow(/kick at https/);
  });

  it('are not made to a node whose certificate is of another authority', async () => {
    await expect(call(await client({ ...node, caFile: other.caFile }))).rejects.toThrow(
      /unable to verify|self-signed|unable to get/,
    );
  });

  it('go on with a renewed certificate and authority', async () => {
    const files = other.issue('renewed');
    const nodes = await client(files);
    await expect(call(nodes)).rejects.toThrow();
    authority.issue('renewal');
    renameSync(join(folder, 'renewal.key'), files.keyFile);
    renameSync(join(folder, 'renewal.pem'), files.certFile);
    expect(await waitFor(() => call(nodes))).toBe(true);
  });
});
