import { describe, expect, test } from 'vitest';
import { isClientId, isKind, isMessageId, MAX_FRAME_BYTES, MAX_LOGIN_FRAME_BYTES } from '../src/index.ts';

/** What SPEC.md says of each: the longest, and the signs beside letters and digits. */
const rules = [
  { name: 'client id', holds: isClientId, longest: 128, signs: '._:@-' },
  { name: 'message id', holds: isMessageId, longest: 64, signs: '._:@-' },
  { name: 'kind', holds: isKind, longest: 64, signs: '._-' },
];

describe.each(rules)('$name', ({ holds, longest, signs }) => {
  test('takes its alphabet and nothing else', () => {
    const characters = Array.from({ length: 0x300 }, (_, code) => String.fromCharCode(code));
    const expected = characters.filter((one) => /[A-Za-z0-9]/.test(one) || signs.includes(one));
    expect(characters.filter((one) => holds(one))).toEqual(expected);
    expect(characters.filter((one) => holds(`a${one}a`))).toEqual(expected);
  });

  test(`takes 1 to ${longest} characters`, () => {
    expect([0, 1, longest, longest + 1].map((length) => holds('x'.repeat(length)))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  test.each(['__proto__', 'constructor', 'hasOwnProperty', 'toString', '0', '-', '...'])(
    'takes %s',
    (value) => {
      expect(holds(value)).toBe(true);
    },
  );

  test.each([
    'a\0',
    '\0',
    'a\n',
    '\na',
    'a\r\n',
    ' a',
    'a ',
    'ä',
    'ａ',
    'a\u200b',
    '😀',
    'a/b',
    '{a}',
    '*',
    'a,b',
  ])('does not take %j', (value) => {
    expect(holds(value)).toBe(false);
  });
});

test('the limits are those of SPEC.md', () => {
  expect([MAX_LOGIN_FRAME_BYTES, MAX_FRAME_BYTES]).toEqual([4096, 65_536]);
});
