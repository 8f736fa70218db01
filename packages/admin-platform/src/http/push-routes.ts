import { maxPushBodyBytes, pushCalls } from '@longwire/cluster';
import { formatTraceparent, problemResponses, type HttpServer } from '@longwire/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { forwardDeadlineMs, type PushForwarder } from '../pushes/push-forwarder.ts';
import { commonProblems, security, type Guards } from './guards.ts';

const problems = [...commonProblems, 'upstream-failed'] as const;

export interface PushRoutesDeps {
  readonly guards: Guards;
  readonly forwarder: PushForwarder;
}

/** Pushes: a push-route does the work and judges the request; what it answers is answered here. */
export async function servePushes(app: HttpServer, { guards, forwarder }: PushRoutesDeps): Promise<void> {
  const forward = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const answer = await forwarder.forward({
      method: request.method === 'POST' ? 'POST' : 'GET',
      path: request.url,
      headers: request.headers,
      traceparent: formatTraceparent(request.traceId),
      ...(request.body instanceof Uint8Array && { body: request.body }),
    });
    return reply.code(answer.status).headers(answer.headers).send(answer.body);
  };
  // The schemas are for the OpenAPI document.
  const common = { handlerTimeout: forwardDeadlineMs + 1000, validatorCompiler: () => () => true };

  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    scope.post(
      '/v1/pushes',
      {
        ...common,
        onRequest: guards.operator,
        bodyLimit: maxPushBodyBytes,
        schema: {
          ...pushCalls.push,
          security,
          response: {
            ...pushCalls.push.response,
            ...problemResponses(
              ...problems,
              'malformed-body',
              'body-too-large',
              'idempotency-conflict',
              'overloaded',
            ),
          },
        },
      },
      forward,
    );
    scope.get(
      '/v1/pushes/:pushId',
      {
        ...common,
        onRequest: guards.viewer,
        schema: {
          ...pushCalls.report,
          security,
          response: { ...pushCalls.report.response, ...problemResponses(...problems, 'push-not-found') },
        },
      },
      forward,
    );
    scope.get(
      '/v1/pushes/:pushId/results',
      {
        ...common,
        onRequest: guards.viewer,
        schema: {
          ...pushCalls.results,
          security,
          response: {
            ...pushCalls.results.response,
            ...problemResponses(...problems, 'invalid-cursor', 'push-not-found'),
          },
        },
      },
      forward,
    );
  });
}
