import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ProblemCode } from '../problem/catalogue.ts';
import { Problem } from '../problem/problem.ts';
import { newTraceId } from '../trace/trace.ts';
import { RequestInvalid } from './validator.ts';

// An import reads all that node:http exports, and with its WebSocket loads the whole of Node's own undici: 4 MB of each process.
const { STATUS_CODES } = process.getBuiltinModule('node:http');

/** What Fastify itself refuses, by its error codes (https://fastify.dev/docs/latest/Reference/Errors/). */
const frameworkCodes: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'malformed-body',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed-body',
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed-body',
  FST_ERR_BAD_URL: 'malformed-request',
  FST_ERR_MAX_PARAM_LENGTH: 'url-too-long',
  FST_ERR_HANDLER_TIMEOUT: 'deadline-exceeded',
};

/** Answers any error as problem+json, and hangs up on who asks too often. What the caller has no part in is logged, and told without its details. */
export async function answerProblem(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const problem = problemOf(error);
  if (problem.status >= 500 && problem.cause !== undefined)
    request.log.error({ err: error, code: problem.code }, 'request failed');
  await reply
    .code(problem.status)
    .headers(problem.status === 429 ? { ...problem.headers, connection: 'close' } : problem.headers)
    .type('application/problem+json')
    // As text, so that no response schema of the route drops a field.
    .send(JSON.stringify(problem.toBody(request.id)));
}

/** Any error as what the caller is told. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof RequestInvalid) {
    return new Problem('invalid-request', error.message, { errors: error.problems });
  }
  if (!(error instanceof Error)) return new Problem('internal', 'The server failed', { cause: error });
  // The store's word for a cursor that it did not hand out.
  if (error.name === 'InvalidCursor') return new Problem('invalid-cursor', error.message);
  // The ports of the cluster name their errors so: DirectoryUnavailable, StoreUnavailable, UpstreamUnavailable.
  if (error.name.endsWith('Unavailable') || error.name === 'DeadlineExceeded') {
    const detail = 'A backend did not answer in time; try again later';
    return new Problem('dependency-unavailable', detail, { headers: { 'retry-after': '1' }, cause: error });
  }
  const { code = '' } = error as { code?: string };
  const known = frameworkCodes[code];
  return known === undefined
    ? new Problem('internal', 'The server failed; its log says why under this trace id', { cause: error })
    : new Problem(known, error.message);
}

const clientErrorCodes: Readonly<Record<string, ProblemCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
  HPE_HEADER_OVERFLOW: 'headers-too-large',
};

/** How long a client may take to read why it was refused. */
const lingerMs = 1000;

/** Answers what could not even be parsed as a request, on the bare socket, and closes it: soon after, also when the client does not. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  // What TLS has given up takes no answer, and would not be heard to end either.
  const isBroken = error.code === 'ECONNRESET' || error.code?.startsWith('ERR_SSL');
  if (isBroken || !socket.writable) {
    socket.destroy();
    return;
  }
  const code = clientErrorCodes[error.code ?? ''] ?? 'malformed-request';
  endWithProblem(socket, new Problem(code, 'The request was refused'));
}

/** Answers on the bare socket, and closes it: soon after, also when the client does not. */
export function endWithProblem(socket: Socket, problem: Problem): void {
  const body = JSON.stringify(problem.toBody(newTraceId()));
  const headers = Object.entries(problem.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  setTimeout(() => socket.destroy(), lingerMs).unref();
  // It is followed by 'close'.
  socket.on('error', () => undefined);
  socket.end(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n${headers.join('')}` +
      'content-type: application/problem+json\r\n' +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
