import {
  accepted,
  alive,
  close,
  each,
  end,
  expectFrames,
  extended,
  EXTENDED,
  field,
  frame,
  pong,
  publishBody,
  send,
  TRACE_CONTEXT,
  type Case,
  type Step,
} from './build.ts';

const signedIn = { start: 'signed-in' } as const;
const body = publishBody('m');
const trace = `0119${TRACE_CONTEXT}`;
const ok: readonly Step[] = [expectFrames(accepted('m')), ...alive];

const skipped: [string, string][] = [
  ['an empty extension', ''],
  ['unknown field 0', '0001ff'],
  ['unknown field 4 without value', '0400'],
  ['unknown field 127', '7f02cafe'],
  ['the reserved fields 2 and 3', '0201aa0300'],
  ['a trace context', trace],
  ['a trace context of zeros', `0119${'00'.repeat(25)}`],
  ['two trace contexts', trace + trace],
  ['unknown fields around a trace context', `0a01ff${trace}7e00`],
  ['an unknown field of 200 bytes', `0ac801${'ab'.repeat(200)}`],
  ['a hundred empty fields', '0a00'.repeat(100)],
  ['an unknown field of 60,000 bytes', `0ae0d403${'00'.repeat(60_000)}`],
];

const malformed: [string, string][] = [
  ['EXTENDED without payload', frame('PUBLISH', '', EXTENDED)],
  ['that reaches past its frame', frame('PUBLISH', `40${body}`, EXTENDED)],
  ['that reaches one byte past its frame', frame('PUBLISH', '02aa', EXTENDED)],
  ['whose length is cut off', frame('PUBLISH', '80', EXTENDED)],
  ['whose length is not as short as possible', frame('PUBLISH', `8000${body}`, EXTENDED)],
  ['whose length takes five bytes', frame('PUBLISH', `8080808000${body}`, EXTENDED)],
  ['with a field without size', extended('PUBLISH', '0a', body)],
  ['with a field that reaches into the body', extended('PUBLISH', '0a03', '010203')],
  ['with a field whose size is cut off', extended('PUBLISH', '0a80', body)],
  ['with a field whose size is not as short as possible', extended('PUBLISH', '0a8100ff', body)],
  ['with a field whose size takes five bytes', extended('PUBLISH', '0a8080808000', body)],
  ...[0, 1, 24, 26, 50].map((size): [string, string] => [
    `with a trace context of ${size} bytes`,
    extended('PUBLISH', `01${size.toString(16).padStart(2, '0')}${'00'.repeat(size)}`, body),
  ]),
  ['with a good trace context and a short one', extended('PUBLISH', `${trace}010100`, body)],
  ['malformed, on PING', frame('PING', '05', EXTENDED)],
  ['malformed, on ACKNOWLEDGE', frame('ACKNOWLEDGE', '050a0101', EXTENDED)],
];

const critical = [128, 129, 200, 255];

export const extension: Case[] = [
  ...each(
    skipped,
    ([what, fields]) => ({
      name: `PUBLISH with ${what} is taken`,
      steps: [send(extended('PUBLISH', fields, body)), ...ok],
    }),
    { because: 'S2.15', ...signedIn },
  ),
  ...each(
    malformed,
    ([what, hex]) => ({ name: `an extension: ${what}`, steps: [send(hex), close('malformedFrame')] }),
    { because: 'S2.17', ...signedIn },
  ),
  ...each(
    critical,
    (id) => ({
      name: `critical extension field ${id}`,
      steps: [send(extended('PUBLISH', `${id.toString(16)}01ff`, body)), close('unsupportedFeature')],
    }),
    { because: 'S2.16', ...signedIn },
  ),
  ...each(
    ['CONNECT', 'PING', 'SEND', 'ACKNOWLEDGE', 'CLOSE', 'REFRESH'],
    (type) => ({
      name: `a critical extension field on ${type}`,
      steps: [send(extended(type, 'f000', '')), close('unsupportedFeature')],
    }),
    { because: 'S2.16', ...signedIn },
  ),
  {
    name: 'a critical field after a trace context',
    because: 'S2.16',
    ...signedIn,
    steps: [send(extended('PUBLISH', `${trace}8000`, body)), close('unsupportedFeature')],
  },
  {
    name: 'the extension of the first frame is read before its type is judged',
    because: 'S2.16',
    start: 'accepted',
    steps: [send(extended('CONNECT', '8000', field(3, 't'))), close('unsupportedFeature')],
  },
  {
    name: 'PING with a trace context is answered',
    because: 'S2.13',
    ...signedIn,
    steps: [send(extended('PING', trace, '')), expectFrames(pong), ...alive],
  },
  {
    name: 'CLOSE with an unknown extension field ends the connection',
    because: 'S2.15',
    ...signedIn,
    steps: [send(extended('CLOSE', '0a00', '08b817')), end],
  },
];
