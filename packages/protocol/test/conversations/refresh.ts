import {
  alive,
  accepted,
  close,
  each,
  expectFrames,
  frame,
  publish,
  send,
  type Case,
  type Step,
} from './build.ts';

const signedIn = { start: 'signed-in' } as const;

const refresh = (token: string): Step => send({ type: 'REFRESH', message: { token } });
const refreshed = expectFrames({ type: 'REFRESHED', message: { token_expires_at_ms: '$expires' } });

export const refreshCases: Case[] = [
  {
    name: 'REFRESH with a new token',
    because: 'S3.12',
    ...signedIn,
    steps: [refresh('$token.a'), refreshed, ...alive],
  },
  {
    name: 'REFRESH three times, each after the answer',
    because: 'S3.11',
    ...signedIn,
    steps: [1, 2, 3].flatMap((n) => [
      refresh('$token.a'),
      expectFrames({ type: 'REFRESHED', message: { token_expires_at_ms: `$expires${n}` } }),
    ]),
  },
  {
    name: 'PUBLISH goes on around REFRESH',
    because: 'S3.11',
    ...signedIn,
    steps: [
      send(publish('m1'), { type: 'REFRESH', message: { token: '$token.a' } }, publish('m2')),
      expectFrames(accepted('m1'), accepted('m2'), {
        type: 'REFRESHED',
        message: { token_expires_at_ms: '$expires' },
      }),
      ...alive,
    ],
  },
  {
    name: 'REFRESH beside sixteen unanswered',
    because: 'S3.14',
    start: { a: 'signed-in', b: 'signed-in' },
    steps: [
      send(...sixteen().map((id) => ({ type: 'SEND', message: { message_id: id, to: '$client.b' } }))),
      { as: 'b', expect: sixteen().map((id) => ({ type: 'DELIVER', message: { message_id: id } })) },
      refresh('$token.a'),
      refreshed,
      ...alive,
    ],
  },
  {
    name: 'two REFRESH at once',
    because: 'S3.13',
    ...signedIn,
    steps: [
      send(
        { type: 'REFRESH', message: { token: '$token.a' } },
        { type: 'REFRESH', message: { token: '$token.a' } },
      ),
      { close: 'unexpectedFrame', before: [{ type: 'REFRESHED', message: {} }] },
    ],
  },
  ...each(
    [
      ['expired', 'tokenExpired'],
      ['revoked', 'tokenRevoked'],
      ['otherAudience', 'tokenInvalid'],
      ['otherIssuer', 'tokenInvalid'],
      ['otherKey', 'tokenInvalid'],
      ['unknownKey', 'tokenInvalid'],
      ['unsigned', 'tokenInvalid'],
      ['changed', 'tokenInvalid'],
      ['future', 'tokenInvalid'],
    ] as const,
    ([token, name]) => ({
      name: `REFRESH with a token that is no good: ${token}`,
      steps: [refresh(`$token.a.${token}`), close(name)],
    }),
    { because: 'S3.15', ...signedIn },
  ),
  ...each(
    ['t', '..', '\0', 'x'.repeat(60_000)],
    (token) => ({
      name: `REFRESH with ${token.length} bytes that are no token, ${JSON.stringify(token.slice(0, 3))}`,
      steps: [refresh(token), close('tokenInvalid')],
    }),
    { because: 'S3.15', ...signedIn },
  ),
  {
    name: "REFRESH with another client's token",
    because: 'S3.15',
    start: { a: 'signed-in', b: 'signed-in' },
    steps: [refresh('$token.b'), close('tokenInvalid'), ...alive.map((step): Step => ({ as: 'b', ...step }))],
  },
  ...each(
    [
      ['no body', ''],
      ['an empty token', '0a00'],
      ['a token of wire type 0', '0801'],
      ['an unknown field alone', '120174'],
    ],
    ([what, body]) => ({
      name: `REFRESH with ${what}`,
      steps: [send(frame('REFRESH', body!)), close('invalidField')],
    }),
    { because: 'S4.8', ...signedIn },
  ),
  ...each(
    ['0a', '0a05', '0b', '00'],
    (body) => ({
      name: `REFRESH with the damaged body ${body}`,
      steps: [send(frame('REFRESH', body)), close('malformedFrame')],
    }),
    { because: 'S4.7', ...signedIn },
  ),
];

function sixteen(): string[] {
  return Array.from({ length: 16 }, (_, index) => `m${index}`);
}
