import {
  alive,
  PING,
  SENT,
  accepted,
  close,
  connect,
  each,
  end,
  expectFrames,
  finish,
  frame,
  pong,
  publish,
  send,
  sendTo,
  sent,
  varint,
  type Case,
  type Step,
} from './build.ts';

const signedIn = { start: 'signed-in' } as const;

export const ping: Case[] = [
  { name: 'PING', because: 'S3.6', ...signedIn, steps: [...alive] },
  ...each(
    [1, 2, 100, 4096, 65_536],
    (bytes) => ({
      name: `PING with ${bytes} bytes that are ignored`,
      steps: [send(`03${varint(bytes)}`, { hex: 'ff', times: bytes }), expectFrames(pong), ...alive],
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
