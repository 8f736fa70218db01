import { close, each, end, field, finish, frame, number, PING, send, type Case, type Step } from './build.ts';
import { login, awaitConnect, reconnects, signsIn, staysAway, closing, signedIn } from './client-common.ts';
import type { RuleId } from './rules.ts';

/** Codes of each range, known and not. */
const codes: [number, RuleId, Step][] = [
  ...[
    1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008, 1500, 1999, 0, 1, 999, 4000, 9999, 65_536,
    4_294_967_295,
  ].map((code): [number, RuleId, Step] => [code, 'S3.39', reconnects]),
  ...[2000, 2001, 2002, 2003, 2004, 2999].map((code): [number, RuleId, Step] => [code, 'S3.40', signsIn]),
  ...[3000, 3001, 3002, 3003, 3004, 3005, 3006, 3007, 3008, 3009, 3010, 3500, 3999].map(
    (code): [number, RuleId, Step] => [code, 'S3.41', staysAway],
  ),
];

export const clientClose: Case[] = [
  ...codes.map(([code, because, next]): Case => ({
    name: `CLOSE ${code} in answer to CONNECT`,
    because,
    ...login,
    steps: [awaitConnect, send(closing(code)), end, next],
  })),
  ...codes.map(([code, because, next]): Case => ({
    name: `CLOSE ${code} after the login`,
    because,
    ...signedIn,
    steps: [send(closing(code, field(2, 'because'))), end, next],
  })),
  ...each(
    [
      ['a reason of 3,000 letters', field(2, 'x'.repeat(3000))],
      ['a reason with NUL', field(2, 'a\0b')],
      ['unknown fields', 'a20603616263'],
      ['a known field of another wire type', '1201'],
    ] as const,
    ([what, more]) => ({
      name: `CLOSE with ${what}`,
      steps: [
        send(what.startsWith('a known') ? frame('CLOSE', `${number(1, 1000)}1001`) : closing(1000, more)),
        end,
        reconnects,
      ],
    }),
    { because: 'S4.3', ...signedIn },
  ),
  ...each(
    [
      ['PING', PING],
      ['a DELIVER', frame('DELIVER', `0801${field(2, 'm')}`)],
      ['garbage', 'ffffffff'],
    ] as const,
    ([what, hex]) => ({
      name: `${what} behind CLOSE is not taken`,
      steps: [send(closing(1000), hex), end, reconnects],
    }),
    { because: 'S3.38', ...signedIn },
  ),
  {
    name: 'CLOSE with a body of nothing',
    because: 'S3.39',
    ...signedIn,
    steps: [send('0c00'), end, reconnects],
  },
  {
    name: 'CLOSE with retry_after_ms',
    because: 'S3.44',
    ...signedIn,
    steps: [send(closing(1004, number(3, 700))), end, { next: 'reconnects', notBeforeMs: 700 }],
  },
  {
    name: 'CLOSE with retry_after_ms in answer to CONNECT',
    because: 'S3.44',
    ...login,
    steps: [awaitConnect, send(closing(1004, number(3, 700))), end, { next: 'reconnects', notBeforeMs: 700 }],
  },
  {
    name: 'CLOSE 2003 with retry_after_ms',
    because: 'S3.44',
    ...signedIn,
    steps: [send(closing(2003, number(3, 700))), end, { next: 'signs-in', notBeforeMs: 700 }],
  },
  {
    name: 'the end without CLOSE, after the login',
    because: 'S3.42',
    ...signedIn,
    steps: [finish, end, reconnects],
  },
  {
    name: 'the end without CLOSE, in answer to CONNECT',
    because: 'S3.42',
    ...login,
    steps: [awaitConnect, finish, end, reconnects],
  },
  {
    name: 'the end in the middle of a frame',
    because: 'S3.42',
    ...signedIn,
    steps: [send('0940'), finish, end, reconnects],
  },
  {
    name: 'three attempts that did not reach CONNECTED',
    because: 'S3.45',
    ...login,
    steps: [awaitConnect, finish, end, reconnects, finish, end, reconnects, finish, end, signsIn],
  },
  {
    name: 'the application closes',
    because: 'S3.38',
    ...signedIn,
    steps: [{ do: 'close' }, close('goodbye')],
  },
];
