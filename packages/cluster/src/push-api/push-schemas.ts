import { Type, type Static } from 'typebox';

export const maxPushTargets = 100_000;
export const maxPushPayloadBytes = 60 * 1024;

const clientId = Type.String({ pattern: '^[A-Za-z0-9._:@-]{1,128}$' });
const time = Type.String({ format: 'date-time', description: 'RFC 3339' });
const count = Type.Integer({ minimum: 0 });

export const pushRequest = Type.Object(
  {
    audience: Type.Object(
      {
        clientIds: Type.Optional(
          Type.Array(clientId, {
            minItems: 1,
            maxItems: maxPushTargets,
            description: 'an id that stands there twice is one target',
          }),
        ),
        everyone: Type.Optional(Type.Literal(true, { description: 'everyone who is online' })),
        registeredSince: Type.Optional(
          Type.String({
            format: 'date-time',
            description: 'clients registered at or after this time, RFC 3339',
          }),
        ),
      },
      { additionalProperties: false, description: 'exactly one of its properties' },
    ),
    payload: Type.Object(
      {
        text: Type.Optional(Type.String({ maxLength: maxPushPayloadBytes })),
        base64: Type.Optional(Type.String({ maxLength: Math.ceil(maxPushPayloadBytes / 3) * 4 })),
      },
      {
        additionalProperties: false,
        description: `exactly one of its properties; at most ${maxPushPayloadBytes} bytes when decoded`,
      },
    ),
    delivery: Type.Enum(['acknowledged', 'live'], {
      default: 'acknowledged',
      description: 'what "delivered" means: the client acknowledged it, or it was written to its socket',
    }),
  },
  { additionalProperties: false, title: 'PushRequest' },
);

export const pushHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      pattern: '^[\\x21-\\x7e]([\\x20-\\x7e]{0,198}[\\x21-\\x7e])?$',
      description: 'the same key with the same request is the same push',
    }),
  ),
});

const state = Type.Enum(['running', 'done', 'failed']);
const outcome = Type.Enum(['delivered', 'offline', 'failed']);

export const pushSummary = Type.Object({
  pushId: Type.String(),
  state,
  failure: Type.Union([Type.String(), Type.Null()], {
    description: 'why the push as a whole failed; null unless it did',
  }),
  audience: Type.Union([
    Type.Object({ type: Type.Literal('clients'), count }),
    Type.Object({ type: Type.Literal('everyone') }),
    Type.Object({ type: Type.Literal('registered-since'), since: time }),
  ]),
  delivery: Type.Enum(['acknowledged', 'live']),
  targets: Type.Union([count, Type.Null()], { description: 'null until known' }),
  requestedBy: Type.String({ description: 'name of the API key' }),
  traceId: Type.String(),
  createdAt: time,
  finishedAt: Type.Union([time, Type.Null()]),
});

export const pushReport = Type.Object({
  ...pushSummary.properties,
  totals: Type.Object(
    {
      delivered: count,
      offline: count,
      failed: count,
      reasons: Type.Record(Type.String(), count, { description: 'the failed by reason' }),
    },
    { description: 'so far; of a push that is done they add up to targets' },
  ),
  nodes: Type.Array(
    Type.Object({
      nodeId: Type.String(),
      delivered: count,
      failed: count,
      reason: Type.Union([Type.String(), Type.Null()], {
        description: 'why clients of this node failed; "mixed" if for several reasons',
      }),
    }),
    { description: 'for a push to everyone: one entry for each push-server' },
  ),
});

export const pushResultsQuery = Type.Object(
  {
    outcome: Type.Optional(outcome),
    cursor: Type.Optional(Type.String({ maxLength: 512 })),
    limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
  },
  { additionalProperties: false },
);

export const pushResultsPage = Type.Object({
  results: Type.Array(
    Type.Object({
      clientId: Type.String(),
      outcome,
      reason: Type.Union([Type.String(), Type.Null()]),
      nodeId: Type.Union([Type.String(), Type.Null()]),
      settledAt: time,
    }),
  ),
  nextCursor: Type.Union([Type.String(), Type.Null()], { description: 'null: there is no further page' }),
});

export type PushRequest = Static<typeof pushRequest>;
export type PushSummary = Static<typeof pushSummary>;
export type PushReport = Static<typeof pushReport>;
export type PushResultsPage = Static<typeof pushResultsPage>;
