import type { PushRow, Store } from '@longwire/cluster';
import {
  Problem,
  problemResponses,
  requireApiKey,
  type ApiKeySettings,
  type HttpServer,
} from '@longwire/service-kit';
import { Type } from 'typebox';
import type { PushDesk } from '../desk/push-desk.ts';
import { toPushOrder } from '../desk/push-order.ts';
import {
  pushHeaders,
  pushReport,
  pushRequest,
  pushSummary,
  resultsPage,
  resultsQuery,
} from './push-schemas.ts';
import { reportOf, resultOf, summaryOf } from './push-views.ts';

/** 100,000 of the longest ids fit in. */
const bodyLimitBytes = 16 * 1024 * 1024;

const security = [{ bearer: [] }];
const pushPath = Type.Object({ pushId: Type.String({ pattern: '^[A-Za-z0-9._:@-]{1,64}$' }) });
const common = ['invalid-request', 'unauthorized', 'forbidden', 'dependency-unavailable'] as const;

export interface PushRoutesDeps {
  readonly desk: PushDesk;
  readonly store: Store;
  readonly apiKeys: readonly ApiKeySettings[];
}

/** The public API: operators push, viewers may watch. */
export function servePushes(app: HttpServer, { desk, store, apiKeys }: PushRoutesDeps): void {
  const operator = requireApiKey(apiKeys, 'operator');
  const viewer = requireApiKey(apiKeys, 'viewer');

  const findPush = async (pushId: string): Promise<PushRow> => {
    const push = await store.findPush(pushId);
    if (push === null) throw new Problem('push-not-found', `There is no push ${pushId}`);
    return push;
  };

  app.post(
    '/v1/pushes',
    {
      onRequest: operator,
      bodyLimit: bodyLimitBytes,
      schema: {
        summary: 'Push a message to clients',
        description: 'Answers at once; how the push goes is told by GET /v1/pushes/{pushId}.',
        security,
        headers: pushHeaders,
        body: pushRequest,
        response: {
          202: { ...pushSummary, description: 'The push is accepted' },
          200: { ...pushSummary, description: 'The push that the same key asked for before' },
          ...problemResponses(
            ...common,
            'malformed-body',
            'body-too-large',
            'idempotency-conflict',
            'overloaded',
          ),
        },
      },
    },
    async (request, reply) => {
      const { created, push } = await desk.accept(toPushOrder(request.body), {
        requestedBy: request.apiKeyName ?? '',
        idempotencyKey: request.headers['idempotency-key'] ?? null,
        traceId: request.traceId,
      });
      reply.code(created ? 202 : 200).header('location', `/v1/pushes/${push.pushId}`);
      return summaryOf(push, desk.isRouterAlive(push));
    },
  );

  app.get(
    '/v1/pushes/:pushId',
    {
      onRequest: viewer,
      schema: {
        summary: 'How a push goes',
        security,
        params: pushPath,
        response: { 200: pushReport, ...problemResponses(...common, 'push-not-found') },
      },
    },
    async (request) => {
      const push = await findPush(request.params.pushId);
      const [totals, nodes] = await Promise.all([
        store.pushTotals(push.pushId),
        push.audience.type === 'everyone' ? store.pushNodeResults(push.pushId) : [],
      ]);
      return reportOf(summaryOf(push, desk.isRouterAlive(push)), totals, nodes);
    },
  );

  app.get(
    '/v1/pushes/:pushId/results',
    {
      onRequest: viewer,
      schema: {
        summary: 'What became of a push for each target',
        description:
          'In the order of the client ids. A push to everyone has results per node, not per target.',
        security,
        params: pushPath,
        querystring: resultsQuery,
        response: { 200: resultsPage, ...problemResponses(...common, 'invalid-cursor', 'push-not-found') },
      },
    },
    async (request) => {
      const { outcome, cursor, limit } = request.query;
      const { pushId } = await findPush(request.params.pushId);
      const filter = outcome === undefined ? {} : { outcome };
      const page = await store.pushResults(pushId, filter, cursor ?? null, limit);
      return { results: page.rows.map(resultOf), nextCursor: page.nextCursor };
    },
  );
}
