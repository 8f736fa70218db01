import { PING, each, end, field, finish, frame, number, publish, send, sendTo, type Case } from './build.ts';
import { conversationOf } from './outcome.ts';

const signedIn = { start: 'signed-in' } as const;

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
