import {
  accepted,
  alive,
  close,
  connect,
  each,
  end,
  expectFrames,
  field,
  finish,
  frame,
  number,
  PING,
  pong,
  publish,
  send,
  sendTo,
  sent,
  SENT,
  type Case,
  type Step,
} from './build.ts';
import { conversationOf } from './outcome.ts';

const signedIn = { start: 'signed-in' } as const;

export const ping: Case[] = [
  { name: 'PING', because: 'S3.6', ...signedIn, steps: [...alive] },
  ...each(
    [1, 2, 100, 4096, 65_536],
    (bytes) => ({
      name: `PING with ${bytes} bytes that are ignored`,
      steps: [send(`03${lengthOf(bytes)}`, { hex: 'ff', times: bytes }), expectFrames(pong), ...alive],
    }),
    { because: 'S2.13', ...signedIn },
  ),
  ...each(
    [2, 10, 300],
    (count) => ({
      name: `${count} PINGs at once`,
      steps: [send({ hex: PING, times: count }), expectFrames(...Array.from({ length: count }, () => pong))],
    }),
    { because: 'S3.6', ...signedIn },
  ),
  {
    name: 'PINGs between publishes',
    because: 'S3.26',
    ...signedIn,
    steps: [
      send(PING, publish('m1'), PING, publish('m2'), PING),
      expectFrames(pong, pong, pong, accepted('m1'), accepted('m2')),
    ],
  },
];

const goodbyes: [string, string][] = [
  ['goodbye', '08b817'],
  ['an empty body', ''],
  ['a code of each range', '08e807'],
  ['a code of 2000', '08d00f'],
  ['the largest code', '08ffffffff0f'],
  ['a reason and a retry_after_ms', '08b817120362796518e807'],
  ['a reason with NUL and line ends', '08b817120400 0d0a00'.replace(' ', '')],
  ['a reason of 4,000 bytes', `08b81712a01f${'61'.repeat(4000)}`],
  ['unknown fields', '08b817a20603616263'],
];

export const closeCases: Case[] = [
  ...each(
    goodbyes,
    ([what, body]) => ({ name: `CLOSE with ${what}`, steps: [send(frame('CLOSE', body)), end] }),
    { because: 'S3.38', ...signedIn },
  ),
  ...each(
    ['0aff', '12ff', '08', '1201ff', '0b', '00'],
    (body) => ({
      name: `CLOSE with the damaged body ${body} ends the connection all the same`,
      steps: [send(frame('CLOSE', body)), end],
    }),
    { because: 'S3.47', ...signedIn },
  ),
  ...each(
    [
      ['PING', PING],
      ['PUBLISH', publish('m')],
      ['a second CLOSE', frame('CLOSE', '08b817')],
      ['CONNECT', frame('CONNECT', '080110011a0174')],
      ['garbage', 'ffffffff'],
      ['half a frame', '0540'],
      ['a frame above the limit', '05818004'],
    ],
    ([what, hex]) => ({
      name: `${what} behind CLOSE is not answered`,
      steps: [send(frame('CLOSE', '08b817'), hex!), end],
    }),
    { because: 'S3.38', ...signedIn },
  ),
  {
    name: 'PUBLISH before CLOSE',
    because: 'S3.38',
    ...signedIn,
    steps: [send(publish('m')), expectFrames(accepted('m')), send(frame('CLOSE', '08b817')), end],
  },
  {
    name: 'CLOSE before CONNECT',
    because: 'S3.3',
    start: 'accepted',
    steps: [send(frame('CLOSE', '08b817')), close('expectedConnect')],
  },
  { name: 'the end without CLOSE', because: 'S3.42', ...signedIn, steps: [finish, end] },
  {
    name: 'the end without CLOSE, with a question open',
    because: 'S3.42',
    start: { a: 'signed-in', b: 'signed-in' },
    steps: [
      send({ type: 'SEND', message: { message_id: 'm', to: '$client.b' } }),
      { as: 'b', expect: [{ type: 'DELIVER', message: { message_id: 'm' } }] },
      finish,
      end,
      ...alive.map((step): Step => ({ as: 'b', ...step })),
    ],
  },
];

const notForServers = ['CONNECTED', 'PONG', 'PUBLISHED', 'SENT', 'DELIVER', 'REDIRECT', 'REFRESHED'];
const valid: Record<string, string> = {
  CONNECTED: '0801',
  PONG: '',
  PUBLISHED: '0a016d',
  SENT: '0a016d',
  DELIVER: '12016d',
  REDIRECT: '10e807',
  REFRESHED: '0801',
};

export const order: Case[] = [
  ...each(
    notForServers,
    (type) => ({
      name: `${type} from a client`,
      steps: [send(frame(type, valid[type]!)), close('unexpectedFrame')],
    }),
    { because: 'S3.46', ...signedIn },
  ),
  ...each(
    notForServers,
    (type) => ({
      name: `${type} from a client, empty`,
      steps: [send(frame(type)), close('unexpectedFrame')],
    }),
    { because: 'S3.46', ...signedIn },
  ),
  ...each(
    notForServers,
    (type) => ({
      name: `${type} from a client, its body damaged`,
      steps: [send(frame(type, '0aff')), close('unexpectedFrame')],
    }),
    { because: 'S3.46', ...signedIn },
  ),
  ...each(
    ['PUBLISH', 'SEND', 'REFRESH'],
    (type) => ({ name: `${type} with no body`, steps: [send(frame(type)), close('invalidField')] }),
    { because: 'S4.8', ...signedIn },
  ),
  {
    name: 'CONNECT in one segment with its PING, answered in order afterwards',
    because: 'S1.7',
    start: 'accepted',
    steps: [
      send(connect()),
      expectFrames({ type: 'CONNECTED', message: { version: 1 } }),
      send(PING, publish('m'), sendTo('s', 'nobody.is.there')),
      expectFrames(pong, accepted('m'), sent('s', SENT.offline)),
    ],
  },
];

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

/** LEB128 of a length below 2^21. */
function lengthOf(bytes: number): string {
  return frame('PING', '00'.repeat(bytes)).slice(2, -2 * bytes);
}

const streamOf: Record<string, string> = {
  'three PINGs': PING.repeat(3),
  PUBLISH: publish('m', 'k', '00ff'),
  SEND: sendTo('m', 'nobody.is.there', '00ff'),
  'ACKNOWLEDGE and PING': frame('ACKNOWLEDGE', '0a03010203') + PING,
  'PUBLISH with an extension': frame('PUBLISH', `030a01ff${field(1, 'm')}${field(2, 'k')}`, 0x20),
  'PUBLISH of 300 bytes': publish('m', 'k', 'ab'.repeat(290)),
  'PING, PUBLISH, PING': PING + publish('m') + PING,
  'a bad length': '038000',
  'a length above the limit': '05818004',
  'a reserved type': '1f00',
  'a critical extension': frame('PING', '028000', 0x20),
  'a body that is damaged': frame('PUBLISH', '0a05'),
  'a field that breaks its rule': frame('PUBLISH', '0a016d'),
  'REFRESH with a bad token': frame('REFRESH', field(1, 'nonsense')),
};

export const chunking: Case[] = Object.entries(streamOf).flatMap(([what, hex]) =>
  each(
    [1, 2, 3, 7],
    (chunkBytes) => {
      const [, ...rest] = conversationOf(hex, 'signed-in');
      return {
        name: `${what}, ${chunkBytes} bytes at a time`,
        steps: [{ send: [hex], chunkBytes }, ...rest],
      };
    },
    { because: 'S5.1', ...signedIn },
  ),
);

const cut: [string, string, 'accepted' | 'signed-in'][] = [
  ['CONNECT', frame('CONNECT', number(1, 1) + number(2, 1) + field(3, 'bad')), 'accepted'],
  ['PUBLISH', publish('m1', 'kind', '00ff'), 'signed-in'],
  [
    'PUBLISH with a trace context',
    frame('PUBLISH', `1b0119${'4b'.repeat(25)}0a016d12016b`, 0x20),
    'signed-in',
  ],
  ['SEND', sendTo('m1', 'nobody', '00ff'), 'signed-in'],
  ['ACKNOWLEDGE', frame('ACKNOWLEDGE', '0a0401ff0102'), 'signed-in'],
  ['CLOSE', frame('CLOSE', '08b8171203627965'), 'signed-in'],
];

/** Every beginning of some frames, then the end. */
export const truncation: Case[] = cut.flatMap(([type, hex, start]) =>
  each(
    Array.from({ length: hex.length / 2 - 1 }, (_, index) => index + 1),
    (bytes) => ({
      name: `the first ${bytes} of the ${hex.length / 2} bytes of ${type}, then the end`,
      steps: [send(hex.slice(0, 2 * bytes)), finish, end],
    }),
    { because: 'S3.42', start },
  ),
);
