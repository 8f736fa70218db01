import type { CloseName } from '../../src/index.ts';
import {
  each,
  byteHex,
  close,
  extended,
  EXTENDED,
  field,
  frame,
  number,
  send,
  textHex,
  type Case,
} from './build.ts';
import { login, awaitConnect, reconnects, welcomeBody, signedIn } from './client-common.ts';
import type { RuleId } from './rules.ts';

/** Bytes that no server may send, whatever the state: the close code is the one of the fault. */
const broken: [string, string, CloseName, RuleId][] = [
  ...[0, 15, 16, 31].map((type): [string, string, CloseName, RuleId] => [
    `reserved type ${type}`,
    byteHex(type, 0),
    'malformedFrame',
    'S2.9',
  ]),
  ['the flag ENCRYPTED', '4200', 'unsupportedFeature', 'S2.2'],
  ['the flag SIGNED', '8200', 'unsupportedFeature', 'S2.3'],
  ['a reserved type with a reserved flag', '9f00', 'malformedFrame', 'S2.8'],
  ['a length in too many bytes', '098000', 'malformedFrame', 'S2.12'],
  ['a length of five bytes', '098080808001', 'malformedFrame', 'S2.12'],
  ['the largest length', '09ffffff7f', 'frameTooLarge', 'S2.11'],
  ['one byte above 65,536', '09818004', 'frameTooLarge', 'S2.11'],
  ['an extension past its frame', frame('CONNECTED', '05', EXTENDED), 'malformedFrame', 'S2.17'],
  ['a short trace context', extended('CONNECTED', '010100', ''), 'malformedFrame', 'S2.17'],
  ['a critical extension', extended('CONNECTED', '8000', ''), 'unsupportedFeature', 'S2.16'],
  ['an HTTP answer', textHex('HTTP/1.1 400 Bad Request\r\n\r\n'), 'unsupportedFeature', 'S2.10'],
  ['a TLS alert', '15030300020228', 'malformedFrame', 'S2.9'],
];

const wrongFirst = ['PONG', 'PUBLISHED', 'SENT', 'DELIVER', 'REDIRECT', 'REFRESHED'];
const wrongLater = ['CONNECT', 'CONNECTED', 'PING', 'PUBLISH', 'SEND', 'ACKNOWLEDGE', 'REFRESH'];
const whole: Record<string, string> = {
  CONNECT: '080110011a0174',
  CONNECTED: welcomeBody,
  PONG: '',
  PING: '',
  PUBLISH: '0a016d12016b',
  SEND: '0a016d120162',
  ACKNOWLEDGE: '0a0101',
  REFRESH: '0a0174',
  PUBLISHED: '0a016d',
  SENT: '0a016d',
  DELIVER: '12016d',
  REDIRECT: '10e807',
  REFRESHED: '0801',
};

const badBodies: [string, string, CloseName][] = [
  ['DELIVER without message_id', frame('DELIVER', '0801'), 'invalidField'],
  ['DELIVER with a space in message_id', frame('DELIVER', field(2, 'a b')), 'invalidField'],
  ['DELIVER with a message_id of 65 characters', frame('DELIVER', field(2, 'm'.repeat(65))), 'invalidField'],
  ['DELIVER with a line end in message_id', frame('DELIVER', field(2, 'm\n')), 'invalidField'],
  ['DELIVER whose message_id is not UTF-8', frame('DELIVER', field(2, { hex: 'ff' })), 'malformedFrame'],
  [
    'DELIVER whose from is not UTF-8',
    frame('DELIVER', `${field(2, 'm')}${field(3, { hex: 'c328' })}`),
    'malformedFrame',
  ],
  [
    'DELIVER whose payload reaches past its body',
    frame('DELIVER', `${field(2, 'm')}2205aa`),
    'malformedFrame',
  ],
  ['DELIVER with wire type 7', frame('DELIVER', `${field(2, 'm')}7f00`), 'malformedFrame'],
  [
    'PUBLISHED whose detail is not UTF-8',
    frame('PUBLISHED', field(1, 'm') + field(3, { hex: 'ff' })),
    'malformedFrame',
  ],
  ['SENT with half a field', frame('SENT', '0a05'), 'malformedFrame'],
  [
    'REDIRECT with an address that is not UTF-8',
    frame('REDIRECT', field(1, { hex: 'ff' })),
    'malformedFrame',
  ],
  ['CLOSE whose reason is not UTF-8', frame('CLOSE', `${number(1, 1000)}1201ff`), 'malformedFrame'],
];

export const clientFaults: Case[] = [
  ...broken.map(([what, hex, name, because]): Case => ({
    name: `${what} in answer to CONNECT`,
    because,
    ...login,
    steps: [awaitConnect, send(hex), close(name), reconnects],
  })),
  ...broken.map(([what, hex, name, because]): Case => ({
    name: `${what} after the login`,
    because,
    ...signedIn,
    steps: [send(hex), close(name), reconnects],
  })),
  ...each(
    wrongFirst,
    (type) => ({
      name: `${type} before CONNECTED`,
      steps: [awaitConnect, send(frame(type, whole[type])), close('unexpectedFrame'), reconnects],
    }),
    { because: 'S3.46', ...login },
  ),
  ...each(
    wrongLater,
    (type) => ({
      name: `${type} from the server after the login`,
      steps: [send(frame(type, whole[type])), close('unexpectedFrame'), reconnects],
    }),
    { because: 'S3.46', ...signedIn },
  ),
  ...each(badBodies, ([what, hex, name]) => ({ name: what, steps: [send(hex), close(name), reconnects] }), {
    because: 'S3.43',
    ...signedIn,
  }),
  ...each(
    [
      ['version 0', '', 'unsupportedVersion'],
      ['version 2', '0802', 'unsupportedVersion'],
      ['a body that is damaged', '0a05', 'malformedFrame'],
      ['a connection that is not UTF-8', '08011201ff', 'malformedFrame'],
    ] as const,
    ([what, body, name]) => ({
      name: `CONNECTED with ${what}`,
      steps: [awaitConnect, send(frame('CONNECTED', body)), close(name), reconnects],
    }),
    { because: 'S2.19', ...login },
  ),
  {
    name: 'a frame of 4,097 bytes before CONNECTED',
    because: 'S2.5',
    ...login,
    steps: [awaitConnect, send('028120'), close('frameTooLarge'), reconnects],
  },
];
