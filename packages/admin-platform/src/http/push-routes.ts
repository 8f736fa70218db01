import { formatTraceparent, problemResponses, type HttpServer } from '@longwire/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { forwardDeadlineMs, type PushForwarder } from '../pushes/push-forwarder.ts';
import { commonProblems, security, type Guards } from './guards.ts';

/** As much as a push-route takes. */
const bodyLimitBytes = 16 * 1024 * 1024;

const asIs = Type.Object({}, { additionalProperties: true, description: "see push-route's /openapi.json" });
const problems = problemResponses(...commonProblems, 'push-not-found', 'upstream-failed');
const pushId = Type.String({ description: 'as POST /v1/pushes answered it' });

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
        bodyLimit: bodyLimitBytes,
        schema: {
          summary: 'Push a message to clients',
          security,
          headers: Type.Object({ 'idempotency-key': Type.Optional(Type.String()) }),
          body: asIs,
          response: { 202: asIs, 200: asIs, ...problems, ...problemResponses('idempotency-conflict') },
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
          summary: 'How a push goes',
          security,
          params: Type.Object({ pushId }),
          response: { 200: asIs, ...problems },
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
          summary: 'What became of a push for each target',
          security,
          params: Type.Object({ pushId }),
          querystring: Type.Object({
            outcome: Type.Optional(Type.Enum(['delivered', 'offline', 'failed'])),
            cursor: Type.Optional(Type.String()),
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
          }),
          response: { 200: asIs, ...problems },
        },
      },
      forward,
    );
  });
}
