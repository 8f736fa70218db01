import {
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  mkdirSync,
  writeFileSync,
  copyFileSync,
} from 'node:fs';
import { get } from 'node:https';
import { connect as connectPlain, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hasOpenssl, TestAuthority, type IssuedCertificate } from '../../../test-support/certificates.ts';
import { waitFor } from '../../../test-support/helpers.ts';
import {
  Certificates,
  ConfigError,
  createHttpServer,
  createMetrics,
  loadConfig,
  httpSection,
  requireClusterSecret,
  tlsProblems,
  type HttpServer,
  type Metrics,
} from '../src/index.ts';
import { Type } from 'typebox';

const secret = 'c'.repeat(32);
type Mode = 'none' | 'optional' | 'required';

describe.skipIf(!hasOpenssl)('TLS', () => {
  let folder: string;
  let authority: TestAuthority;
  let other: TestAuthority;
  let server: IssuedCertificate;
  let metrics: Metrics;
  let certificates: Certificates;
  let app: HttpServer;
  let port: number;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'longwire-tls-'));
    authority = new TestAuthority(folder);
    other = new TestAuthority(folder, 'other');
    server = authority.issue('server');
  });
  beforeEach(() => {
    metrics = createMetrics('test');
    certificates = new Certificates(metrics, pino({ level: 'silent' }));
  });
  afterEach(async () => {
    certificates.close();
    await app?.close();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const settings = (clientCertificates: Mode, { certFile, keyFile } = server) => ({
    ...{ certFile, keyFile, clientCertificates },
    clientCaFile: clientCertificates === 'none' ? '' : authority.caFile,
  });

  async function serve(...[mode, files]: Parameters<typeof settings>): Promise<string> {
    app = await createHttpServer({
      logger: pino({ level: 'silent' }) as HttpServer['log'],
      metrics,
      tls: await certificates.openServer('test.tls', settings(mode, files)),
      readiness: {},
      openapi: { title: 'Test', description: 'Test', version: '1' },
      metricsAuthorized: requireClusterSecret(secret),
    });
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    ({ port } = app.server.address() as AddressInfo);
    return url;
  }

  /** The status of /livez on a connection of its own. */
  function ask(client: ConnectionOptions = {}): Promise<number> {
    return new Promise((resolve, reject) => {
      get(`https://127.0.0.1:${port}/livez`, { ca: authority.ca, agent: false, ...client }, (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode!));
      }).on('error', reject);
    });
  }

  async function stillServes(client: ConnectionOptions = {}): Promise<void> {
    const startedAtMs = performance.now();
    expect(await ask(client)).toBe(200);
    expect(performance.now() - startedAtMs).toBeLessThan(1000);
  }

  async function failures(reason: string): Promise<number> {
    const { values } = await metrics.registry.getSingleMetric('longwire_tls_handshakes_failed_total')!.get();
    return values.find(({ labels }) => labels['reason'] === reason)?.value ?? 0;
  }

  async function reloads(result: string): Promise<number> {
    const { values } = await metrics.registry.getSingleMetric('longwire_tls_reloads_total')!.get();
    return values.find(({ labels }) => labels['result'] === result)?.value ?? 0;
  }

  const nameShown = (socket: TLSSocket): unknown => socket.getPeerCertificate().subject.CN;

  /** What a new connection is shown. */
  async function shownNow(): Promise<unknown> {
    const socket = await open();
    const name = nameShown(socket);
    socket.destroy();
    return name;
  }

  function open(options: ConnectionOptions = {}): Promise<TLSSocket> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, ca: authority.ca, ...options });
      socket.once('secureConnect', () => resolve(socket));
      socket.on('error', reject);
    });
  }

  it('is spoken alone where a certificate is set, with the health endpoints over it', async () => {
    expect(await serve('none')).toBe(`https://127.0.0.1:${port}`);
    await stillServes();
    const plain = connectPlain(port, '127.0.0.1');
    plain.on('error', () => undefined);
    plain.write('GET /livez HTTP/1.1\r\nhost: x\r\n\r\n');
    expect(await text(plain)).not.toContain('200');
    await waitFor(async () => (await failures('not-tls')) === 1);
    await stillServes();
  });

  it('refuses versions before 1.2', async () => {
    await serve('none');
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    await expect(open(old)).rejects.toThrow(/protocol version|unsupported protocol/);
    await waitFor(async () => (await failures('old-version')) === 1);
    await stillServes({ maxVersion: 'TLSv1.2' });
  });

  it('does not renegotiate', async () => {
    await serve('none');
    const socket = await open({ maxVersion: 'TLSv1.2' });
    const failed = new Promise((resolve) => socket.on('error', resolve));
    socket.renegotiate({}, (error) => error !== null && socket.destroy(error));
    await expect(failed).resolves.toMatchObject({ message: expect.stringContaining('no renegotiation') });
    socket.destroy();
    await stillServes();
  });

  it('gives a handshake five seconds', async () => {
    await serve('none');
    const startedAtMs = performance.now();
    const silent = connectPlain(port, '127.0.0.1');
    silent.on('error', () => undefined);
    await new Promise((resolve) => silent.on('close', resolve));
    expect(performance.now() - startedAtMs).toBeGreaterThan(4500);
    expect(await failures('timeout')).toBe(1);
    await stillServes();
  });

  it('lets in by certificate alone where it is required', async () => {
    await serve('required');
    const { cert, key } = authority.issue('client');
    await expect(ask()).rejects.toThrow();
    await waitFor(async () => (await failures('client-certificate')) === 1);
    const stranger = other.issue('stranger');
    await expect(ask({ cert: stranger.cert, key: stranger.key })).rejects.toThrow();
    const late = authority.issue('late', { days: -1 });
    await expect(ask({ cert: late.cert, key: late.key })).rejects.toThrow();
    await waitFor(async () => (await failures('client-certificate')) === 3);
    await stillServes({ cert, key });
  });

  it('takes no certificate, or a valid one, where it is optional', async () => {
    await serve('optional');
    const { cert, key } = authority.issue('client');
    await stillServes();
    await stillServes({ cert, key });
    const stranger = other.issue('stranger');
    await expect(ask({ cert: stranger.cert, key: stranger.key })).rejects.toThrow();
    expect(await failures('client-certificate')).toBe(1);
  });

  it('shows a new certificate to new connections, and leaves the old ones alone', async () => {
    const files = authority.issue('renewed');
    await serve('none', files);
    const old = await open();
    expect(nameShown(old)).toBe('renewed');

    authority.issue('next');
    renameSync(join(folder, 'next.key'), files.keyFile);
    renameSync(join(folder, 'next.pem'), files.certFile);
    await waitFor(async () => (await shownNow()) === 'next');
    expect(await reloads('taken')).toBe(1);

    old.write('GET /livez HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    expect(await text(old)).toContain('200 OK');
  });

  it('follows the link that a mounted secret swaps', async () => {
    const mounted = (version: string): string => {
      const issued = authority.issue(version);
      mkdirSync(join(folder, `data-${version}`));
      copyFileSync(issued.certFile, join(folder, `data-${version}`, 'tls.crt'));
      copyFileSync(issued.keyFile, join(folder, `data-${version}`, 'tls.key'));
      symlinkSync(`data-${version}`, join(folder, `link-${version}`));
      return join(folder, `link-${version}`);
    };
    const link = join(folder, 'data');
    renameSync(mounted('first'), link);
    symlinkSync('data/tls.crt', join(folder, 'tls.crt'));
    symlinkSync('data/tls.key', join(folder, 'tls.key'));
    await serve('none', { ...server, certFile: join(folder, 'tls.crt'), keyFile: join(folder, 'tls.key') });
    expect(await shownNow()).toBe('first');
    renameSync(mounted('second'), link);
    await waitFor(async () => (await shownNow()) === 'second');
  });

  it('keeps the old certificate while the new files cannot be used, and says so once', async () => {
    const files = authority.issue('kept');
    await serve('none', files);
    writeFileSync(files.keyFile, authority.issue('foreign').key);
    await waitFor(async () => (await reloads('refused')) === 1);
    await stillServes();
    writeFileSync(files.certFile, 'not a certificate');
    await waitFor(async () => (await reloads('refused')) === 2);
    await stillServes();
    writeFileSync(files.certFile, files.cert);
    writeFileSync(files.keyFile, files.key);
    await waitFor(async () => (await reloads('taken')) === 1);
    await stillServes();
  });

  it('tells how long the certificate is still good', async () => {
    await serve('none');
    const page = await metrics.registry.metrics();
    const [, seconds] =
      /longwire_tls_certificate_expires_in_seconds\{[^}]*section="test.tls"[^}]*\} (\S+)/.exec(page)!;
    expect(Number(seconds)).toBeGreaterThan(86_000);
    expect(Number(seconds)).toBeLessThanOrEqual(86_400);
  });

  it.each([
    ['a file that is not there', () => ({ certFile: '/nowhere/cert.pem' }), 'certFile', 'ENOENT'],
    [
      'a key of another certificate',
      () => ({ keyFile: other.issue('x').keyFile }),
      'keyFile',
      'is not the key of',
    ],
    ['a key that is none', () => ({ keyFile: server.certFile }), 'keyFile', 'is not a private key'],
    ['a certificate that is none', () => ({ certFile: server.keyFile }), 'certFile', 'holds no certificate'],
    [
      'issuers that are none',
      () => ({ clientCaFile: server.keyFile }),
      'clientCaFile',
      'holds no certificate',
    ],
    ['an expired certificate', () => authority.issue('old', { days: -1 }), 'certFile', 'has expired'],
  ])('does not start with %s', async (_, change, setting, why) => {
    const opening = certificates.openServer('push.tls', { ...settings('none'), ...change() });
    const error = await opening.catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ConfigError);
    const [problem] = (error as ConfigError).problems;
    expect(problem).toMatchObject({ key: `push.tls.${setting}`, given: expect.stringContaining(why) });
    expect((error as ConfigError).message).not.toContain('PRIVATE KEY');
  });
});

describe('the settings of TLS', () => {
  const schema = Type.Object({ auth: Type.Object({ http: httpSection({ port: 1 }) }) });
  const problemsOf = (env: Record<string, string>): readonly string[] => {
    const prefixed = Object.entries(env).map(([name, value]) => [`LONGWIRE_AUTH_HTTP_TLS_${name}`, value]);
    try {
      loadConfig(schema, { env: Object.fromEntries(prefixed) as Record<string, string>, check: tlsProblems });
      return [];
    } catch (error) {
      return (error as ConfigError).problems.map(({ key }) => key);
    }
  };

  it.each([
    [{}, []],
    [{ CERT_FILE: 'c', KEY_FILE: 'k' }, []],
    [{ CERT_FILE: 'c' }, ['auth.http.tls.keyFile']],
    [{ KEY_FILE: 'k' }, ['auth.http.tls.certFile']],
    [{ CERT_FILE: 'c', KEY_FILE: 'k', CLIENT_CERTIFICATES: 'required' }, ['auth.http.tls.clientCaFile']],
    [{ CERT_FILE: 'c', KEY_FILE: 'k', CLIENT_CA_FILE: 'a' }, ['auth.http.tls.clientCertificates']],
    [{ CLIENT_CA_FILE: 'a', CLIENT_CERTIFICATES: 'optional' }, ['auth.http.tls.certFile']],
  ])('%j: wrong are %j', (env, wrong) => {
    expect(problemsOf(env as Record<string, string>)).toEqual(wrong);
  });
});
