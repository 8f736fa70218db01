import {
  accepted,
  alive,
  by,
  close,
  each,
  end,
  expectFrames,
  field,
  finish,
  frame,
  number,
  PING,
  pong,
  publish,
  send,
  sendTo,
  sent,
  SENT,
  textHex,
  varint,
  type Case,
  type FramePart,
  type Part,
  type Step,
} from './build.ts';

const signedIn = { start: 'signed-in' } as const;
const two = { start: { a: 'signed-in', b: 'signed-in' } } as const;
const LIMIT = 65_536;
const MAX_IN_FLIGHT = 16;

/** PUBLISH whose payload makes the frame's payload this large. */
function publishOf(frameBytes: number, messageId = 'm'): Part[] {
  const head = field(1, messageId) + field(2, 'k');
  const payload = [1, 2, 3]
    .map((lengthBytes) => frameBytes - head.length / 2 - 1 - lengthBytes)
    .find((bytes, index) => varint(bytes).length / 2 === index + 1)!;
  return [`05${varint(frameBytes)}${head}1a${varint(payload)}`, { hex: 'ab', times: payload }];
}

export const publishCases: Case[] = [
  {
    name: 'the same message_id twice: each is answered',
    because: 'S3.20',
    ...signedIn,
    steps: [send(publish('m'), publish('m')), expectFrames(accepted('m'), accepted('m')), ...alive],
  },
  {
    name: 'sixteen at once, the largest number in flight',
    because: 'S3.25',
    ...signedIn,
    steps: [
      send(...range(MAX_IN_FLIGHT).map((n) => publish(`m${n}`))),
      expectFrames(...range(MAX_IN_FLIGHT).map((n) => accepted(`m${n}`))),
      ...alive,
    ],
  },
  {
    name: 'places in flight are free again once they are answered',
    because: 'S3.25',
    ...signedIn,
    steps: range(5).flatMap((round) => [
      send(...range(MAX_IN_FLIGHT).map((n) => publish(`m${round}.${n}`))),
      expectFrames(...range(MAX_IN_FLIGHT).map((n) => accepted(`m${round}.${n}`))),
    ]),
  },
  ...each(
    [
      ['no payload', ''],
      ['an empty payload that is written out', '1a00'],
      [
        'every byte value in the payload',
        field(3, {
          hex: range(256)
            .map((n) => n.toString(16).padStart(2, '0'))
            .join(''),
        }),
      ],
      ['a payload that is not UTF-8', field(3, { hex: 'c328ff' })],
      ['frames in the payload', field(3, { hex: PING + PING + frame('CLOSE', '08b817') })],
      ['a payload of zeros', field(3, { hex: '00'.repeat(100) })],
    ],
    ([what, payload]) => ({
      name: `PUBLISH with ${what}`,
      steps: [send(frame('PUBLISH', `0a016d12016b${payload}`)), expectFrames(accepted('m')), ...alive],
    }),
    { because: 'S3.20', ...signedIn },
  ),
  ...each(
    [127, 128, 16_383, 16_384, 4096, 4097, LIMIT - 1, LIMIT],
    (bytes) => ({
      name: `PUBLISH of ${bytes} bytes`,
      steps: [send(...publishOf(bytes)), expectFrames(accepted('m')), ...alive],
    }),
    { because: 'S2.6', ...signedIn },
  ),
  ...each(
    [LIMIT + 1, LIMIT + 2, 2 * LIMIT, 1_000_000],
    (bytes) => ({
      name: `PUBLISH of ${bytes} bytes`,
      steps: [send(`05${varint(bytes)}`), close('frameTooLarge')],
    }),
    { because: 'S2.7', ...signedIn },
  ),
  {
    name: 'one byte above the limit, the whole frame sent',
    because: 'S2.6',
    ...signedIn,
    steps: [send(...publishOf(LIMIT + 1)), close('frameTooLarge')],
  },
];

const deliver = (messageId: string, more: FramePart['message'] = {}): FramePart => ({
  type: 'DELIVER',
  message: { message_id: messageId, from: '$client.a', delivery_id: `$delivery.${messageId}`, ...more },
});
const acknowledge = (...messageIds: string[]): FramePart => ({
  type: 'ACKNOWLEDGE',
  message: { delivery_ids: messageIds.map((id) => `$delivery.${id}`) },
});
/** SEND whose recipient is a placeholder. */
const sending = (messageId: string, to = '$client.b', payload = ''): FramePart => ({
  type: 'SEND',
  message: { message_id: messageId, to, ...(payload === '' ? {} : { payload }) },
});
const b = (step: Step): Step => by('b', step);
const unanswered = range(MAX_IN_FLIGHT).map((n) => `m${n}`);

export const sendCases: Case[] = [
  {
    name: 'to another client, which acknowledges',
    because: 'S3.22',
    ...two,
    steps: [
      send(sending('m', '$client.b', textHex('héllo'))),
      b(expectFrames(deliver('m', { payload: textHex('héllo'), sent_at_ms: '$time' }))),
      { quietMs: 30 },
      b(send(acknowledge('m'))),
      expectFrames(sent('m', SENT.delivered)),
      ...alive,
    ],
  },
  {
    name: 'to itself',
    because: 'S3.22',
    ...signedIn,
    steps: [
      send(sending('m', '$client.a')),
      expectFrames(deliver('m')),
      send(acknowledge('m')),
      expectFrames(sent('m', SENT.delivered)),
    ],
  },
  {
    name: 'to a client that is not there',
    because: 'S3.22',
    ...signedIn,
    steps: [send(sendTo('m', 'nobody.is.there')), expectFrames(sent('m', SENT.offline)), ...alive],
  },
  {
    name: 'to a client that has left',
    because: 'S3.22',
    ...two,
    steps: [b(finish), b(end), send(sending('m')), expectFrames(sent('m', SENT.offline))],
  },
  {
    name: 'to a client that leaves before it acknowledges: open',
    because: 'S3.22',
    ...two,
    steps: [
      send(sending('m')),
      b(expectFrames(deliver('m'))),
      b(finish),
      b(end),
      expectFrames(sent('m', SENT.retry)),
      ...alive,
    ],
  },
  {
    name: 'to a client that never acknowledges: open, and the late acknowledgement is ignored',
    because: 'S3.34',
    ...two,
    steps: [
      send(sending('m')),
      b(expectFrames(deliver('m'))),
      expectFrames(sent('m', SENT.retry)),
      b(send(acknowledge('m'))),
      ...alive.map(b),
      ...alive,
    ],
  },
  {
    name: 'five at once arrive in their order',
    because: 'S3.24',
    ...two,
    steps: [
      send(...range(5).map((n) => sending(`m${n}`))),
      ...range(5).map((n) => b(expectFrames(deliver(`m${n}`)))),
      b(send(acknowledge('m0', 'm1', 'm2', 'm3', 'm4'))),
      expectFrames(...range(5).map((n) => sent(`m${n}`, SENT.delivered))),
    ],
  },
  {
    name: 'as many unanswered as may be: all is well',
    because: 'S3.25',
    ...two,
    steps: [
      send(...unanswered.map((id) => sending(id))),
      b(expectFrames(...unanswered.map((id) => deliver(id)))),
      ...alive,
      b(send(acknowledge(...unanswered))),
      expectFrames(...unanswered.map((id) => sent(id, SENT.delivered))),
    ],
  },
  ...each(
    [
      ['SEND', sending('more')],
      ['PUBLISH', publish('more')],
    ] as [string, Part][],
    ([type, part]) => ({
      name: `one ${type} more than may be unanswered`,
      steps: [
        send(...unanswered.map((id) => sending(id))),
        b(expectFrames(...unanswered.map((id) => deliver(id)))),
        send(part),
        close('tooManyInFlight'),
        ...alive.map(b),
      ],
    }),
    { because: 'S3.25', ...two },
  ),
  {
    name: 'PING and ACKNOWLEDGE do not count as unanswered',
    because: 'S3.25',
    ...two,
    steps: [
      send(...unanswered.map((id) => sending(id))),
      b(expectFrames(...unanswered.map((id) => deliver(id)))),
      send(frame('ACKNOWLEDGE', '0a0101'), PING, PING),
      expectFrames(pong, pong),
    ],
  },
  ...each(
    [
      ['small enough for any delivery_id', LIMIT - 40, SENT.delivered],
      ['exactly as large as a frame may be with the longest numbers', LIMIT, SENT.delivered],
      // Even with a delivery_id of one byte it is one byte too many.
      ['too large with the shortest numbers', LIMIT + 5, SENT.rejected],
    ] as [string, number, number][],
    ([what, bytes, status]) => ({
      name: `a message that with its sender is ${what}`,
      steps: [
        send(...bigSend(bytes)),
        ...(status === SENT.delivered
          ? [
              expectFrames({ type: 'DELIVER', message: { message_id: 'm', delivery_id: '$delivery.m' } }),
              send(acknowledge('m')),
            ]
          : []),
        expectFrames(sent('m', status)),
        ...alive,
      ],
    }),
    { because: 'S3.23', start: { a: 'signed-in' } },
  ),
];

/**
 * SEND to the client itself, whose DELIVER is a frame of so many bytes if its delivery_id takes 5 bytes and sent_at_ms 6: tag and number of each,
 * message_id, from, payload. Client ids in the cases have 32 characters.
 */
function bigSend(deliverBytes: number): Part[] {
  const payload = deliverBytes - 6 - 3 - (2 + 32) - 4 - 7;
  const length = 3 + (2 + 32) + 4 + payload;
  return [
    `07${varint(length)}${field(1, 'm')}1220`,
    { text: '$client.a' },
    `1a${varint(payload)}`,
    { hex: 'ab', times: payload },
  ];
}

export const acknowledgeCases: Case[] = [
  ...each(
    [
      ['of a number that the server does not know', number(1, 1)],
      ['of the largest number', '08ffffffff0f'],
      ['of the number 0', '0a0100'],
      ['of nothing', ''],
      ['with an empty list', '0a00'],
      ['of a thousand unknown numbers', `0a${varint(2000)}${'ff01'.repeat(1000)}`],
      ['unpacked and packed', '08010a020203080a'],
      ['with an unknown field alone', '120141'],
    ],
    ([what, body]) => ({
      name: `ACKNOWLEDGE ${what} is ignored`,
      steps: [send(frame('ACKNOWLEDGE', body)), ...alive],
    }),
    { because: 'S3.34', ...signedIn },
  ),
  ...each(
    [
      ['ends inside a number', '0a020180'],
      ['reaches past the body', '0a030102'],
      ['holds a number of eleven bytes', `0a0b${'80'.repeat(10)}00`],
    ],
    ([what, body]) => ({
      name: `ACKNOWLEDGE whose list ${what}`,
      steps: [send(frame('ACKNOWLEDGE', body!)), close('malformedFrame')],
    }),
    { because: 'S4.7', ...signedIn },
  ),
  {
    name: 'acknowledged twice: the second is ignored',
    because: 'S3.34',
    ...two,
    steps: [
      send(sending('m')),
      b(expectFrames(deliver('m'))),
      b(send(acknowledge('m'), acknowledge('m'))),
      expectFrames(sent('m', SENT.delivered)),
      b(send(acknowledge('m'))),
      ...alive.map(b),
      ...alive,
    ],
  },
  {
    name: "the number of another client's delivery is ignored",
    because: 'S3.33',
    start: { a: 'signed-in', b: 'signed-in', c: 'signed-in' },
    steps: [
      send(sending('m')),
      b(expectFrames(deliver('m'))),
      by('c', send(acknowledge('m'))),
      ...alive.map((step) => by('c', step)),
      { quietMs: 50 },
      b(send(acknowledge('m'))),
      expectFrames(sent('m', SENT.delivered)),
    ],
  },
  {
    name: "a number of the client's earlier connection is ignored",
    because: 'S3.33',
    start: { a: 'signed-in', b: 'signed-in', c: 'accepted' },
    steps: [
      send(sending('m')),
      b(expectFrames(deliver('m'))),
      by('c', send({ type: 'CONNECT', message: { version_min: 1, version_max: 1, token: '$token.b' } })),
      by('c', expectFrames({ type: 'CONNECTED', message: { version: 1 } })),
      b(close('replaced')),
      expectFrames(sent('m', SENT.retry)),
      by('c', send(acknowledge('m'))),
      ...alive.map((step) => by('c', step)),
    ],
  },
];

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
