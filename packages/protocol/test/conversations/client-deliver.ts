import {
  close,
  each,
  extended,
  field,
  frame,
  send,
  TRACE_CONTEXT,
  varint,
  type Case,
  type FramePart,
  type Part,
  type Step,
} from './build.ts';
import { reconnects, acknowledged, deliver, connectAgain, signedIn } from './client-common.ts';

const from = field(3, 'alice');
/** A DELIVER of its own words, acknowledged and received. */
const taken: [string, string, FramePart['message']][] = [
  ['of a push of the platform', field(2, 'm'), { message_id: 'm' }],
  ['of another client', field(2, 'm') + from, { message_id: 'm', from: 'alice' }],
  [
    'with a payload',
    `${field(2, 'm')}${field(4, { hex: '00ff80c328' })}`,
    { message_id: 'm', payload: '00ff80c328' },
  ],
  ['with a time', `${field(2, 'm')}28fbd4cfc69f34`, { message_id: 'm' }],
  [
    'with unknown fields of each wire type',
    `7801${field(2, 'm')}7a03616263790102030405060708 7d01020304`.replace(' ', ''),
    { message_id: 'm' },
  ],
  [
    'with its fields in another order',
    `${field(4, { hex: 'aa' })}${from}${field(2, 'm')}`,
    { message_id: 'm', from: 'alice', payload: 'aa' },
  ],
  [
    'with its fields given twice',
    field(2, 'x') + field(2, 'm') + field(3, 'bob') + from,
    { message_id: 'm', from: 'alice' },
  ],
  ['with known fields of other wire types', `1001${field(2, 'm')}1801`, { message_id: 'm' }],
  ['with the message_id __proto__', field(2, '__proto__') + from, { message_id: '__proto__', from: 'alice' }],
  [
    'from the client __proto__',
    field(2, 'constructor') + field(3, '__proto__'),
    { message_id: 'constructor', from: '__proto__' },
  ],
  [
    'with the longest ids',
    field(2, 'm'.repeat(64)) + field(3, 'c'.repeat(128)),
    { message_id: 'm'.repeat(64), from: 'c'.repeat(128) },
  ],
  ['with a length that is longer than it needs to be', `1281006d`, { message_id: 'm' }],
];

/** DELIVER 9 of message m, so that its frame has this payload, of at least 16,384 + 9 bytes. */
function bigDeliver(bytes: number): Part[] {
  const payload = bytes - 2 - 3 - 4;
  return [`09${varint(bytes)}0809${field(2, 'm')}22${varint(payload)}`, { hex: 'ab', times: payload }];
}

export const clientDeliver: Case[] = [
  ...each(
    taken,
    ([what, body, message]) => ({
      name: `DELIVER ${what}`,
      steps: [send(frame('DELIVER', `0809${body}`)), acknowledged(9), { received: [message] }],
    }),
    { because: 'S3.31', ...signedIn },
  ),
  ...each(
    [1, 2, 7],
    (chunkBytes) => ({
      name: `DELIVER, ${chunkBytes} bytes at a time`,
      steps: [
        { send: [frame('DELIVER', `0809${field(2, 'm')}${from}`)], chunkBytes },
        acknowledged(9),
        { received: [{ message_id: 'm', from: 'alice' }] },
      ],
    }),
    { because: 'S5.1', ...signedIn },
  ),
  {
    name: 'DELIVER with a trace context',
    because: 'S2.15',
    ...signedIn,
    steps: [
      send(extended('DELIVER', `0119${TRACE_CONTEXT}`, `0809${field(2, 'm')}`)),
      acknowledged(9),
      { received: [{ message_id: 'm' }] },
    ],
  },
  ...each(
    [16_400, 65_535, 65_536],
    (bytes) => ({ name: `DELIVER of ${bytes} bytes`, steps: [send(...bigDeliver(bytes)), acknowledged(9)] }),
    { because: 'S2.6', ...signedIn },
  ),
  {
    name: 'DELIVER of 65,537 bytes',
    because: 'S2.6',
    ...signedIn,
    steps: [send(...bigDeliver(65_537)), close('frameTooLarge'), reconnects],
  },
  {
    name: 'delivery_id 0 is not acknowledged',
    because: 'S3.31',
    ...signedIn,
    steps: [send(frame('DELIVER', field(2, 'm'))), { received: [{ message_id: 'm' }] }, { quietMs: 100 }],
  },
  {
    name: 'the largest delivery_id',
    because: 'S3.31',
    ...signedIn,
    steps: [send(frame('DELIVER', `08ffffffff0f${field(2, 'm')}`)), acknowledged(4_294_967_295)],
  },
  {
    name: 'a repeated message under another delivery_id is acknowledged again, and not acted on',
    because: 'S3.32',
    ...signedIn,
    steps: [
      send(deliver(1, 'm')),
      acknowledged(1),
      send(deliver(2, 'm')),
      acknowledged(2),
      { received: [{ message_id: 'm', from: 'alice' }] },
      send(deliver(3, 'n')),
      acknowledged(3),
      { received: [{ message_id: 'n', from: 'alice' }] },
    ],
  },
  {
    name: 'the same message_id of another sender is another message',
    because: 'S3.32',
    ...signedIn,
    steps: [
      send(deliver(1, 'm')),
      acknowledged(1),
      send(deliver(2, 'm', 'bob')),
      acknowledged(2),
      send(frame('DELIVER', `0803${field(2, 'm')}`)),
      acknowledged(3),
      {
        received: [{ message_id: 'm', from: 'alice' }, { message_id: 'm', from: 'bob' }, { message_id: 'm' }],
      },
    ],
  },
  {
    name: 'a message that comes again on a later connection',
    because: 'S3.32',
    ...signedIn,
    steps: [
      send(deliver(1, 'm')),
      acknowledged(1),
      ...connectAgain,
      send(deliver(5, 'm')),
      acknowledged(5),
      { received: [{ message_id: 'm', from: 'alice' }] },
    ],
  },
  {
    name: 'twenty messages in their order',
    because: 'S3.24',
    ...signedIn,
    steps: [
      ...Array.from({ length: 20 }, (_, n): Step[] => [
        send(deliver(n + 1, `m${n}`)),
        acknowledged(n + 1),
      ]).flat(),
      { received: Array.from({ length: 20 }, (_, n) => ({ message_id: `m${n}`, from: 'alice' })) },
    ],
  },
  {
    name: 'a message remembered after 999 others',
    because: 'S3.32',
    ...signedIn,
    steps: [
      send(deliver(1, 'first')),
      acknowledged(1),
      send(...Array.from({ length: 999 }, (_, n) => frame('DELIVER', field(2, `m${n}`)))),
      {
        received: [
          { message_id: 'first', from: 'alice' },
          ...Array.from({ length: 999 }, (_, n) => ({ message_id: `m${n}` })),
        ],
      },
      send(deliver(2, 'first')),
      acknowledged(2),
      { received: [] },
    ],
  },
];
