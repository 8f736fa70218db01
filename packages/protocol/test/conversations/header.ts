import {
  alive,
  byteHex,
  close,
  each,
  end,
  finish,
  frame,
  PING,
  send,
  type Case,
  type Step,
} from './build.ts';
import { conversationOf } from './outcome.ts';

const signedIn = { start: 'signed-in' } as const;
const reservedTypes = [0, ...Array.from({ length: 17 }, (_, index) => 15 + index)];

const lengths: [string, string, Step][] = [
  ['0 in two bytes', '038000', close('malformedFrame')],
  ['0 in three bytes', '03808000', close('malformedFrame')],
  ['0 in four bytes', '0380808000', close('malformedFrame')],
  ['1 in two bytes', '058100', close('malformedFrame')],
  ['127 in two bytes', '05ff00', close('malformedFrame')],
  ['127 in four bytes', '05ff808000', close('malformedFrame')],
  ['128 in three bytes', '05808100', close('malformedFrame')],
  ['16,383 in three bytes', '05ffff00', close('malformedFrame')],
  ['16,384 in four bytes', '0580808100', close('malformedFrame')],
  ['in five bytes', '038080808000', close('malformedFrame')],
  ['in five bytes, the fifth not 0', '038080808001', close('malformedFrame')],
  ['that goes on after its fourth byte', '0380808080', close('malformedFrame')],
  ['that never ends', `05${'80'.repeat(40)}`, close('malformedFrame')],
];

const tooLarge: [string, string][] = [
  ['one byte more than the limit', '05818004'],
  ['twice the limit', '05808008'],
  ['the largest that four bytes can say', '05ffffff7f'],
  ['already too large in three bytes that go on', '05ffffff'],
  ['too large and not as short as possible', '05ffff8f00'],
  ['too large in PING, whose body is ignored', '03818004'],
  ['too large in a frame that a client may not send', '09818004'],
];

const streams: [string, string][] = [
  ['a reserved type', '1e00'],
  ['a reserved flag', '8300'],
  ['a length in too many bytes', '038000'],
  ['a length above the limit', '05818004'],
  ['a frame that a client may not send', '0400'],
  ['a body that is not protobuf', '05020aff'],
  ['a field that breaks its rule', '0500'],
  ['a critical extension', '2303028000'],
];

export const header: Case[] = [
  ...each(
    reservedTypes,
    (type) => ({
      name: `reserved type ${type} after the login`,
      steps: [send(byteHex(type, 0)), close('malformedFrame')],
    }),
    { because: 'S2.9', ...signedIn },
  ),
  ...each(
    reservedTypes,
    (type) => ({
      name: `reserved type ${type} with reserved flags: the type is checked first`,
      steps: [send(byteHex(type + 0xc0, 0)), close('malformedFrame')],
    }),
    { because: 'S2.8', ...signedIn },
  ),
  ...each(
    [0x40, 0x80, 0xc0, 0x60, 0xa0, 0xe0].flatMap((flags) => [3, 5, 10].map((type) => flags + type)),
    (first) => ({
      name: `reserved flag: first byte ${byteHex(first)} after the login`,
      steps: [send(byteHex(first, 0)), close('unsupportedFeature')],
    }),
    { because: 'S2.10', ...signedIn },
  ),
  ...each(
    ['1f', '85', '00'],
    (hex) => ({
      name: `the byte ${hex} alone is refused, without a length`,
      steps: [send(hex), close(hex === '85' ? 'unsupportedFeature' : 'malformedFrame')],
    }),
    { because: 'S2.8', ...signedIn },
  ),
  ...each(lengths, ([what, hex, step]) => ({ name: `a length ${what}`, steps: [send(hex), step] }), {
    because: 'S2.12',
    ...signedIn,
  }),
  ...each(
    tooLarge,
    ([what, hex]) => ({ name: `a length: ${what}`, steps: [send(hex), close('frameTooLarge')] }),
    {
      because: 'S2.11',
      ...signedIn,
    },
  ),
  ...each(
    streams,
    ([what, hex]) => ({
      name: `two good frames around ${what}: the first is answered, the second is not`,
      steps: conversationOf(PING + hex + frame('PUBLISH', '0a016d12016b'), 'signed-in'),
    }),
    { because: 'S3.38', ...signedIn },
  ),
  ...each(
    ['05', '0580', '058080', '050a', '050a0a'],
    (hex) => ({
      name: `${hex.length / 2} bytes of a frame (${hex}), then the end`,
      steps: [send(hex), finish, end],
    }),
    { because: 'S3.42', ...signedIn },
  ),
  {
    name: 'a header that waits for more bytes, which come later',
    because: 'S2.4',
    ...signedIn,
    steps: [send('03'), { quietMs: 50 }, send('00'), { expect: [{ type: 'PONG', message: {} }] }, ...alive],
  },
];
