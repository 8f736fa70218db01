import {
  accepted,
  alive,
  by,
  close,
  connect,
  each,
  end,
  expectFrames,
  finish,
  PING,
  pong,
  publish,
  send,
  sendTo,
  sent,
  SENT,
  type Case,
  type FramePart,
  type ServerSettings,
  type Step,
} from './build.ts';

/*
 * What a server takes from one client and how long it waits for one. Each rule is looked at with settings that are small or short, so that the test is, too.
 */

const signedIn = 'signed-in';
const rates = { messagesPerSecond: 5, framesPerSecond: 10 };
/** Twice what a second allows. */
const BURST = 10;
const all = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
const publishes = (count: number, name = 'm'): string =>
  all(count)
    .map((n) => publish(`${name}${n}`))
    .join('');
const limited = (...before: FramePart[]): Step => ({ close: 'rateLimited', before });
const offline = all(16).map((n) => sent(`s${n}`, SENT.offline));
const sends = all(16).map((n) => sendTo(`s${n}`, 'nobody.is.there'));
const ofMessages = all(16).map((n) => accepted(`m${n}`));

/** Messages for `a` from another, each acknowledged in a frame of its own. */
function feed(from: string): Step[] {
  const numbers = all(BURST);
  return [
    by(
      from,
      send(
        ...numbers.map((n) => ({ type: 'SEND', message: { message_id: `${from}${n}`, to: '$client.a' } })),
      ),
    ),
    expectFrames(
      ...numbers.map((n) => ({
        type: 'DELIVER',
        message: { message_id: `${from}${n}`, delivery_id: `$${from}${n}` },
      })),
    ),
    send(...numbers.map((n) => ({ type: 'ACKNOWLEDGE', message: { delivery_ids: [`$${from}${n}`] } }))),
    by(from, expectFrames(...numbers.map((n) => sent(`${from}${n}`, SENT.delivered)))),
  ];
}

const tooFast: [string, Step[]][] = [
  ['16 PUBLISHes', [send(publishes(16)), limited(...ofMessages)]],
  ['16 PUBLISHes in pieces of 16 bytes', [{ send: [publishes(16)], chunkBytes: 16 }, limited(...ofMessages)]],
  ['16 SENDs', [send(...sends), limited(...offline)]],
  ['8 PUBLISHes and 8 SENDs', [send(publishes(8), ...sends.slice(8)), limited(...ofMessages, ...offline)]],
  ['100 PINGs', [send({ hex: PING, times: 100 }), limited(...all(100).map(() => pong))]],
  [
    'an ACKNOWLEDGE of 500 numbers that nobody awaits, and PING',
    [send({ type: 'ACKNOWLEDGE', message: { delivery_ids: all(500) } }, PING), limited()],
  ],
];

const rateCases: Case[] = [
  ...each(tooFast, ([what, steps]) => ({ name: `${what} at once`, steps }), {
    because: 'S3.50',
    start: signedIn,
  }),
  {
    name: 'as much at once as two seconds allow, and again when they have passed',
    because: 'S3.49',
    start: signedIn,
    steps: [
      send(publishes(BURST)),
      expectFrames(...ofMessages.slice(0, BURST)),
      { quietMs: 4000 },
      send(publishes(BURST, 'n')),
      expectFrames(...all(BURST).map((n) => accepted(`n${n}`))),
      ...alive,
    ],
  },
  {
    name: 'a client that sends too much is closed alone',
    because: 'S3.50',
    start: { a: signedIn, b: signedIn },
    steps: [
      send({ hex: PING, times: 100 }),
      limited(...all(100).map(() => pong)),
      ...alive.map((step) => by('b', step)),
    ],
  },
  {
    name: 'acknowledgements that are awaited are free',
    because: 'S3.51',
    start: { a: signedIn, b: signedIn, c: signedIn, d: signedIn },
    steps: [...['b', 'c', 'd'].flatMap(feed), ...alive],
  },
];

const stuck: [string, Step[]][] = [
  ['the first byte of PUBLISH', [send('05'), close('frameTimeout')]],
  ['half a length', [send('0580'), close('frameTimeout')]],
  ['a header', [send('0564'), close('frameTimeout')]],
  ['half a body', [send(publish('m').slice(0, -4)), close('frameTimeout')]],
  ['half an extension', [send('25640a'), close('frameTimeout')]],
  ['PING and half a PING', [send(PING, '03'), { close: 'frameTimeout', before: [pong] }]],
];

const frameTimeouts: Case[] = [
  ...each(stuck, ([what, steps]) => ({ name: `${what}, and no more`, steps }), {
    because: 'S3.52',
    start: signedIn,
  }),
  {
    name: 'a frame whose rest comes in time',
    because: 'S3.52',
    start: signedIn,
    steps: [
      send(publish('m').slice(0, -4)),
      { quietMs: 300 },
      send(publish('m').slice(-4)),
      expectFrames(accepted('m')),
      ...alive,
    ],
  },
];

const loginTimeouts = each(
  [
    ['nothing', []],
    ['half a CONNECT', [send('01640a')]],
  ] as [string, Step[]][],
  ([what, steps]) => ({
    name: `${what}: the login deadline counts, which is later than that of a frame`,
    steps: [...steps, { quietMs: 2000 }, close('loginTimeout')],
  }),
  { because: 'S3.2', start: 'accepted' },
);

const keepsAlive: Step[] = all(3).flatMap(() => [{ quietMs: 1500 }, ...alive]);
const idle = { heartbeatIntervalMs: 2000, idleTimeoutMs: 3000 };

const idleTimeouts: Case[] = [
  { name: 'silence', because: 'S3.7', start: signedIn, steps: [{ quietMs: 2000 }, close('idleTimeout')] },
  { name: 'half a frame', because: 'S3.7', start: signedIn, steps: [send('0564'), close('idleTimeout')] },
  { name: 'a PING in time, again and again', because: 'S3.7', start: signedIn, steps: keepsAlive },
  {
    name: 'what is sent to a client does not keep it',
    because: 'S3.7',
    start: { a: signedIn, b: signedIn },
    steps: [
      ...['m1', 'm2'].flatMap((messageId) => [
        by('b', { quietMs: 1400 }),
        by('b', send({ type: 'SEND', message: { message_id: messageId, to: '$client.a' } })),
        expectFrames({ type: 'DELIVER', message: { message_id: messageId } }),
      ]),
      close('idleTimeout'),
    ],
  },
  {
    name: 'CONNECTED tells the times',
    because: 'S3.9',
    start: 'accepted',
    steps: [
      send(connect()),
      expectFrames({ type: 'CONNECTED', message: { heartbeat_interval_ms: 2000, idle_timeout_ms: 3000 } }),
    ],
  },
];

const comes = (as: string, token = '$token.a'): Step => by(as, send(connect({ token })));
const isIn = (as: string): Step => by(as, expectFrames({ type: 'CONNECTED', message: { version: 1 } }));
const isRefused = (as: string, name: Parameters<typeof close>[0]): Step => by(as, close(name));
const twice: Step[] = [comes('a'), isIn('a'), comes('b'), isIn('b'), isRefused('a', 'replaced')];
const three = { a: 'accepted', b: 'accepted', c: 'accepted' } as const;

const flapping: Case[] = [
  {
    name: 'the third login of one client',
    because: 'S3.53',
    start: three,
    steps: [
      ...twice,
      comes('c'),
      isRefused('c', 'reconnectingTooOften'),
      ...alive.map((step) => by('b', step)),
    ],
  },
  {
    name: 'no other client is refused',
    because: 'S3.53',
    start: { ...three, d: 'accepted' },
    steps: [...twice, comes('c'), isRefused('c', 'reconnectingTooOften'), comes('d', '$token.d'), isIn('d')],
  },
  {
    name: 'a client that was refused comes in when its time is over',
    because: 'S3.53',
    start: { ...three, d: 'accepted' },
    steps: [
      ...twice,
      comes('c'),
      isRefused('c', 'reconnectingTooOften'),
      by('d', { quietMs: 4000 }),
      comes('d'),
      isIn('d'),
    ],
  },
  ...each(
    ['expired', 'otherKey', 'unknownKey'],
    (fault) => ({
      name: `those who come with a token that is ${fault} do not count for the client`,
      steps: [
        ...['a', 'b', 'c', 'd'].flatMap((as) => [
          comes(as, `$token.a.${fault}`),
          isRefused(as, fault === 'expired' ? 'tokenExpired' : 'tokenInvalid'),
        ]),
        comes('e'),
        isIn('e'),
      ],
    }),
    { because: 'S3.53', start: { ...three, d: 'accepted', e: 'accepted' } },
  ),
];

const leaves = (as: string): Step[] => [by(as, finish), by(as, end)];

const full: Case[] = [
  {
    name: 'one connection more than there may be; those that are there are served',
    because: 'S3.54',
    start: { a: signedIn, b: signedIn, c: 'accepted', d: 'accepted' },
    steps: [
      by('d', close('overloaded')),
      send({ type: 'SEND', message: { message_id: 'm', to: '$client.b' } }),
      by('b', expectFrames({ type: 'DELIVER', message: { message_id: 'm', delivery_id: '$d' } })),
      by('b', send({ type: 'ACKNOWLEDGE', message: { delivery_ids: ['$d'] } })),
      expectFrames(sent('m', SENT.delivered)),
      // Who comes next finds room.
      ...['c', 'b', 'a'].flatMap(leaves),
    ],
  },
];

const on = (server: ServerSettings, cases: readonly Case[]): Case[] =>
  cases.map((one) => ({ ...one, server }));

export const pace: Case[] = [
  ...on(rates, rateCases),
  ...on({ frameTimeoutMs: 2000, loginTimeoutMs: 5000 }, [...frameTimeouts, ...loginTimeouts]),
  ...on(idle, idleTimeouts),
  ...on({ maxLoginsPerMinute: 2, loginBanMs: 3000 }, flapping),
  ...on({ maxConnections: 3 }, full),
];
