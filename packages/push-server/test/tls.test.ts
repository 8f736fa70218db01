import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { encodeFrame } from '@longwire/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hasOpenssl, TestAuthority, type IssuedCertificate } from '../../../test-support/certificates.ts';
import { waitFor } from '../../../test-support/helpers.ts';
import type { PushServer } from '../src/index.ts';
import { metric, TestClient, TestCluster, type TestServer } from './harness.ts';

describe.skipIf(!hasOpenssl)('a listener with a certificate', () => {
  let folder: string;
  let authority: TestAuthority;
  let certificate: IssuedCertificate;
  let cluster: TestCluster;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'longwire-push-tls-'));
    authority = new TestAuthority(folder);
    certificate = authority.issue('push');
  });
  beforeEach(async () => {
    cluster = await TestCluster.create();
  });
  afterEach(() => cluster.stop());
  afterAll(() => rmSync(folder, { recursive: true }));

  const start = (
    settings: Record<string, string | number> = {},
    { certFile, keyFile } = certificate,
    nodeId = 'push-1',
  ): Promise<TestServer> =>
    cluster.start(nodeId, { tlsCertFile: certFile, tlsKeyFile: keyFile, ...settings });

  async function open(server: PushServer, options: ConnectionOptions = {}): Promise<TestClient> {
    const client = await TestClient.openTls(server.addresses.tls, { ca: authority.ca, ...options });
    cluster.clients.push(client);
    return client;
  }

  async function login(
    server: PushServer,
    clientId: string,
    options?: ConnectionOptions,
  ): Promise<TestClient> {
    const client = await open(server, options);
    client.send('connect', { versionMin: 1, versionMax: 1, token: await cluster.token(clientId) });
    await client.next('connected');
    return client;
  }

  async function stillServes(server: PushServer, options?: ConnectionOptions): Promise<void> {
    const startedAtMs = performance.now();
    const client = await login(server, 'good', options);
    expect(performance.now() - startedAtMs).toBeLessThan(1000);
    client.socket.destroy();
  }

  function openPlain(server: PushServer): Socket {
    const { hostname, port } = new URL(`tcp://${server.addresses.tls}`);
    return connect(Number(port), hostname).on('error', () => undefined);
  }

  const closed = (socket: Socket): Promise<unknown> =>
    new Promise((resolve) => socket.on('close', resolve).resume());

  const failures = (server: PushServer, reason: string): Promise<number> =>
    metric(server, 'longwire_tls_handshakes_failed_total', `section="push.tls",reason="${reason}"`);

  const unauthenticated = (server: PushServer): Promise<number> =>
    metric(server, 'longwire_connections_unauthenticated');

  it('serves clients over TLS, and says so to those who look for it', async () => {
    const server = await start();
    const [member] = server.membership.members('push-server');
    expect(member!.addresses).toEqual({ api: server.addresses.api, tls: server.addresses.tls });
    expect(server.addresses.tcp).toBe('');

    const [alice, bob] = [await login(server, 'alice'), await login(server, 'bob')];
    alice.send('send', { messageId: 'm1', to: 'bob', payload: new Uint8Array(50_000).fill(7) });
    expect((await bob.next('deliver')).payload).toHaveLength(50_000);
    expect((await alice.next('sent')).status).toBe(0);
    alice.socket.destroy();
    await waitFor(async () => (await metric(server, 'longwire_sessions')) === 1);
  });

  it('hears nothing that is not TLS, and counts it', async () => {
    const server = await start();
    const plain = openPlain(server);
    plain.write(
      encodeFrame('connect', { versionMin: 1, versionMax: 1, token: await cluster.token('alice') }),
    );
    await closed(plain);
    expect(await failures(server, 'not-tls')).toBe(1);
    await stillServes(server);
    const below = openPlain(server);
    const client = await login(server, 'spoiler', { socket: below });
    below.write('not a record of TLS at all');
    await waitFor(() => client.isClosed);
    await waitFor(async () => (await unauthenticated(server)) === 0);
    await stillServes(server);
  });

  it('refuses old versions, and does not renegotiate', async () => {
    const server = await start();
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    await expect(open(server, old)).rejects.toThrow();
    await waitFor(async () => (await failures(server, 'old-version')) === 1);
    const client = await login(server, 'alice', { maxVersion: 'TLSv1.2' });
    (client.socket as TLSSocket).renegotiate({}, () => undefined);
    await waitFor(() => client.isClosed);
    await waitFor(async () => (await metric(server, 'longwire_sessions')) === 0);
    await stillServes(server);
  });

  it('counts a handshake as a connection that is not signed in, and ends it at five seconds or the login deadline', async () => {
    const server = await start();
    const startedAtMs = performance.now();
    const silent = openPlain(server);
    await waitFor(async () => (await unauthenticated(server)) === 1);
    await stillServes(server);
    await closed(silent);
    expect(performance.now() - startedAtMs).toBeGreaterThan(4500);
    expect(await failures(server, 'timeout')).toBe(1);
    await waitFor(async () => (await unauthenticated(server)) === 0);

    const impatient = await start({ loginTimeoutMs: 1000 }, certificate, 'push-2');
    const slow = openPlain(impatient);
    await closed(slow);
    expect(await metric(impatient, 'longwire_connections_closed_total', 'reason="loginTimeout"')).toBe(1);
    await waitFor(async () => (await unauthenticated(impatient)) === 0);
  });

  it('tells a client that it cannot take why, and when to come back', async () => {
    const server = await start({ maxConnections: 1 });
    await login(server, 'alice');
    const refused = await open(server);
    expect(await refused.closed()).toMatchObject({ name: 'overloaded' });
  });

  it('asks for certificates as it is told to', async () => {
    const { cert, key } = authority.issue('device');
    const stranger = new TestAuthority(folder, 'other').issue('stranger');
    const askFor = { tlsClientCaFile: authority.caFile, tlsClientCertificates: 'required' };
    const server = await start(askFor);
    await expect(login(server, 'nobody')).rejects.toThrow();
    await expect(login(server, 'stranger', { cert: stranger.cert, key: stranger.key })).rejects.toThrow();
    const late = authority.issue('late', { days: -1 });
    await expect(login(server, 'late', { cert: late.cert, key: late.key })).rejects.toThrow();
    expect(await failures(server, 'client-certificate')).toBe(3);
    expect(await metric(server, 'longwire_logins_total')).toBe(0);
    await stillServes(server, { cert, key });

    const lenient = await start({ ...askFor, tlsClientCertificates: 'optional' }, certificate, 'push-2');
    await stillServes(lenient);
    await stillServes(lenient, { cert, key });
    await expect(login(lenient, 'stranger', { cert: stranger.cert, key: stranger.key })).rejects.toThrow();
    expect(await failures(lenient, 'client-certificate')).toBe(1);
  });

  it('cuts who is refused and may not stay, without a word that is not of TLS', async () => {
    const [, openFiles] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))!;
    // Every file descriptor is one of the reserve.
    const server = await start({ reservedFiles: Number(openFiles) - 1 });
    const plain = openPlain(server);
    let bytes = 0;
    plain.on('data', (chunk) => (bytes += chunk.length));
    await closed(plain);
    expect(bytes).toBe(0);
    await expect(open(server)).rejects.toThrow(/disconnected|ECONNRESET|EPIPE/);
    expect(await metric(server, 'longwire_connections_refused_total', 'reason="openFiles"')).toBe(2);
    await waitFor(async () => (await metric(server, 'longwire_connections')) === 0);
  });

  it('resumes a session, and its certificate with it', async () => {
    const { cert, key } = authority.issue('resumed');
    const server = await start({ tlsClientCaFile: authority.caFile, tlsClientCertificates: 'required' });
    const first = await open(server, { cert, key, maxVersion: 'TLSv1.2' });
    const session = (first.socket as TLSSocket).getSession();
    const second = await open(server, { cert, key, maxVersion: 'TLSv1.2', session });
    expect((second.socket as TLSSocket).isSessionReused()).toBe(true);
  });

  it('shows a new certificate to new connections while old ones live on', async () => {
    const files = authority.issue('old');
    const server = await start({}, files);
    const alice = await login(server, 'alice');
    authority.issue('new');
    renameSync(join(folder, 'new.key'), files.keyFile);
    renameSync(join(folder, 'new.pem'), files.certFile);
    await waitFor(async () => {
      const { socket } = await open(server);
      const { subject } = (socket as TLSSocket).getPeerCertificate();
      socket.destroy();
      return subject.CN === 'new';
    });
    await alice.pong();
    expect(alice.isClosed).toBe(false);
  });

  it('closes a client that does not read, and none that reads slowly', async () => {
    const server = await start({ writeTimeoutMs: 2000 });
    const [sender, slow, stuck] = [
      await login(server, 'a'),
      await login(server, 'slow'),
      await login(server, 'stuck'),
    ];
    for (const client of [slow, stuck]) {
      client.acknowledges = false;
      client.socket.pause();
    }
    // More than the system's buffers take, so that the rest waits in this process.
    for (let i = 0; i < 100; i++)
      for (const to of ['slow', 'stuck'])
        sender.send('send', { messageId: `${to}-${i}`, to, payload: new Uint8Array(60_000) });
    const reading = setInterval(() => {
      slow.socket.resume();
      setImmediate(() => slow.socket.pause());
    }, 100);
    await waitFor(
      async () => (await metric(server, 'longwire_connections_closed_total', 'slowConsumer')) > 0,
    );
    clearInterval(reading);
    expect(await metric(server, 'longwire_sessions')).toBe(2);
    slow.socket.resume();
    await slow.pong();
  });
});
