import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeFrame, FrameType, type CloseName } from '@longwire/protocol';
import { waitFor } from '../../../test-support/backends.ts';
import { metric, TestCluster, type TestServer } from './harness.ts';
import { withinASecond } from './served.ts';
import type { TestClient } from './test-client.ts';

let cluster: TestCluster;
let server: TestServer;
let good: { alice: TestClient; bob: TestClient };
const tokens: string[] = [];
let lastNumber = 0;

beforeAll(async () => {
  cluster = await TestCluster.create();
  server = await cluster.start('push-1');
  good = { alice: await cluster.login(server, 'alice'), bob: await cluster.login(server, 'bob') };
});
afterAll(() => cluster.stop());

/** A frame of any type with any body. */
function frame(type: number, body: Uint8Array | readonly number[] = []): Uint8Array {
  return Uint8Array.of(type, body.length, ...body);
}

function text(value: string): number[] {
  return [...Buffer.from(value, 'latin1')];
}

async function expectRefused(client: TestClient, close: CloseName, reason: RegExp): Promise<void> {
  const closed = await client.closed();
  expect(closed.name).toBe(close);
  expect(closed.reason).toMatch(reason);
}

/** The clients that were there before still talk, and a new one signs in and hears of them. */
const expectOthersServed = () => withinASecond(serveOthers);

async function serveOthers(): Promise<void> {
  const carol = await cluster.login(server, 'carol');
  for (const [from, to, name] of [
    [good.alice, carol, 'carol'],
    [carol, good.bob, 'bob'],
  ] as const) {
    const messageId = `good-${++lastNumber}`;
    from.send('send', { messageId, to: name, payload: Buffer.from('still here') });
    expect((await to.next('deliver')).messageId).toBe(messageId);
    expect((await from.next('sent')).messageId).toBe(messageId);
  }
  carol.socket.destroy();
}

async function refuse(close: CloseName, reason: RegExp, send: () => Promise<TestClient>): Promise<void> {
  const before = await metric(server, 'longwire_connections_closed_total', `reason="${close}"`);
  await expectRefused(await send(), close, reason);
  expect(await metric(server, 'longwire_connections_closed_total', `reason="${close}"`)).toBe(before + 1);
  await expectOthersServed();
}

const connectWith = (token: string | number[]) => {
  const bytes = typeof token === 'string' ? text(token) : token;
  return frame(FrameType.connect, [0x08, 1, 0x10, 1, 0x1a, bytes.length, ...bytes]);
};

describe('before the login', () => {
  const rows: [string, Uint8Array | number[], CloseName, RegExp][] = [
    ['PING first', frame(FrameType.ping), 'expectedConnect', /first frame must be CONNECT.*type 3/],
    [
      'PUBLISH first',
      encodeFrame('publish', { messageId: 'm', kind: 'k' }),
      'expectedConnect',
      /must be CONNECT.*type 5/,
    ],
    ['CLOSE first', encodeFrame('close', { code: 3000 }), 'expectedConnect', /must be CONNECT.*type 12/],
    ['an HTTP GET', text('GET / HTTP/1.1\r\nHost: a\r\n\r\n'), 'unsupportedFeature', /not part of version 1/],
    ['an HTTP POST', text('POST / HTTP/1.1\r\n\r\n'), 'malformedFrame', /frame type 16 does not exist/],
    ['a TLS hello', [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3], 'malformedFrame', /frame type 22 does not/],
    ['type 0', frame(0), 'malformedFrame', /frame type 0 does not exist/],
    ['type 15', frame(15), 'malformedFrame', /frame type 15 does not exist/],
    ['type 31', frame(31), 'malformedFrame', /frame type 31 does not exist/],
    ['the flag ENCRYPTED', [0x41, 0], 'unsupportedFeature', /signed and encrypted frames/],
    ['the flag SIGNED', [0x81, 0], 'unsupportedFeature', /signed and encrypted frames/],
    ['a length in too many bytes', [1, 0x80, 0x00], 'malformedFrame', /more bytes than it needs/],
    ['a length of five bytes', [1, 0x80, 0x80, 0x80, 0x80, 1], 'malformedFrame', /longer than 4 bytes/],
    ['the longest length', [1, 0xff, 0xff, 0xff, 0x7f], 'frameTooLarge', /may hold 4096 bytes now/],
    ['REFRESH first', encodeFrame('refresh', { token: 't' }), 'expectedConnect', /must be CONNECT.*type 13/],
    ['ACKNOWLEDGE first', frame(FrameType.acknowledge), 'expectedConnect', /must be CONNECT.*type 10/],
    ['CONNECTED first', frame(FrameType.connected), 'expectedConnect', /must be CONNECT.*type 2/],
    ['4097 bytes', [1, 0x81, 0x20], 'frameTooLarge', /may hold 4096 bytes now, this one says 4097/],
    [
      'a body that is not protobuf',
      frame(1, [0x1a, 50, 1]),
      'malformedFrame',
      /body of CONNECT is not valid/,
    ],
    ['a newer version', frame(1, [0x08, 2, 0x10, 9]), 'invalidField', /token is missing/],
    [
      'only newer versions',
      frame(1, [0x08, 2, 0x10, 9, 0x1a, 1, 0x61]),
      'unsupportedVersion',
      /speaks versions 1 to 1, the client 2 to 9/,
    ],
    ['version 0', frame(1, [0x1a, 1, 0x61]), 'unsupportedVersion', /1 to 1, the client 0 to 0/],
    ['no token', frame(1, [0x08, 1, 0x10, 1]), 'invalidField', /CONNECT: token is missing/],
    ['a token that is none', connectWith('nonsense'), 'tokenInvalid', /not a Longwire token/],
    ['invalid UTF-8 in the token', connectWith([0xc3, 0x28]), 'malformedFrame', /body of CONNECT is not/],
    ['a critical extension', frame(0x21, [2, 0x80, 0]), 'unsupportedFeature', /critical extension field 128/],
    ['an extension past its frame', frame(0x21, [9, 1]), 'malformedFrame', /past the end of its frame/],
    ['a short trace context', frame(0x21, [3, 1, 1, 0]), 'malformedFrame', /trace context has 25 bytes/],
  ];
  it.each(rows)('refuses %s', (_, bytes, close, reason) =>
    refuse(close, reason, async () => {
      const client = await cluster.open(server);
      client.sendBytes(bytes);
      return client;
    }),
  );

  it('keeps nothing of lengths that are promised, by however many', async () => {
    const before = await metric(server, 'longwire_connections_closed_total', 'reason="frameTooLarge"');
    const count = 1000;
    const { arrayBuffers } = process.memoryUsage();
    const clients = await Promise.all(Array.from({ length: count }, () => cluster.open(server)));
    for (const client of clients) client.sendBytes([1, 0xff, 0xff, 0xff, 0x7f]);
    await waitFor(
      async () =>
        (await metric(server, 'longwire_connections_closed_total', 'reason="frameTooLarge"')) ===
        before + count,
    );
    // 256 MiB are promised by each. What is there are the buffers of the test's own sockets.
    expect(process.memoryUsage().arrayBuffers - arrayBuffers).toBeLessThan(count * 70_000);
    await expectOthersServed();
  });

  it('refuses anything between CONNECT and CONNECTED', () =>
    refuse('unexpectedFrame', /between CONNECT and CONNECTED/, async () => {
      const client = await cluster.open(server);
      const connect = { versionMin: 1, versionMax: 1, token: await cluster.token('hasty') };
      client.sendBytes([...encodeFrame('connect', connect), ...frame(FrameType.ping)]);
      return client;
    }));
});

describe('a token', () => {
  const rows: [string, () => Promise<string>, CloseName, RegExp][] = [
    [
      'with changed claims',
      async () => {
        const [header, , signature] = (await cluster.token('mallory')).split('.');
        const [, claims] = (await cluster.token('alice')).split('.');
        return `${header}.${claims}.${signature}`;
      },
      'tokenInvalid',
      /not signed by Longwire/,
    ],
    [
      'with the algorithm none',
      async () => {
        const [, claims] = (await cluster.token('mallory')).split('.');
        const header = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
        return `${header}.${claims}.`;
      },
      'tokenInvalid',
      /not signed by Longwire/,
    ],
    [
      'that has expired',
      () => cluster.token('mallory', { issuedAtMs: Date.now() - 7_200_000 }),
      'tokenExpired',
      /has expired/,
    ],
    [
      'for another audience',
      () => cluster.token('mallory', { audience: 'elsewhere' }),
      'tokenInvalid',
      /meant for someone else/,
    ],
    [
      'of an unknown key',
      () => cluster.token('mallory', { kid: 'another' }),
      'tokenInvalid',
      /key that is not in use/,
    ],
    ['of no client id', () => cluster.token('not a client id'), 'tokenInvalid', /not a Longwire token/],
    [
      'that was revoked',
      async () => {
        const token = await cluster.token('leaver', { issuedAtMs: Date.now() - 1000 });
        await cluster.directory.revoke('leaver', Date.now());
        return token;
      },
      'tokenRevoked',
      /was revoked/,
    ],
  ];
  it.each(rows)('%s is refused', (_, sign, close, reason) =>
    refuse(close, reason, async () => {
      const token = await sign();
      tokens.push(token);
      return cluster.connect(server, '', token);
    }),
  );

  it('is never logged', () => {
    const log = cluster.log.join('');
    expect(log).toContain('login refused');
    expect(tokens).toHaveLength(rows.length);
    for (const token of tokens)
      for (const part of token.split('.').slice(1)) if (part !== '') expect(log).not.toContain(part);
  });
});

describe('after the login', () => {
  const longId = 'x'.repeat(65);
  const rows: [string, Uint8Array | number[], CloseName, RegExp][] = [
    ['65537 bytes', [5, 0x81, 0x80, 0x04], 'frameTooLarge', /may hold 65536 bytes now, this one says 65537/],
    ['the longest length', [5, 0xff, 0xff, 0xff, 0x7f], 'frameTooLarge', /may hold 65536 bytes now/],
    ['a reserved type', frame(20), 'malformedFrame', /frame type 20 does not exist/],
    ['a reserved flag', [0x83, 0], 'unsupportedFeature', /signed and encrypted/],
    ['a second CONNECT', connectWith('again'), 'unexpectedFrame', /may not send frame type 1 now/],
    ['a PUBLISH that is not protobuf', frame(5, [0x0a, 9]), 'malformedFrame', /body of PUBLISH is not valid/],
    ['a SEND that is not protobuf', frame(7, [0x0a, 9]), 'malformedFrame', /body of SEND is not valid/],
    ['an ACKNOWLEDGE that is not protobuf', frame(10, [0x0a, 9]), 'malformedFrame', /body of ACKNOWLEDGE/],
    [
      'invalid UTF-8 in a message id',
      frame(5, [0x0a, 2, 0xc3, 0x28]),
      'malformedFrame',
      /PUBLISH is not valid/,
    ],
    ['invalid UTF-8 in a client id', frame(7, [0x12, 1, 0xff]), 'malformedFrame', /SEND is not valid/],
    [
      'a PUBLISH without id',
      encodeFrame('publish', { kind: 'k' }),
      'invalidField',
      /PUBLISH: message_id must/,
    ],
    [
      'a PUBLISH with a long id',
      encodeFrame('publish', { messageId: longId, kind: 'k' }),
      'invalidField',
      /1 to 64/,
    ],
    [
      'a PUBLISH without kind',
      encodeFrame('publish', { messageId: 'm' }),
      'invalidField',
      /PUBLISH: kind must/,
    ],
    [
      'a PUBLISH of a bad kind',
      encodeFrame('publish', { messageId: 'm', kind: 'a/b' }),
      'invalidField',
      /kind must/,
    ],
    [
      'a SEND with a bad id',
      encodeFrame('send', { messageId: 'm n', to: 'bob' }),
      'invalidField',
      /SEND: message_id/,
    ],
    [
      'a SEND to nobody',
      encodeFrame('send', { messageId: 'm' }),
      'invalidField',
      /SEND: to must be a client id/,
    ],
    [
      'a SEND to a long id',
      encodeFrame('send', { messageId: 'm', to: longId + longId }),
      'invalidField',
      /1 to 128/,
    ],
    ['a critical extension', frame(0x23, [2, 0xff, 0]), 'unsupportedFeature', /critical extension field 255/],
    ...(['connected', 'pong', 'published', 'sent', 'deliver', 'redirect'] as const).map(
      (name): [string, Uint8Array, CloseName, RegExp] => [
        `${name.toUpperCase()} from a client`,
        frame(FrameType[name]),
        'unexpectedFrame',
        new RegExp(`may not send frame type ${FrameType[name]} now`),
      ],
    ),
  ];
  it.each(rows)('refuses %s', async (_, bytes, close, reason) => {
    await refuse(close, reason, async () => {
      const client = await cluster.login(server, 'mallory');
      client.sendBytes(bytes);
      return client;
    });
    await waitFor(async () => (await cluster.directory.lookup(['mallory']))[0] === null);
  });

  it('counts a client that leaves in the middle of a frame, and forgets it', async () => {
    const before = await metric(server, 'longwire_connections_closed_total', 'reason="by-client"');
    const client = await cluster.login(server, 'mallory');
    client.sendBytes([5, 100, 1, 2, 3]);
    client.socket.end();
    await waitFor(async () => (await cluster.directory.lookup(['mallory']))[0] === null);
    expect(await metric(server, 'longwire_connections_closed_total', 'reason="by-client"')).toBe(before + 1);
    await expectOthersServed();
  });
});
