import { once } from 'node:events';
import { request, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  acceptProtobuf,
  createHttpServer,
  createMetrics,
  Problem,
  requireClusterSecret,
  serveFrequentCalls,
  type FrequentCall,
  type HttpServer,
} from '../src/index.ts';

const clusterSecret = 's'.repeat(43);
const protobuf = 'application/x-protobuf';
const good = { authorization: `Bearer ${clusterSecret}`, 'content-type': protobuf };

let app: HttpServer;
let port: number;
let routed: number;
let called: number;
beforeAll(async () => {
  const metrics = createMetrics('test');
  app = await createHttpServer({
    ...{ logger: pino({ level: 'silent' }) as HttpServer['log'], metrics, readiness: {} },
    openapi: { title: '', description: '', version: '' },
    metricsAuthorized: requireClusterSecret(clusterSecret),
  });
  app.addHook('onRequest', async () => void routed++);
  acceptProtobuf(app);
  const calls = new Map<string, FrequentCall>([
    ['/echo', (body) => body as Buffer],
    ['/nothing', () => null],
    ['/refuses', () => fail(new Problem('malformed-body', 'It is not what it should be'))],
    ['/breaks', () => fail(new Error('a secret of this process'))],
  ]);
  const onRequest = (): void => void called++;
  serveFrequentCalls(app, calls, { clusterSecret, metrics, onRequest, bodyLimitBytes: 100_000 });
  await app.listen({ host: '127.0.0.1', port: 0 });
  ({ port } = app.server.address() as AddressInfo);
});
afterAll(() => app.close());
beforeEach(() => {
  [routed, called] = [0, 0];
});

function fail(error: Error): never {
  throw error;
}

type Answer = { status: number; headers: IncomingMessage['headers']; body: Buffer };

async function post(path: string, body: Buffer, headers: OutgoingHttpHeaders = {}): Promise<Answer> {
  const call = request({ port, path, method: 'POST', headers: { ...good, ...headers } });
  call.end(body);
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  return { status: response.statusCode!, headers: response.headers, body: await buffer(response) };
}

describe('a frequent call', () => {
  it('that is as it should be passes by the routes, with a body of many pieces, too', async () => {
    const large = Buffer.alloc(100_000, 'x');
    expect((await post('/echo', Buffer.from('abc'))).body.toString()).toBe('abc');
    expect((await post('/echo', large)).body.equals(large)).toBe(true);
    expect((await post('/echo', Buffer.alloc(0))).status).toBe(200);
    expect(await post('/nothing', Buffer.from('abc'))).toMatchObject({ status: 204 });
    expect([routed, called]).toEqual([0, 4]);
  });

  it.each([
    ['another secret', { authorization: `Bearer ${'t'.repeat(43)}` }, 401],
    ['a part of the secret', { authorization: `Bearer ${'s'.repeat(42)}` }, 401],
    ['no secret', { authorization: '' }, 401],
    ['another type', { 'content-type': 'text/css' }, 415],
    ['no length', { 'transfer-encoding': 'chunked' }, 200],
  ])('with %s is left to the routes', async (_, headers, status) => {
    const { status: given } = await post('/echo', Buffer.from('abc'), headers);
    expect(given).toBe(status);
    expect([routed, called]).toEqual([1, 0]);
  });

  it('that is too large is refused unread', async () => {
    const answer = await post('/echo', Buffer.alloc(100_001));
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.body.toString())).toMatchObject({ code: 'body-too-large' });
    expect(called).toBe(0);
  });

  it('that fails is answered as a problem, which tells nothing that is not for the caller', async () => {
    const refused = await post('/refuses', Buffer.from('abc'));
    expect(refused.status).toBe(400);
    expect(refused.headers['content-type']).toBe('application/problem+json');
    expect(JSON.parse(refused.body.toString())).toMatchObject({ code: 'malformed-body', status: 400 });
    const broken = await post('/breaks', Buffer.from('abc'));
    expect(broken.status).toBe(500);
    expect(broken.body.toString()).not.toContain('secret');
    expect(routed).toBe(0);
  });

  it('is measured like any request', async () => {
    await post('/nothing', Buffer.from('abc'));
    const metrics = await app.inject({ url: '/metrics', headers: good });
    expect(metrics.body).toMatch(
      /longwire_http_request_seconds_count\{.*route="\/nothing",status="204".*\} [1-9]/,
    );
  });
});
