import type { RuleId } from './rules.ts';
import { each, EXTENDED, field, frame, number, publish, sendTo, type Case, type Step } from './build.ts';
import { conversationOf } from './outcome.ts';

const whole: [string, string, 'accepted' | 'signed-in'][] = [
  ['CONNECT', frame('CONNECT', number(1, 1) + number(2, 1) + field(3, 'bad')), 'accepted'],
  ['PUBLISH', publish('m1', 'kd', '00'), 'signed-in'],
  [
    'PUBLISH with an extension',
    frame('PUBLISH', `030a01ff${field(1, 'm')}${field(2, 'k')}`, EXTENDED),
    'signed-in',
  ],
  ['SEND', sendTo('m1', 'nob', '00'), 'signed-in'],
  ['ACKNOWLEDGE', frame('ACKNOWLEDGE', '0a020102'), 'signed-in'],
  ['REFRESH', frame('REFRESH', field(1, 'bad')), 'signed-in'],
];

/** Each bit of some frames flipped, with what the rules then say. */
export const bitFlips: Case[] = whole.flatMap(([type, hex, start]) =>
  each(
    Array.from({ length: hex.length * 4 }, (_, bit) => bit),
    (bit) => {
      const bytes = Buffer.from(hex, 'hex');
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      return {
        name: `${type} with bit ${bit & 7} of byte ${bit >> 3} flipped`,
        steps: conversationOf(bytes.toString('hex'), start),
      };
    },
    { because: 'S2.8', start },
  ),
);

const good = field(1, 'm') + field(2, 'k');

const bodies: [string, string][] = [
  ['unknown varint', `${good}7801`],
  ['unknown fixed64', `${good}790102030405060708`],
  ['unknown bytes', `${good}7a03616263`],
  ['unknown fixed32', `${good}7d01020304`],
  ['unknown field 536,870,911, the largest number', `${good}f8ffffff0f01`],
  ['unknown fields between the known', `7801${field(1, 'm')}7a00${field(2, 'k')}`],
  ['a hundred unknown fields', good + '7801'.repeat(100)],
  ['unknown bytes that look like fields', `${good}7a060a0178120179`],
  ['other order', field(2, 'k') + field(1, 'm')],
  ['payload first', `1a01ff${good}`],
  ['message_id twice, the last counts', field(1, 'x') + good],
  ['message_id twice, the first not even allowed', field(1, 'a b') + good],
  ['message_id twice, the last empty', `${good}0a00`],
  ['kind twice', good + field(2, 'z')],
  ['payload twice', `${good}1a01aa1a01bb`],
  ['payload as a number: another wire type, skipped', `${good}1801`],
  ['message_id also as a number, skipped', `0801${good}`],
  ['message_id also as fixed64, skipped', `09${'00'.repeat(8)}${good}`],
  ['message_id also as fixed32, skipped', `0d${'00'.repeat(4)}${good}`],
  ['message_id only as a number', `0801${field(2, 'k')}`],
  ['tag longer than needed', `8a00016d${field(2, 'k')}`],
  ['tag of field 1 in five bytes', `8a8080800001 6d${field(2, 'k')}`.replace(' ', '')],
  ['length longer than needed', `0a81006d${field(2, 'k')}`],
  ['length in five bytes', `0a81808080006d${field(2, 'k')}`],
  ['unknown varint in ten bytes', `${good}78${'ff'.repeat(9)}01`],
  ['unknown varint in ten bytes of zero', `${good}78${'80'.repeat(9)}00`],
  ['unknown varint in eleven bytes', `${good}78${'80'.repeat(10)}00`],
  ['unknown varint that never ends', `${good}78${'80'.repeat(40)}`],
  ['tag without value', `${good}08`],
  ['tag cut off', `${good}80`],
  ['string that reaches past the body', `0a05616263`],
  ['string of 2 GiB', `${good}0affffffff07`],
  ['string of 4 GiB', `${good}0affffffff0f`],
  ['string of 2^63 bytes', `${good}0affffffffffffffff7f`],
  ['payload that reaches one byte past the body', `${good}1a02ff`],
  ['unknown bytes that reach past the body', `${good}7a05aa`],
  ['unknown fixed64 cut off', `${good}7900000000000000`],
  ['unknown fixed32 cut off', `${good}7d000000`],
  ['field number 0, wire type 0', `${good}0001`],
  ['field number 0, wire type 2', `${good}0200`],
  ['field number 0 in two bytes', `${good}800001`],
  ['field number 2^29', `${good}808080801001`],
  ['wire type 3: a group that ends', `${good}7b08017c`],
  ['wire type 3: an empty group', `${good}7b7c`],
  ['wire type 3: a group of field 1', `${good}0b0c`],
  ['wire type 3: a group that never ends', `${good}7b0801`],
  ['wire type 3: a group that ends as another', `${good}7b6c`],
  ['wire type 3: a thousand groups within each other', good + '7b'.repeat(1000)],
  [
    'wire type 3: thirty thousand groups within each other, all ended',
    good + '7b'.repeat(30_000) + '7c'.repeat(30_000),
  ],
  ['wire type 4: the end of a group that never began', `${good}7c`],
  ['wire type 6', `${good}7e00`],
  ['wire type 7', `${good}7f00`],
  ['a byte of zero', `${good}00`],
  ['JSON', Buffer.from('{"message_id":"m","kind":"k"}').toString('hex')],
  ['only zeros', '00'.repeat(20)],
  ['only ones', 'ff'.repeat(20)],
];

/** The rule that decides, told by what follows. */
function ruleOf(steps: readonly Step[], valid: RuleId): RuleId {
  for (const step of steps) {
    if ('over' in step) return 'S4.1';
    if ('close' in step) return step.close === 'malformedFrame' ? 'S4.7' : 'S4.8';
  }
  return valid;
}

/** What protobuf allows and does not, in PUBLISH, which is answered, and before the login. */
export const protobuf: Case[] = [
  ...bodies.flatMap(([what, body]) =>
    (['PUBLISH', 'CONNECT'] as const).map((type): Case => {
      const start = type === 'PUBLISH' ? 'signed-in' : 'accepted';
      const steps = conversationOf(frame(type, body), start);
      const valid = what.includes('twice') ? 'S4.4' : what.includes('longer') ? 'S4.6' : 'S4.3';
      return { name: `${type}: ${what}`, because: ruleOf(steps, valid), start, steps };
    }),
  ),
  ...each(
    [
      ['unpacked', '088001'],
      ['unpacked, thrice', '080108020803'],
      ['in ten bytes', `08ff${'80'.repeat(8)}00`],
      ['longer than needed', '088180808000'],
    ],
    ([what, body]) => ({
      name: `ACKNOWLEDGE: a number ${what}`,
      steps: conversationOf(frame('ACKNOWLEDGE', body!), 'signed-in'),
    }),
    { because: 'S4.5', start: 'signed-in' },
  ),
];
