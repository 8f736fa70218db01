import type { Store, UpstreamRow } from '@longwire/cluster';
import { problemResponses, type HttpServer } from '@longwire/service-kit';
import { Type, type Static } from 'typebox';
import { commonProblems, security, type Guards } from './guards.ts';
import { fromRfc3339, time, toRfc3339 } from './times.ts';

const query = Type.Object(
  {
    clientId: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9._:@-]{1,128}$' })),
    kind: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' })),
    from: Type.Optional(Type.String({ format: 'date-time', description: 'received at or after, RFC 3339' })),
    to: Type.Optional(Type.String({ format: 'date-time', description: 'received before, RFC 3339' })),
    cursor: Type.Optional(Type.String({ maxLength: 512 })),
    limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
  },
  { additionalProperties: false },
);

const upstreamMessage = Type.Object({
  clientId: Type.String(),
  messageId: Type.String(),
  kind: Type.String(),
  payload: Type.Object({
    base64: Type.String(),
    text: Type.Union([Type.String(), Type.Null()], { description: 'null unless the payload is UTF-8' }),
  }),
  nodeId: Type.String({ description: 'the push-server that took it' }),
  traceId: Type.String(),
  receivedAt: time,
});

/** What clients sent upstream. */
export function serveMessages(
  app: HttpServer,
  { guards, store }: { readonly guards: Guards; readonly store: Store },
): void {
  app.get(
    '/v1/upstream-messages',
    {
      onRequest: guards.viewer,
      schema: {
        summary: 'Upstream messages, newest first',
        security,
        querystring: query,
        response: {
          200: Type.Object({
            messages: Type.Array(upstreamMessage),
            nextCursor: Type.Union([Type.String(), Type.Null()], {
              description: 'null: there is no further page',
            }),
          }),
          ...problemResponses(...commonProblems, 'invalid-cursor'),
        },
      },
    },
    async (request) => {
      const { clientId, kind, from, to, cursor, limit } = request.query;
      const filter = {
        ...(clientId !== undefined && { clientId }),
        ...(kind !== undefined && { kind }),
        ...(from !== undefined && { fromMs: fromRfc3339('from', from) }),
        ...(to !== undefined && { toMs: fromRfc3339('to', to) }),
      };
      const page = await store.upstreamMessages(filter, cursor ?? null, limit);
      return { messages: page.rows.map(toMessage), nextCursor: page.nextCursor };
    },
  );
}

function toMessage({ payload, receivedAtMs, ...row }: UpstreamRow): Static<typeof upstreamMessage> {
  const base64 = Buffer.from(payload).toString('base64');
  return { ...row, payload: { base64, text: textOf(payload) }, receivedAt: toRfc3339(receivedAtMs) };
}

function textOf(payload: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload);
  } catch {
    return null;
  }
}
