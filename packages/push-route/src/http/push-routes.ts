import { maxPushBodyBytes, pushCalls, type PushRow, type Store } from '@longwire/cluster';
import {
  Problem,
  problemResponses,
  requireApiKey,
  type ApiKeySettings,
  type HttpServer,
} from '@longwire/service-kit';
import type { PushDesk } from '../desk/push-desk.ts';
import { toPushOrder } from '../desk/push-order.ts';
import { reportOf, resultOf, summaryOf } from './push-views.ts';

const security = [{ bearer: [] }];
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
      bodyLimit: maxPushBodyBytes,
      schema: {
        ...pushCalls.push,
        security,
        response: {
          ...pushCalls.push.response,
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
        ...pushCalls.report,
        security,
        response: { ...pushCalls.report.response, ...problemResponses(...common, 'push-not-found') },
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
        ...pushCalls.results,
        security,
        response: {
          ...pushCalls.results.response,
          ...problemResponses(...common, 'invalid-cursor', 'push-not-found'),
        },
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
