import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { Type } from 'typebox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createApiKey,
  createHttpServer,
  createMetrics,
  formatTraceparent,
  newTraceId,
  Problem,
  problemResponses,
  requireApiKey,
  requireApiKeyOrClusterSecret,
  requireClusterSecret,
  type HttpServer,
  type ProblemBody,
} from '../src/index.ts';

const clusterSecret = 'c'.repeat(32);
const viewer = createApiKey('watcher', 'viewer');
const operator = createApiKey('steerer', 'operator');
const keys = [viewer.entry, operator.entry];
const bearer = (credential: string) => ({ authorization: `Bearer ${credential}` });

class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

const logLines: Record<string, unknown>[] = [];
const backend = { state: 'up' as 'up' | 'down' | 'silent', calls: 0 };
let app: HttpServer;
let port: number;

beforeAll(async () => {
  app = await createHttpServer({
    logger: pino(
      {},
      { write: (line: string) => logLines.push(JSON.parse(line) as Record<string, unknown>) },
    ) as HttpServer['log'],
    metrics: createMetrics('test'),
    readiness: {
      redis: async () => {
        backend.calls++;
        if (backend.state === 'down') throw new Error('redis://user:password@host is down');
        if (backend.state === 'silent') await new Promise(() => {});
      },
      store: async () => {},
    },
    openapi: { title: 'Test', description: 'An API for this test', version: '1.2.3' },
    metricsAuthorized: requireApiKeyOrClusterSecret(keys, 'viewer', clusterSecret),
    bodyLimitBytes: 1000,
    handlerTimeoutMs: 200,
  });
  addRoutes();
  await app.listen({ host: '127.0.0.1', port: 0 });
  ({ port } = app.server.address() as AddressInfo);
});

afterAll(() => app.close());

function addRoutes(): void {
  app.post(
    '/v1/things/:id',
    {
      schema: {
        params: Type.Object({ id: Type.Integer({ minimum: 1 }) }),
        querystring: Type.Object({ loud: Type.Boolean({ default: false }) }),
        body: Type.Object(
          {
            name: Type.String({ maxLength: 10 }),
            mode: Type.Enum(['a', 'b']),
            secret: Type.Optional(Type.String({ maxLength: 5, secret: true })),
          },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({ id: Type.Integer(), loud: Type.Boolean() }),
          ...problemResponses('client-taken', 'unauthorized', 'invalid-credentials'),
        },
      },
    },
    async (request) => {
      if (request.body.name === 'taken') throw new Problem('client-taken', 'Taken');
      return { id: request.params.id, loud: request.query.loud };
    },
  );
  app.get('/v1/limited', async () => {
    throw new Problem('too-many-requests', 'Wait', { headers: { 'retry-after': '1' } });
  });
  app.get('/v1/fails', async () => {
    throw new TypeError('a secret detail');
  });
  app.get('/v1/store', async () => {
    throw new StoreUnavailable('db.internal did not answer');
  });
  app.get('/v1/hangs', () => new Promise(() => {}));
  app.get('/v1/trace', async (request) => ({ traceId: request.traceId }));
  app.get('/v1/viewer', { onRequest: requireApiKey(keys, 'viewer') }, async (request) => request.apiKeyName);
  app.post('/v1/operator', { onRequest: requireApiKey(keys, 'operator') }, async (r) => r.apiKeyName);
  app.get('/v1/node', { onRequest: requireClusterSecret(clusterSecret) }, async (r) => r.apiKeyName);
}

const thing = { name: 'x', mode: 'a' };

async function problemOf(...[path, init]: [string, RequestInit?]): Promise<[Response, ProblemBody]> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
  const body = (await response.json()) as ProblemBody;
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  expect(body).toMatchObject({ type: `urn:longwire:problem:${body.code}`, status: response.status });
  expect(body.traceId).toMatch(/^[0-9a-f]{32}$/);
  return [response, body];
}

function post(body: string, contentType = 'application/json'): RequestInit {
  return { method: 'POST', body, headers: { 'content-type': contentType } };
}

describe('requests', () => {
  it('are converted in path and query, and answered by the response schema', async () => {
    const response = await fetch(
      `http://127.0.0.1:${port}/v1/things/7?loud=true`,
      post(JSON.stringify(thing)),
    );
    expect(await response.json()).toEqual({ id: 7, loud: true });
  });

  it('carry the trace id of their traceparent into handler, answer and log', async () => {
    const traceId = newTraceId();
    const headers = { traceparent: formatTraceparent(traceId) };
    const response = await fetch(`http://127.0.0.1:${port}/v1/trace?token=hidden`, { headers });
    expect(await response.json()).toEqual({ traceId });
    expect(response.headers.get('traceparent')).toContain(traceId);
    const isLine = (line: Record<string, unknown>) =>
      line['traceId'] === traceId && line['msg'] === 'request';
    await expect
      .poll(() => logLines.find(isLine), { timeout: 30_000 })
      .toMatchObject({
        method: 'GET',
        path: '/v1/trace',
        status: 200,
        durationMs: expect.any(Number),
      });
    expect(JSON.stringify(logLines)).not.toContain('hidden');
  });

  it('that are answered 429 end their connection, and write no line into the log', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.write('GET /v1/limited HTTP/1.1\r\nhost: x\r\n\r\n');
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1.1 429 /);
    expect(answer).toMatch(/\r\nconnection: close\r\n/i);
    expect((await fetch(`http://127.0.0.1:${port}/v1/trace`)).status).toBe(200);
    await expect
      .poll(() => logLines.some((line) => line['path'] === '/v1/trace'), { timeout: 30_000 })
      .toBe(true);
    expect(logLines.filter((line) => line['path'] === '/v1/limited')).toEqual([]);
  });

  it('get a new trace id when they bring none or a wrong one', async () => {
    const headers = { traceparent: '00-nonsense' };
    const response = await fetch(`http://127.0.0.1:${port}/v1/trace`, { headers });
    const { traceId } = (await response.json()) as { traceId: string };
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('problems', () => {
  it('name each wrong place of a body: what was given and what is allowed', async () => {
    const body = { mode: 'c', name: 12, secret: 'hidden-secret', extra: 1 };
    const [response, problem] = await problemOf('/v1/things/1', post(JSON.stringify(body)));
    expect(response.status).toBe(400);
    expect(problem.code).toBe('invalid-request');
    expect(problem.detail).toContain('body');
    expect(new Set(problem.errors)).toEqual(
      new Set([
        { path: '/mode', given: '"c"', allowed: 'one of "a", "b"' },
        { path: '/name', given: '12', allowed: 'a string of at most 10 characters' },
        { path: '/secret', given: '(not shown)', allowed: 'a string of at most 5 characters' },
        { path: '/extra', given: 'an unknown property', allowed: 'name, mode, secret' },
      ]),
    );
  });

  it('name what is missing', async () => {
    const [, problem] = await problemOf('/v1/things/1', post('{"mode":"a"}'));
    expect(problem.errors).toEqual([{ path: '/name', allowed: 'a string of at most 10 characters' }]);
  });

  it.each([
    ['a wrong path parameter', '/v1/things/0', post(JSON.stringify(thing)), 400, 'invalid-request'],
    ['a wrong query', '/v1/things/1?loud=7x', post(JSON.stringify(thing)), 400, 'invalid-request'],
    ['text that is not JSON', '/v1/things/1', post('{"name":'), 400, 'malformed-body'],
    ['an empty body', '/v1/things/1', post(''), 400, 'malformed-body'],
    ['__proto__ in the body', '/v1/things/1', post('{"__proto__":{}}'), 400, 'malformed-body'],
    ['another content type', '/v1/things/1', post('x', 'text/plain'), 415, 'unsupported-media-type'],
    ['a body over the limit', '/v1/things/1', post(`"${'x'.repeat(1000)}"`), 413, 'body-too-large'],
    ['an unknown address', '/v1/nothing', {}, 404, 'not-found'],
    ['an address that is no URL', '/v1/%zz', {}, 400, 'malformed-request'],
    ['a path parameter without end', `/v1/things/${'1'.repeat(500)}`, post('{}'), 414, 'url-too-long'],
    [
      'a problem that the handler threw',
      '/v1/things/1',
      post('{"name":"taken","mode":"a"}'),
      409,
      'client-taken',
    ],
    ['a handler that never answers', '/v1/hangs', {}, 504, 'deadline-exceeded'],
  ])('answer %s', async (_, path, init, status, code) => {
    const [response, problem] = await problemOf(path, init);
    expect([response.status, problem.code]).toEqual([status, code]);
  });

  it('answer 405 with the methods that the address takes', async () => {
    const [response, problem] = await problemOf('/v1/things/1', { method: 'DELETE' });
    expect([response.status, problem.code]).toEqual([405, 'method-not-allowed']);
    expect(response.headers.get('allow')).toBe('POST');
  });

  it('do not tell the caller what failed inside; the log does, under the same trace id', async () => {
    const [response, problem] = await problemOf('/v1/fails');
    expect(response.status).toBe(500);
    expect(JSON.stringify(problem)).not.toContain('a secret detail');
    const logged = logLines.find((line) => line['traceId'] === problem.traceId && 'err' in line);
    expect(logged?.['err']).toMatchObject({ message: 'a secret detail' });
  });

  it('answer a backend that is away as 503 with Retry-After', async () => {
    const [response, problem] = await problemOf('/v1/store');
    expect([response.status, problem.code]).toEqual([503, 'dependency-unavailable']);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(JSON.stringify(problem)).not.toContain('db.internal');
  });

  it.each([
    ['what is not HTTP', 'hello\r\n\r\n', 400, 'malformed-request'],
    [
      'endless headers',
      `GET / HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'headers-too-large',
    ],
  ])('answer %s on the bare socket', async (_, bytes, status, code) => {
    const socket = connect(port, '127.0.0.1');
    socket.write(bytes);
    const answer = await text(socket);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({ status, code });
  });
});

describe('guards', () => {
  it.each([
    ['viewer', '/v1/viewer', 'GET', viewer.key, 'watcher'],
    ['operator where a viewer will do', '/v1/viewer', 'GET', operator.key, 'steerer'],
    ['operator', '/v1/operator', 'POST', operator.key, 'steerer'],
    ['cluster secret', '/v1/node', 'GET', clusterSecret, 'cluster'],
  ])('let a %s pass and say who it is', async (_, path, method, credential, name) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers: bearer(credential) });
    expect([response.status, await response.text()]).toEqual([200, name]);
  });

  it.each([
    ['no header', '/v1/viewer', {}],
    ['another scheme', '/v1/viewer', { authorization: `Basic ${viewer.key}` }],
    ['an unknown key', '/v1/viewer', bearer(`${viewer.key}x`)],
    ['the hash of a key', '/v1/viewer', bearer(viewer.entry.sha256)],
    ['the cluster secret', '/v1/viewer', bearer(clusterSecret)],
    ['an API key', '/v1/node', bearer(operator.key)],
    ['half the cluster secret', '/v1/node', bearer(clusterSecret.slice(16))],
  ])('refuse %s with 401', async (_, path, headers) => {
    const [response, problem] = await problemOf(path, { headers: headers });
    expect([response.status, problem.code]).toEqual([401, 'unauthorized']);
    expect(response.headers.get('www-authenticate')).toContain('Bearer');
  });

  it('refuse a viewer where an operator is needed with 403', async () => {
    const [response, problem] = await problemOf('/v1/operator', {
      method: 'POST',
      headers: bearer(viewer.key),
    });
    expect([response.status, problem.code]).toEqual([403, 'forbidden']);
    expect(response.headers.get('www-authenticate')).toContain('insufficient_scope');
  });

  it('refuse before the body is read', async () => {
    const [, problem] = await problemOf('/v1/operator', post('not json'));
    expect(problem.code).toBe('unauthorized');
  });
});

type Content = Record<string, { schema: { properties: Record<string, unknown> } }>;
interface OpenApiDocument {
  openapi: string;
  info: unknown;
  paths: Record<
    string,
    Record<
      string,
      {
        requestBody?: { content: Content };
        responses: Record<string, { description: string; content: Content }>;
      }
    >
  >;
}

describe('health, metrics and OpenAPI', () => {
  it('/livez answers whatever the backends do', async () => {
    const response = await fetch(`http://127.0.0.1:${port}/livez`);
    expect(await response.json()).toEqual({ status: 'ok' });
  });

  it('/readyz asks each backend, at most once a second and with a deadline, and says which failed', async () => {
    const ready = () => fetch(`http://127.0.0.1:${port}/readyz`);
    const before = backend.calls;
    const answers = await Promise.all(Array.from({ length: 10 }, ready));
    expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 10 }, () => 200));
    expect(await answers[0]!.json()).toEqual({ status: 'ok', checks: { redis: 'ok', store: 'ok' } });
    expect(backend.calls).toBe(before + 1);

    for (const state of ['down', 'silent'] as const) {
      backend.state = state;
      await expect.poll(async () => (await ready()).status, { timeout: 30_000, interval: 200 }).toBe(503);
      const [, problem] = await problemOf('/readyz');
      expect(problem).toMatchObject({ code: 'not-ready', checks: { redis: 'failed', store: 'ok' } });
      expect(JSON.stringify(problem)).not.toContain('password');
      backend.state = 'up';
      await expect.poll(async () => (await ready()).status, { timeout: 30_000, interval: 200 }).toBe(200);
    }
  });

  it('/metrics is for those with a key or the cluster secret, and counts requests by route', async () => {
    await problemOf('/metrics');
    for (const credential of [viewer.key, operator.key, clusterSecret]) {
      const response = await fetch(`http://127.0.0.1:${port}/metrics`, { headers: bearer(credential) });
      expect(response.status).toBe(200);
      expect(await response.text()).toMatch(
        /longwire_http_request_seconds_count\{.*route="\/v1\/things\/:id".*\} \d+/,
      );
    }
  });

  it('/openapi.json describes the routes and their problems', async () => {
    const response = await fetch(`http://127.0.0.1:${port}/openapi.json`);
    const document = (await response.json()) as OpenApiDocument;
    expect(document.openapi).toMatch(/^3\.1/);
    expect(document.info).toEqual({
      title: 'Test',
      description: 'An API for this test',
      version: '1.2.3',
    });
    const { requestBody, responses } = document.paths['/v1/things/{id}']!['post']!;
    expect(requestBody!.content['application/json']!.schema.properties.name).toMatchObject({ maxLength: 10 });
    expect(responses['401']?.description).toBe('unauthorized, invalid-credentials');
    expect(Object.keys(responses['409']!.content)).toEqual(['application/problem+json']);
    expect(Object.keys(responses['200']!.content)).toEqual(['application/json']);
  });

  it('a connection on which no request came does not hold up the stop', async () => {
    const other = await createHttpServer({
      logger: pino({ level: 'silent' }) as HttpServer['log'],
      metrics: createMetrics('test'),
      readiness: {},
      openapi: { title: 'Test', description: 'Test', version: '1' },
      metricsAuthorized: requireClusterSecret(clusterSecret),
    });
    await other.listen({ host: '127.0.0.1', port: 0 });
    const silent = connect((other.server.address() as AddressInfo).port, '127.0.0.1');
    await once(other.server, 'connection');
    const startedAtMs = performance.now();
    await other.close();
    expect(performance.now() - startedAtMs).toBeLessThan(20_000);
    silent.destroy();
  });

  it('every answer has the headers of helmet', async () => {
    const response = await fetch(`http://127.0.0.1:${port}/livez`);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });
});

it(
  'answers requests that come too slowly in time, and serves others meanwhile',
  { timeout: 60_000 },
  async () => {
    const slow = ['', 'GET /livez HTTP/1.1\r\n'].map(async (beginning) => {
      const socket = connect(port, '127.0.0.1');
      const startedAtMs = performance.now();
      socket.write(beginning);
      const drip = setInterval(() => socket.write(beginning === '' ? '' : 'x-header: more\r\n'), 500);
      const answer = await text(socket).finally(() => clearInterval(drip));
      return { answer, elapsedMs: performance.now() - startedAtMs };
    });
    expect((await app.inject('/livez')).statusCode).toBe(200);
    for (const { answer, elapsedMs } of await Promise.all(slow)) {
      expect(answer).toMatch(/^HTTP\/1.1 408 /);
      expect(answer).toContain('"code":"request-timeout"');
      // Node.js alone takes 30 s to notice.
      expect(elapsedMs).toBeLessThan(25_000);
    }
  },
);

it(
  'closes the socket of a request that came too slowly, also when the client does not',
  { timeout: 90_000 },
  async () => {
    const silent = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const [accepted] = (await once(app.server, 'connection')) as [Socket];
    const startedAtMs = performance.now();
    silent.on('error', () => undefined).resume();
    await once(accepted, 'close');
    // The keep-alive timeout alone takes 60 s more.
    expect(performance.now() - startedAtMs).toBeLessThan(40_000);
    silent.destroy();
  },
);
