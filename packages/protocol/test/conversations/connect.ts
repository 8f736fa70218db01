import {
  close,
  connect,
  connectBody,
  connected,
  each,
  end,
  expectFrames,
  field,
  finish,
  frame,
  number,
  PING,
  publish,
  alive,
  send,
  textHex,
  type Case,
  type FramePart,
  type Step,
} from './build.ts';

const accepted = { start: 'accepted' } as const;
const welcome: readonly Step[] = [expectFrames(connected), ...alive];
const LARGEST = 4_294_967_295;

const versions: [number, number, boolean][] = [
  [1, 1, true],
  [0, 1, true],
  [0, 7, true],
  [1, 2, true],
  [1, LARGEST, true],
  [0, LARGEST, true],
  [0, 0, false],
  [2, 2, false],
  [2, 3, false],
  [2, LARGEST, false],
  [LARGEST, LARGEST, false],
  [2, 1, false],
  [1, 0, false],
  [LARGEST, 0, false],
];

/** Tokens that the one who runs the cases makes. */
const badTokens = {
  expired: 'tokenExpired',
  revoked: 'tokenRevoked',
  otherAudience: 'tokenInvalid',
  otherIssuer: 'tokenInvalid',
  otherKey: 'tokenInvalid',
  unknownKey: 'tokenInvalid',
  unsigned: 'tokenInvalid',
  changed: 'tokenInvalid',
  future: 'tokenInvalid',
  badSubject: 'tokenInvalid',
} as const;

const tokenTexts: [string, string][] = [
  ['a word', 'nonsense'],
  ['one letter', 't'],
  ['two dots', '..'],
  ['three dots', '...'],
  ['a NUL', '\0'],
  ['an emoji', '\u{1f511}'],
  ['JSON', '{"alg":"none"}'],
  ['a header alone', 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9'],
  ['a header of null', 'bnVsbA.bnVsbA.bnVsbA'],
  ['claims that are a list', 'eyJhbGciOiJIUzI1NiJ9.W10.AAAA'],
  ['the word __proto__', '__proto__'],
  ['3,000 letters', 'x'.repeat(3000)],
  ['3,000 dots', '.'.repeat(3000)],
];

const agents: [string, string][] = [
  ['empty', ''],
  ['of one NUL', '\0'],
  ['with a line end', 'a\r\nb'],
  ['with a byte order mark', '\ufeffx'],
  ['of 1,000 characters', 'a'.repeat(1000)],
  ['in other letters', 'устройство デバイス \u{1f4df}'],
  ['that looks like a format', '%s%n%d ${agent} {{agent}}'],
];

/** CONNECT as a part whose body is more than the fields of the schema can say. */
const raw = (body: string): Step => send(frame('CONNECT', body));
const t = field(3, 't');

const afterwards: [string, string, Step][] = [
  ['PING', PING, close('unexpectedFrame')],
  ['PUBLISH', publish('m'), close('unexpectedFrame')],
  ['a second CONNECT', frame('CONNECT', connectBody('t')), close('unexpectedFrame')],
  ['ACKNOWLEDGE', frame('ACKNOWLEDGE', '0a0101'), close('unexpectedFrame')],
  ['REFRESH', frame('REFRESH', field(1, 't')), close('unexpectedFrame')],
  ['CONNECTED', frame('CONNECTED', '0801'), close('unexpectedFrame')],
  ['a reserved type', '1f00', close('malformedFrame')],
  ['a reserved flag', '8300', close('unsupportedFeature')],
  ['a frame above the limit before CONNECTED', '058120', close('frameTooLarge')],
  ['CLOSE', frame('CLOSE', '08b817'), end],
];

const withFields = (message: FramePart['message']): Step => send(connect(message));

export const connectCases: Case[] = [
  ...each(
    versions,
    ([min, max, speaks]) => ({
      name: `versions ${min} to ${max}`,
      steps: [
        withFields({ version_min: min, version_max: max }),
        ...(speaks ? welcome : [close('unsupportedVersion')]),
      ],
    }),
    { because: 'S2.19', ...accepted },
  ),
  {
    name: 'CONNECTED carries all its fields',
    because: 'S3.9',
    ...accepted,
    steps: [
      withFields({}),
      expectFrames({
        type: 'CONNECTED',
        message: {
          version: 1,
          connection: '$connection',
          heartbeat_interval_ms: '$heartbeat',
          idle_timeout_ms: '$idle',
          limits: { max_frame_bytes: 65_536, max_in_flight: 16 },
          token_expires_at_ms: '$expires',
        },
      }),
    ],
  },
  ...each(
    Object.entries(badTokens),
    ([token, name]) => ({
      name: `a token that is no good: ${token}`,
      steps: [withFields({ token: `$token.a.${token}` }), close(name)],
    }),
    { because: 'S3.4', ...accepted },
  ),
  ...each(
    tokenTexts,
    ([what, token]) => ({
      name: `a token that is none: ${what}`,
      steps: [withFields({ token }), close('tokenInvalid')],
    }),
    { because: 'S3.4', ...accepted },
  ),
  ...each(
    [
      ['no body', ''],
      ['versions alone', '08011001'],
      ['an empty token', '080110011a00'],
      ['a token of wire type 0', '080110011801'],
      ['a token of wire type 5', '080110011d00000000'],
      ['a token, then an empty one: the last counts', `08011001${t}1a00`],
    ],
    ([what, body]) => ({
      name: `CONNECT without token: ${what}`,
      steps: [raw(body!), close('invalidField')],
    }),
    { because: 'S4.8', ...accepted },
  ),
  ...each(
    agents,
    ([what, agent]) => ({ name: `an agent ${what}`, steps: [withFields({ agent }), ...welcome] }),
    { because: 'S3.1', ...accepted },
  ),
  ...each(
    [
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
      '.',
      '..',
      '-',
      '@',
      ':',
      '0',
      'a'.repeat(128),
      'A_b.c:d@e-F',
    ],
    (id) => ({
      name: `the client id ${id.slice(0, 20)}`,
      steps: [withFields({ token: `$token.=${id}` }), ...welcome],
    }),
    { because: 'S1.8', ...accepted },
  ),
  ...each(
    afterwards,
    ([what, hex, step]) => ({
      name: `${what} right behind CONNECT, before CONNECTED`,
      steps: [send(connect(), hex), step],
    }),
    { because: 'S1.7', ...accepted },
  ),
  {
    name: 'a second CONNECT after the login',
    because: 'S3.5',
    start: 'signed-in',
    steps: [withFields({}), close('unexpectedFrame')],
  },
  {
    name: 'a second CONNECT that is not even valid',
    because: 'S3.5',
    start: 'signed-in',
    steps: [send(frame('CONNECT', '0aff')), close('unexpectedFrame')],
  },
  {
    name: 'a newer login closes the older connection of the client',
    because: 'S1.9',
    start: { a: 'signed-in', b: 'accepted' },
    steps: [
      { as: 'b', ...withFields({ token: '$token.a' }) },
      { as: 'b', ...expectFrames(connected) },
      { as: 'a', ...close('replaced') },
      ...alive.map((step): Step => ({ as: 'b', ...step })),
    ],
  },
  {
    name: 'a login with a bad token does not close the older connection',
    because: 'S1.9',
    start: { a: 'signed-in', b: 'accepted' },
    steps: [
      { as: 'b', ...withFields({ token: '$token.a.expired' }) },
      { as: 'b', ...close('tokenExpired') },
      ...alive,
    ],
  },
  {
    name: 'CONNECT of 4,096 bytes, the limit',
    because: 'S2.5',
    ...accepted,
    steps: [send(padded(4096)), close('tokenInvalid')],
  },
  {
    name: 'CONNECT of 4,097 bytes',
    because: 'S2.5',
    ...accepted,
    steps: [send(padded(4097)), close('frameTooLarge')],
  },
  {
    name: 'CONNECT that promises 4,097 bytes and sends none',
    because: 'S2.7',
    ...accepted,
    steps: [send('018120'), close('frameTooLarge')],
  },
  {
    name: 'half a CONNECT, then the end',
    because: 'S3.42',
    ...accepted,
    steps: [send('01640801'), { quietMs: 30 }, finish, end],
  },
  ...each(
    [
      ['nothing', []],
      ['half a header', [send('01')]],
      ['half a CONNECT', [send(`0164${textHex('\b\x01')}`)]],
    ] as [string, Step[]][],
    ([what, steps]) => ({
      name: `${what} until the login deadline`,
      steps: [...steps, close('loginTimeout')],
    }),
    { because: 'S3.2', ...accepted },
  ),
];

/** CONNECT with a bad token and an agent that fills it up to so many bytes of payload. */
function padded(bytes: number): string {
  const token = number(1, 1) + number(2, 1) + t;
  const agent = bytes - token.length / 2 - 3;
  return frame('CONNECT', token + field(4, 'a'.repeat(agent)));
}
