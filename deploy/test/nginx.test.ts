import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { problemCatalogue, type ProblemCode } from '@longwire/service-kit';
import { freePort, waitFor } from '../../test-support/helpers.ts';
import { hasProgram } from '../../test-support/programs.ts';
import { environment } from '../local/run.ts';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const source = join(import.meta.dirname, '../nginx');

describe.skipIf(!hasProgram('nginx'))('nginx in front of auth and admin', () => {
  let folder: string;
  let nginx: ChildProcess | undefined;
  const behind: Record<'auth' | 'admin', { server: Server; port: number }> = {} as never;
  const seen: IncomingMessage[] = [];
  let authUrl: string;
  let adminUrl: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longwire-nginx-'));
    for (const name of ['auth', 'admin'] as const) behind[name] = await serve(name, seen);
    const [authPort, adminPort] = [await freePort(), await freePort()];
    authUrl = `http://127.0.0.1:${authPort}`;
    adminUrl = `http://127.0.0.1:${adminPort}`;
    await configure(folder, { authPort, adminPort, auth: behind.auth.port, admin: behind.admin.port });
    const options = ['-p', folder, '-c', join(folder, 'nginx.conf')];
    await promisify(execFile)('nginx', [...options, '-t'], { env: environment() });
    nginx = spawn('nginx', options, { env: environment(), stdio: ['ignore', 'ignore', 'inherit'] });
    await waitFor(() => fetch(authUrl).then((response) => response.ok));
  });

  afterAll(async () => {
    if (nginx?.exitCode === null) {
      nginx.kill('SIGTERM');
      await once(nginx, 'exit');
    }
    Object.values(behind).forEach(({ server }) => server.close());
    await rm(folder, { recursive: true, force: true });
  });

  test('each port leads to its own service', async () => {
    expect(await (await fetch(`${authUrl}/v1/tokens`)).text()).toBe('auth GET /v1/tokens');
    const push = await fetch(`${adminUrl}/v1/pushes?a=b%2Fc`, {
      method: 'POST',
      body: 'x'.repeat(2_000_000),
    });
    expect(await push.text()).toBe('admin POST /v1/pushes?a=b%2Fc');
  });

  test('passes a traceparent on, and begins a trace where there is none or a wrong one', async () => {
    const received = async (given: Record<string, string>) => {
      await fetch(authUrl, { headers: given });
      return seen.at(-1)?.headers['traceparent'];
    };
    expect(await received({ traceparent })).toBe(traceparent);
    expect(await received({})).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(await received({ traceparent: 'nonsense' })).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  });

  test('says who asked, whatever the caller claims', async () => {
    await fetch(authUrl, { headers: { 'x-forwarded-for': '203.0.113.7' } });
    expect(seen.at(-1)?.headers['x-forwarded-for']).toBe('127.0.0.1');
  });

  test.each(['/metrics', '/livez', '/readyz', '//metrics', '/%6detrics', '/v1/../metrics', '/metrics/'])(
    'hides %s',
    async (path) => {
      const before = seen.length;
      // Not fetch: it would tidy the path before sending it.
      expect(await rawStatus(authUrl, path)).toBe(404);
      expect(seen.length).toBe(before);
    },
  );

  test('logs one JSON object a request, with its trace and without its query', async () => {
    await fetch(`${authUrl}/v1/logged?secret=1`, { headers: { traceparent } });
    const log = await waitFor(async () => {
      const lines = (await readFile(join(folder, 'access.log'), 'utf8')).split('\n');
      return lines.find((line) => line.includes('/v1/logged'));
    });
    expect(log).not.toContain('secret');
    expect(JSON.parse(log)).toMatchObject({
      path: '/v1/logged',
      status: 200,
      traceId: traceparent.split('-')[1],
    });
  });

  test('its own errors are problems of the catalogue', async () => {
    await expectProblem(await fetch(`${authUrl}/metrics`, { headers: { traceparent } }), 'not-found');
    const large = fetch(`${authUrl}/v1/tokens`, {
      method: 'POST',
      body: 'x'.repeat(70_000),
      headers: { traceparent },
    });
    await expectProblem(await large, 'body-too-large');
    behind.admin.server.closeAllConnections();
    behind.admin.server.close();
    await expectProblem(await fetch(`${adminUrl}/v1/nodes`, { headers: { traceparent } }), 'upstream-failed');
  });

  test.each<[string, string, Record<string, string>, ProblemCode]>([
    ['a header that is none', '/', { 'content-length': 'many' }, 'malformed-request'],
    ['an address that is none', '/%zz', {}, 'malformed-request'],
    ['too long an address', `/${'a'.repeat(40_000)}`, {}, 'url-too-long'],
    ['too large a header', '/', { 'x-large': 'a'.repeat(40_000) }, 'headers-too-large'],
  ])('a request with %s gets a problem', async (_, path, headers, code) => {
    const before = seen.length;
    const answer = await rawAnswer(authUrl, `GET ${path} HTTP/1.1`, { host: 'localhost', ...headers });
    expect(answer).toContain(`HTTP/1.1 ${problemCatalogue[code].status} `);
    expect(answer).toContain('Content-Type: application/problem+json\r\n');
    const body = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))) as unknown;
    expect(body).toMatchObject({ code, traceId: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect(seen.length).toBe(before);
  });

  test('an address of its own errors is no page', async () => {
    const page = await fetch(`${authUrl}/nginx/url-too-long`, { headers: { traceparent } });
    await expectProblem(page, 'not-found');
  });

  test('every problem it speaks of is in the catalogue, with its status and title', async () => {
    const conf = await readFile(join(source, 'each-server.conf'), 'utf8');
    const answers = [...conf.matchAll(/return (\d+) '(\{.*\})'/g)];
    expect(answers).toHaveLength(8);
    for (const [, status, json = ''] of answers) {
      const problem = JSON.parse(json) as { code: ProblemCode; status: number; title: string };
      expect(problemCatalogue[problem.code]).toEqual({ status: Number(status), title: problem.title });
      expect(problem).toMatchObject({ status: Number(status), type: `urn:longwire:problem:${problem.code}` });
    }
  });
});

async function serve(name: string, seen: IncomingMessage[]): Promise<{ server: Server; port: number }> {
  const server = createServer((request, response) => {
    seen.push(request);
    request.resume().on('end', () => response.end(`${name} ${request.method} ${request.url}`));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

interface Ports {
  authPort: number;
  adminPort: number;
  auth: number;
  admin: number;
}

/** The repository's own files, with the ports and addresses of this test, below a main file that needs no root. */
async function configure(folder: string, ports: Ports): Promise<void> {
  const place = join(folder, 'longwire');
  await mkdir(place);
  await adapt('each-server.conf', { '/var/log/nginx/access.log': join(folder, 'access.log') });
  await adapt('longwire.conf', {
    'listen 8080': `listen 127.0.0.1:${ports.authPort}`,
    'listen 8081': `listen 127.0.0.1:${ports.adminPort}`,
  });
  await adapt('upstreams.conf', {
    'auth-1:7410': `127.0.0.1:${ports.auth}`,
    'auth-2:7410': `127.0.0.1:${ports.auth}`,
    'admin:7430': `127.0.0.1:${ports.admin}`,
  });
  await writeFile(join(folder, 'nginx.conf'), mainFile(folder));

  async function adapt(name: string, replacements: Record<string, string>): Promise<void> {
    let text = await readFile(join(source, name), 'utf8');
    for (const [from, to] of Object.entries(replacements)) {
      expect(text.split(from)).toHaveLength(2);
      text = text.replace(from, to);
    }
    await writeFile(join(place, name), text);
  }
}

function mainFile(folder: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${folder}/${kind};`,
  );
  // Started as root, its workers would be someone who may not write into this folder.
  const user = process.getuid?.() === 0 ? 'user root root;' : '';
  return `
    ${user}
    daemon off;
    worker_processes 1;
    pid ${folder}/pid;
    error_log stderr error;
    events {}
    http { ${temporary.join(' ')} include longwire/longwire.conf; }`;
}

function rawStatus(url: string, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    get({ hostname, port, path }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject);
  });
}

/** The whole answer to a request that no HTTP client would send. */
async function rawAnswer(url: string, line: string, headers: Record<string, string>): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const fields = Object.entries({ ...headers, connection: 'close' });
  socket.write(`${line}\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
  let answer = '';
  // nginx closes with some of a large request unread: then the end is a reset.
  socket.on('data', (chunk) => (answer += chunk.toString())).on('error', () => undefined);
  await once(socket, 'close');
  return answer;
}

async function expectProblem(response: Response, code: ProblemCode): Promise<void> {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(response.status).toBe(problemCatalogue[code].status);
  expect(await response.json()).toMatchObject({ code, traceId: traceparent.split('-')[1] });
}
