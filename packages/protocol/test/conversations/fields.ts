import {
  accepted,
  alive,
  close,
  each,
  expectFrames,
  field,
  frame,
  publish,
  send,
  sent,
  SENT,
  sendTo,
  textHex,
  type Case,
} from './build.ts';

const signedIn = { start: 'signed-in' } as const;
const IN_IDS = /[A-Za-z0-9._:@-]/;
const ascii = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));

/** Signs that look like letters, are letters elsewhere, or become letters when a program folds case. */
const lookalikes = [
  'é',
  'ß',
  'ı',
  'ſ',
  '\u212a',
  'а',
  'Ａ',
  '０',
  '\u00a0',
  '\u200b',
  '\u2028',
  '\ufeff',
  '\u{1d41a}',
  '\u{1f600}',
  'a\u0301',
];

const badInId = [...ascii.filter((sign) => !IN_IDS.test(sign)), ...lookalikes];
const badInKind = [':', '@', ' ', '/', '*', '\0', '\n', '\t', '\x7f', ...lookalikes];
const goodIds = [
  'm',
  '0',
  '.',
  '..',
  '-',
  '_',
  ':',
  '@',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'null',
  'undefined',
  'NaN',
  '-1',
  'AZaz09._:@-',
  'm'.repeat(63),
  'm'.repeat(64),
];
const goodKinds = [
  'k',
  '.',
  '..',
  '-',
  '_',
  '0',
  '__proto__',
  'constructor',
  'toString',
  'AZaz09._-',
  'k'.repeat(64),
];

function show(text: string): string {
  const short = text.length > 20 ? `${text.slice(0, 8)}… of ${text.length}` : text;
  return JSON.stringify(short).replace(
    /[^ -~…]/g,
    (sign) => `U+${sign.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`,
  );
}

const refusedId = { because: 'S3.27', ...signedIn } as const;
const refusedKind = { because: 'S3.30', ...signedIn } as const;
const refusedTo = { because: 'S1.8', ...signedIn } as const;

export const fields: Case[] = [
  ...each(
    badInId,
    (sign) => ({
      name: `PUBLISH with ${show(sign)} in message_id`,
      steps: [send(publish(`m${sign}m`)), close('invalidField')],
    }),
    refusedId,
  ),
  ...each(
    badInKind,
    (sign) => ({
      name: `PUBLISH with ${show(sign)} in kind`,
      steps: [send(publish('m', `k${sign}`)), close('invalidField')],
    }),
    refusedKind,
  ),
  ...each(
    badInId,
    (sign) => ({
      name: `SEND to an id with ${show(sign)}`,
      steps: [send(sendTo('m', `${sign}b`)), close('invalidField')],
    }),
    refusedTo,
  ),
  ...each(
    ['', 'm'.repeat(65), 'm'.repeat(1000), ' ', ' m', 'm ', '\n', 'm\n', '\nm'],
    (id) => ({
      name: `PUBLISH with the message_id ${show(id)}`,
      steps: [send(publish(id)), close('invalidField')],
    }),
    refusedId,
  ),
  ...each(
    ['', 'm'.repeat(65), 'm\n'],
    (id) => ({
      name: `SEND with the message_id ${show(id)}`,
      steps: [send(sendTo(id, 'bob')), close('invalidField')],
    }),
    refusedId,
  ),
  ...each(
    ['', 'k'.repeat(65), 'k'.repeat(1000), ' k', 'k ', 'k\n'],
    (kind) => ({
      name: `PUBLISH of the kind ${show(kind)}`,
      steps: [send(publish('m', kind)), close('invalidField')],
    }),
    refusedKind,
  ),
  ...each(
    ['', 'b'.repeat(129), 'b'.repeat(1000), ' b', 'b ', 'b\n', '*'],
    (to) => ({ name: `SEND to ${show(to)}`, steps: [send(sendTo('m', to)), close('invalidField')] }),
    refusedTo,
  ),
  ...each(
    goodIds,
    (id) => ({
      name: `PUBLISH with the good message_id ${show(id)}`,
      steps: [send(publish(id)), expectFrames(accepted(id)), ...alive],
    }),
    { because: 'S3.20', ...signedIn },
  ),
  ...each(
    goodKinds,
    (kind) => ({
      name: `PUBLISH of the good kind ${show(kind)}`,
      steps: [send(publish('m', kind)), expectFrames(accepted('m')), ...alive],
    }),
    refusedKind,
  ),
  ...each(
    [...goodIds.filter((id) => id.length < 63), 'b'.repeat(128)],
    (to) => ({
      name: `SEND to the good id ${show(to)}, where nobody is`,
      steps: [send(sendTo('m', `x.${to}`.slice(0, 128))), expectFrames(sent('m', SENT.offline)), ...alive],
    }),
    refusedTo,
  ),
];

const badUtf8: [string, string][] = [
  ['a continuation byte alone', '80'],
  ['an overlong NUL', '61c080'],
  ['an overlong slash', 'e080af'],
  ['a surrogate', 'eda080'],
  ['a pair of surrogates', 'eda080edb080'],
  ['cut off after one byte', '61c3'],
  ['cut off after two bytes', '61e282'],
  ['above U+10FFFF', 'f4908080'],
  ['the byte FF', 'ff'],
  ['the byte FE after 64 good ones', `${textHex('x'.repeat(64))}fe`],
];
const strings: [string, string, (hex: string) => string][] = [
  ['token of CONNECT', 'accepted', (hex) => frame('CONNECT', `08011001${field(3, { hex })}`)],
  ['agent of CONNECT', 'accepted', (hex) => frame('CONNECT', `080110011a0174${field(4, { hex })}`)],
  ['message_id of PUBLISH', 'signed-in', (hex) => frame('PUBLISH', field(1, { hex }) + field(2, 'k'))],
  ['kind of PUBLISH', 'signed-in', (hex) => frame('PUBLISH', field(1, 'm') + field(2, { hex }))],
  ['message_id of SEND', 'signed-in', (hex) => frame('SEND', field(1, { hex }) + field(2, 'bob'))],
  ['to of SEND', 'signed-in', (hex) => frame('SEND', field(1, 'm') + field(2, { hex }))],
  ['token of REFRESH', 'signed-in', (hex) => frame('REFRESH', field(1, { hex }))],
];

export const utf8: Case[] = strings.flatMap(([where, start, make]) =>
  each(
    badUtf8,
    ([what, hex]) => ({ name: `${where}: ${what}`, steps: [send(make(hex)), close('malformedFrame')] }),
    { because: 'S4.7', start: start as 'accepted' | 'signed-in' },
  ),
);
