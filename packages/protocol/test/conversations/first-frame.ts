import { byteHex, close, each, end, finish, frame, send, textHex, TYPES, type Case } from './build.ts';
import { conversationOf } from './outcome.ts';

const accepted = { start: 'accepted' } as const;
const afterConnect = TYPES.slice(1);

const foreign: [string, string][] = [
  ['an HTTP GET', textHex('GET / HTTP/1.1\r\nHost: push.example.org\r\n\r\n')],
  ['an HTTP POST', textHex('POST /v1/tokens HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}')],
  ['an HTTP/2 preface', textHex('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')],
  ['a WebSocket upgrade', textHex('GET /chat HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')],
  ['a TLS ClientHello', '160301002f0100002b030300000000000000000000000000000000000000'],
  ['an SSH greeting', textHex('SSH-2.0-OpenSSH_9.9\r\n')],
  ['an MQTT CONNECT', '101000044d5154540402003c000461626364'],
  ['an AMQP header', textHex('AMQP\0\0\x09\x01')],
  ['an SMTP greeting', textHex('EHLO mail.example.org\r\n')],
  ['a Redis command', textHex('*1\r\n$4\r\nPING\r\n')],
  ['a Kafka request', '000000160012000300000001000a6c6f6e67776972650000'],
  ['a ZooKeeper request', '0000002d00000000000000000000000000007530000000000000000000000010'],
  ['a PROXY protocol header of version 1', textHex('PROXY TCP4 203.0.113.7 203.0.113.8 1234 7400\r\n')],
  ['a PROXY protocol header of version 2', '0d0a0d0a000d0a515549540a21110000'],
  ['a line of text', textHex('hello\n')],
  ['zeros', '00'.repeat(64)],
  ['ones', 'ff'.repeat(64)],
];

export const firstFrame: Case[] = [
  ...each(
    afterConnect,
    (type) => ({ name: `${type} first`, steps: [send(frame(type)), close('expectedConnect')] }),
    { because: 'S3.3', ...accepted },
  ),
  ...each(
    afterConnect,
    (type) => ({
      name: `${type} first, with bytes in its payload that are no body`,
      steps: [send(frame(type, '0aff')), close('expectedConnect')],
    }),
    { because: 'S3.3', ...accepted },
  ),
  ...each(
    foreign,
    ([what, hex]) => ({ name: `${what} instead of CONNECT`, steps: conversationOf(hex, 'accepted') }),
    { because: 'S2.8', ...accepted },
  ),
  // A whole header with an empty payload: every type with every flag.
  ...each(
    Array.from({ length: 256 }, (_, first) => first),
    (first) => ({
      name: `first byte ${byteHex(first)} and length 0`,
      steps: conversationOf(byteHex(first, 0), 'accepted'),
    }),
    { because: 'S2.8', ...accepted },
  ),
  {
    name: 'nothing at all, then the end',
    because: 'S3.1',
    ...accepted,
    steps: [{ quietMs: 50 }, finish, end],
  },
];
