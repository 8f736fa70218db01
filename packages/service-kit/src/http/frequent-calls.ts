import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Histogram } from 'prom-client';
import { requireClusterSecret } from '../auth/guards.ts';
import { equalInConstantTime } from '../auth/secrets.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { newTraceId } from '../trace/trace.ts';
import { problemOf } from './answer-problem.ts';
import { requestSecondsName } from './observe.ts';
import { protobufType } from './protobuf.ts';
import type { HttpServer } from './server.ts';

/** Takes the body of a call, answers that of its answer; null: there is none. At once, for nothing here watches the time. What it throws is answered as a problem. */
export type FrequentCall = (body: unknown) => Uint8Array | null;

export interface FrequentCallsOptions {
  readonly clusterSecret: string;
  readonly bodyLimitBytes: number;
  readonly metrics: Metrics;
  /** Called before a call is read. */
  readonly onRequest?: () => void;
}

/**
 * Serves calls of other nodes that come a thousand times a second: POST, protobuf, by path. Call `acceptProtobuf` first.
 *
 * They are routes like others. But where a call is just as it should be, it is taken straight from Node's server, for what Fastify does around one (a
 * logger, a timer, an abort controller, hooks, a dozen headers) takes 130 us of both ends, and the rest of a call 80. All else goes to Fastify, which
 * knows how to say what is wrong.
 */
export function serveFrequentCalls(
  server: HttpServer,
  calls: ReadonlyMap<string, FrequentCall>,
  options: FrequentCallsOptions,
): void {
  const { clusterSecret, bodyLimitBytes, metrics, onRequest = () => undefined } = options;
  const route = {
    onRequest: requireClusterSecret(clusterSecret),
    bodyLimit: bodyLimitBytes,
    logLevel: 'warn',
    schema: { hide: true },
  } as const;
  for (const [path, call] of calls) {
    server.post(path, route, async (request, reply) => {
      const body = call(request.body);
      return body === null ? reply.code(204).send() : reply.type(protobufType).send(body);
    });
  }

  const authorization = Buffer.from(`Bearer ${clusterSecret}`);
  const isAsItShouldBe = ({ method, headers }: IncomingMessage): boolean =>
    method === 'POST' &&
    headers['content-type'] === protobufType &&
    Number(headers['content-length']) <= bodyLimitBytes &&
    equalInConstantTime(Buffer.from(headers.authorization ?? ''), authorization);
  const seconds = metrics.registry.getSingleMetric(requestSecondsName) as Histogram;
  const http = server.server;
  const fastify = http.listeners('request') as ((
    request: IncomingMessage,
    response: ServerResponse,
  ) => void)[];
  http.removeAllListeners('request');
  http.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? '';
    const call = calls.get(path);
    if (call === undefined || !isAsItShouldBe(request)) {
      for (const listener of fastify) listener.call(http, request, response);
      return;
    }
    const startedAtMs = performance.now();
    onRequest();
    const chunks: Uint8Array[] = [];
    request.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    request.on('end', () => {
      if (!http.listening) response.setHeader('connection', 'close');
      answer(server, response, () => call(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
      const labels = { method: 'POST', route: path, status: response.statusCode };
      seconds.observe(labels, (performance.now() - startedAtMs) / 1000);
    });
  });
}

function answer(server: HttpServer, response: ServerResponse, call: () => Uint8Array | null): void {
  try {
    const body = call();
    if (body === null) response.writeHead(204).end();
    else response.writeHead(200, { 'content-type': protobufType, 'content-length': body.length }).end(body);
  } catch (error) {
    const problem = problemOf(error);
    if (problem.status >= 500) server.log.error({ err: error, code: problem.code }, 'request failed');
    const type = { 'content-type': 'application/problem+json' };
    response.writeHead(problem.status, { ...problem.headers, ...type });
    response.end(JSON.stringify(problem.toBody(newTraceId())));
  }
}
