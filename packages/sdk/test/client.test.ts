import { describe, expect, test, vi } from 'vitest';
import { MAX_FRAME_BYTES, PublishStatus, SendStatus, closeCodes, encodeFrame } from '@longwire/protocol';
import {
  ClientClosed,
  ConnectTimeout,
  ConnectionClosed,
  InvalidMessage,
  type LongwireClient,
  MessageRejected,
  MessageTimeout,
  OutboxFull,
  SignInFailed,
  type LongwireEvents,
  type ReceivedMessage,
} from '../src/index.ts';
import { TestScene } from './test-scene.ts';

const eventually = { timeout: 30_000, interval: 10 };

const scene = TestScene.use();

function received(client: LongwireClient): ReceivedMessage[] {
  const messages: ReceivedMessage[] = [];
  client.on('message', (message) => messages.push(message));
  return messages;
}

describe('signing in and connecting', () => {
  test('the token goes to the node that the auth-service named', async () => {
    const client = scene.newClient({ agent: 'test/1' });
    const connecting = client.connect();
    const peer = await scene.node.peer();
    expect(await peer.login()).toMatchObject({
      versionMin: 1,
      versionMax: 1,
      token: 'token-1',
      agent: 'test/1',
    });
    await connecting;
    expect(client.state).toBe('connected');
    expect(scene.auth.requests).toEqual([{ clientId: 'alice', clientSecret: 'secret' }]);
  });

  test('an alternative is taken when the first node cannot be reached', async () => {
    const address = await scene.goneAddress();
    scene.auth.grant([address, scene.node.address]);
    const client = scene.newClient();
    await Promise.all([scene.node.loggedIn(), client.connect()]);
    expect(scene.auth.requests).toHaveLength(1);
  });

  test('after three failures the auth-service is asked again', async () => {
    const address = await scene.goneAddress();
    const healthy = scene.node.address;
    scene.auth.grant([address]);
    const first = scene.auth.answer;
    scene.auth.answer = () => {
      const answer = first();
      scene.auth.grant([healthy]);
      return answer;
    };
    await Promise.all([scene.node.loggedIn(), scene.newClient().connect()]);
    expect(scene.auth.requests).toHaveLength(2);
  });

  test('a refused sign-in ends connect with the problem, and is not repeated', async () => {
    scene.auth.answer = () => ({
      status: 401,
      body: { code: 'bad-credentials', detail: 'id or secret is wrong' },
    });
    const client = scene.newClient();
    await expect(client.connect()).rejects.toMatchObject({
      name: 'SignInFailed',
      status: 401,
      code: 'bad-credentials',
      message: expect.stringContaining('id or secret is wrong') as string,
    });
    expect(client.state).toBe('stopped');
    await expect(client.publish('k', 'x')).rejects.toBeInstanceOf(SignInFailed);
    expect(scene.auth.requests).toHaveLength(1);
  });

  test('an auth-service that is busy is asked again', async () => {
    const granted = scene.auth.answer;
    scene.auth.answer = () => {
      scene.auth.answer = granted;
      return { status: 503, body: { code: 'no-push-server' } };
    };
    await Promise.all([scene.node.loggedIn(), scene.newClient().connect()]);
    expect(scene.auth.requests).toHaveLength(2);
  });

  test('a node that accepts and says nothing is given up', async () => {
    const client = scene.newClient({ loginTimeoutMs: 50 });
    await expect(client.connect({ timeoutMs: 1500 })).rejects.toThrow(/not signed in within 50 ms/);
  });

  test('connect gives up at its deadline, says why, and may be called again', async () => {
    const granted = scene.auth.answer;
    scene.auth.answer = () => ({
      status: 503,
      body: { code: 'no-push-server', detail: 'no push-server is active' },
    });
    const client = scene.newClient();
    const attempt = client.connect({ timeoutMs: 1000 });
    await expect(attempt).rejects.toBeInstanceOf(ConnectTimeout);
    await expect(attempt).rejects.toThrow(/1000 ms.*no push-server is active/);
    expect(client.state).toBe('stopped');
    scene.auth.answer = granted;
    await Promise.all([scene.node.loggedIn(), client.connect()]);
  });

  test.for([
    ['tokenInvalid', 2000],
    ['goElsewhere', 2003],
  ] as const)('%s: signs in again', async ([name, code]) => {
    const client = scene.newClient();
    const connecting = client.connect();
    const peer = await scene.node.peer();
    await peer.expect('connect');
    peer.send('close', { code, reason: name });
    const second = await scene.node.peer();
    expect(await second.login()).toMatchObject({ token: 'token-2' });
    await connecting;
  });

  test('a client whose token has expired signs in before the reconnect', async () => {
    scene.auth.grant([scene.node.address], 500);
    scene.auth.answerRefresh = () => ({ status: 503, body: {} });
    const { peer } = await scene.connectedClient();
    const expiresAtMs = Date.now() + 500;
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(expiresAtMs), eventually);
    peer.socket.destroy();
    await (await scene.node.peer()).login();
    expect(scene.auth.requests).toHaveLength(2);
  });

  test('not a Longwire server: the reason says so', async () => {
    const client = scene.newClient();
    const connecting = client.connect({ timeoutMs: 1500 });
    (await scene.node.peer()).socket.write('HTTP/1.1 400 Bad Request\r\n\r\n');
    await expect(connecting).rejects.toThrow(/broke the protocol/);
  });
});

describe('ends of a connection', () => {
  test.for(['replaced', 'kicked', 'unsupportedVersion'] as const)(
    '%s: stays away, says so, and rejects what waits',
    async (name) => {
      const { client, peer } = await scene.connectedClient();
      const disconnected = vi.fn<(...event: LongwireEvents['disconnected']) => void>();
      client.on('disconnected', disconnected);
      const publishing = client.publish('k', 'x');
      await peer.expect('publish');
      const { code } = closeCodes[name];
      peer.send('close', { code, reason: 'because' });
      await expect(publishing).rejects.toMatchObject({ closeName: name, code, reason: 'because' });
      await expect(client.publish('k', 'y')).rejects.toBeInstanceOf(ConnectionClosed);
      expect(disconnected.mock.calls).toEqual([[{ code, name, reason: 'because', willReconnect: false }]]);
      expect(client.state).toBe('stopped');
      expect(scene.node.accepted).toBe(1);
    },
  );

  test('reconnects no earlier than the server asks', async () => {
    const { peer } = await scene.connectedClient();
    const closedAt = performance.now();
    peer.send('close', { code: closeCodes.overloaded.code, retryAfterMs: 400 });
    await scene.node.loggedIn();
    expect(performance.now() - closedAt).toBeGreaterThanOrEqual(395);
  });

  test('PING keeps a quiet connection; a silent peer is taken for dead', async () => {
    const client = scene.newClient();
    const [peer] = await Promise.all([scene.node.loggedIn({ heartbeatIntervalMs: 500 }), client.connect()]);
    await vi.waitFor(() => expect(peer.pings).toBeGreaterThan(1), eventually);
    expect(scene.node.accepted).toBe(1);
    const disconnected = vi.fn<(...event: LongwireEvents['disconnected']) => void>();
    client.on('disconnected', disconnected);
    peer.answersPings = false;
    await scene.node.loggedIn();
    expect(disconnected).toHaveBeenCalledWith({
      code: null,
      name: null,
      reason: 'the server was silent for 500 ms',
      willReconnect: true,
    });
  });

  test('a silent peer is found out even while the client has much to say', async () => {
    const client = scene.newClient();
    const [peer] = await Promise.all([scene.node.loggedIn({ heartbeatIntervalMs: 500 }), client.connect()]);
    peer.answersPings = false;
    const talking = setInterval(() => void client.publish('k', 'x').catch(() => {}), 20);
    await scene.node.loggedIn().finally(() => clearInterval(talking));
  });
});

describe('what is sent', () => {
  test('publish and send carry their fields, and their answers come back', async () => {
    const { client, peer } = await scene.connectedClient();
    const publishing = client.publish('metrics', Buffer.from([1, 2]), { messageId: 'm-1' });
    const publish = await peer.expect('publish');
    expect(publish).toMatchObject({ messageId: 'm-1', kind: 'metrics' });
    expect([...publish.payload]).toEqual([1, 2]);
    peer.send('published', { messageId: 'm-1' });
    expect(await publishing).toEqual({ status: 'accepted' });

    for (const [status, expected] of [
      [SendStatus.SEND_STATUS_DELIVERED, 'delivered'],
      [SendStatus.SEND_STATUS_OFFLINE, 'offline'],
      [SendStatus.SEND_STATUS_QUEUE_FULL, 'queue-full'],
    ] as const) {
      const sending = client.send('bob', 'hällo');
      const { messageId, to, payload } = await peer.expect('send');
      expect([to, Buffer.from(payload).toString()]).toEqual(['bob', 'hällo']);
      peer.send('sent', { messageId, status });
      expect(await sending).toEqual({ status: expected });
    }
    expect(client.outbox).toEqual({ messages: 0, bytes: 0 });
  });

  test('unanswered messages are sent again after a cut in mid-frame, with their ids, in order', async () => {
    const { client, peer } = await scene.connectedClient();
    const results = ['a', 'b', 'c'].map((payload) => client.publish('k', payload));
    const before = [];
    for (let count = 0; count < 3; count++) before.push((await peer.expect('publish')).messageId);
    const answer = encodeFrame('published', { messageId: before[0]! });
    const halfAnswer = encodeFrame('published', { messageId: before[1]! }).subarray(0, 7);
    peer.socket.write(Buffer.concat([answer, halfAnswer]), () => peer.socket.destroy());
    await results[0];
    const second = await scene.node.loggedIn();
    const after = [await second.expect('publish'), await second.expect('publish')];
    expect(after.map(({ messageId }) => messageId)).toEqual(before.slice(1));
    expect(after.map(({ payload }) => Buffer.from(payload).toString())).toEqual(['b', 'c']);
    for (const { messageId } of after) second.send('published', { messageId });
    await Promise.all(results);
  });

  test('no more than max_in_flight wait for answers', async () => {
    const client = scene.newClient();
    received(client);
    const limits = { maxFrameBytes: MAX_FRAME_BYTES, maxInFlight: 2 };
    const results = Promise.allSettled(['a', 'b', 'c', 'd'].map((payload) => client.publish('k', payload)));
    const [peer] = await Promise.all([scene.node.loggedIn({ limits }), client.connect()]);
    const first = await peer.expect('publish');
    await peer.expect('publish');
    // Had the client sent a third, it would lie before its acknowledgement.
    peer.send('deliver', { deliveryId: 1, messageId: 'x' });
    await peer.expect('acknowledge');
    peer.send('published', { messageId: first.messageId });
    expect(Buffer.from((await peer.expect('publish')).payload).toString()).toBe('c');
    peer.send('deliver', { deliveryId: 2, messageId: 'y' });
    await peer.expect('acknowledge');
    await client.close();
    expect((await results).map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'rejected',
    ]);
  });

  test('RETRY is sent again with the same id; REJECTED rejects with the detail', async () => {
    const { client, peer } = await scene.connectedClient();
    const publishing = client.publish('k', 'x');
    const { messageId } = await peer.expect('publish');
    peer.send('published', { messageId, status: PublishStatus.PUBLISH_STATUS_RETRY });
    expect((await peer.expect('publish')).messageId).toBe(messageId);
    peer.send('published', {
      messageId,
      status: PublishStatus.PUBLISH_STATUS_REJECTED,
      detail: 'no such kind',
    });
    await expect(publishing).rejects.toThrow(/no such kind/);
    await expect(publishing).rejects.toBeInstanceOf(MessageRejected);
  });

  test('a message that is never answered leaves at its deadline', async () => {
    const { client } = await scene.connectedClient();
    await expect(client.publish('k', 'x', { timeoutMs: 50 })).rejects.toBeInstanceOf(MessageTimeout);
    expect(client.outbox.messages).toBe(0);
  });

  test('a full outbox rejects at once', async () => {
    const client = scene.newClient({ maxOutboxMessages: 2 });
    const waiting = [client.publish('k', 'a'), client.publish('k', 'b')];
    await expect(client.publish('k', 'c')).rejects.toBeInstanceOf(OutboxFull);
    await client.close();
    for (const each of waiting) await expect(each).rejects.toBeInstanceOf(ClientClosed);
  });

  test('wrong fields and too large payloads reject at once', async () => {
    const client = scene.newClient();
    await expect(client.publish('no spaces', 'x')).rejects.toBeInstanceOf(InvalidMessage);
    await expect(client.send('', 'x')).rejects.toBeInstanceOf(InvalidMessage);
    await expect(client.publish('k', 'x', { messageId: 'ü' })).rejects.toBeInstanceOf(InvalidMessage);
    await expect(client.publish('k', Buffer.alloc(MAX_FRAME_BYTES))).rejects.toThrow(/a frame may hold/);
  });

  test('the limit of the server counts, also for what was written before the connection', async () => {
    const client = scene.newClient();
    const early = client.publish('k', Buffer.alloc(2000));
    const refused = early.catch((error: unknown) => error);
    const limits = { maxFrameBytes: 1000, maxInFlight: 8 };
    await Promise.all([scene.node.loggedIn({ limits }), client.connect()]);
    expect(String(await refused)).toMatch(/a frame may hold 1000/);
    await expect(client.publish('k', Buffer.alloc(1000))).rejects.toBeInstanceOf(InvalidMessage);
  });
});

describe('what is received', () => {
  test('a message is handed on, then acknowledged; those of one chunk in one frame', async () => {
    const { client, peer } = await scene.connectedClient();
    const messages = received(client);
    peer.socket.write(
      Buffer.concat([
        encodeFrame('deliver', {
          deliveryId: 7,
          messageId: 'a',
          from: 'bob',
          payload: Buffer.from('hi'),
          sentAtMs: 5,
        }),
        encodeFrame('deliver', { deliveryId: 0, messageId: 'b', payload: Buffer.from('push') }),
        encodeFrame('deliver', { deliveryId: 8, messageId: 'c', from: 'bob' }),
      ]),
    );
    expect((await peer.expect('acknowledge')).deliveryIds).toEqual([7, 8]);
    expect(messages.map(({ from, payload }) => [from, payload.toString()])).toEqual([
      ['bob', 'hi'],
      [null, 'push'],
      ['bob', ''],
    ]);
    expect(messages[0]).toMatchObject({ messageId: 'a', sentAtMs: 5 });
  });

  test('a duplicate is acknowledged and not handed on, also on another connection', async () => {
    const { client, peer } = await scene.connectedClient();
    const messages = received(client);
    peer.send('deliver', { deliveryId: 1, messageId: 'a', from: 'bob' });
    await peer.expect('acknowledge');
    peer.socket.destroy();
    const second = await scene.node.loggedIn();
    second.send('deliver', { deliveryId: 9, messageId: 'a', from: 'bob' });
    expect((await second.expect('acknowledge')).deliveryIds).toEqual([9]);
    second.send('deliver', { deliveryId: 10, messageId: 'a', from: 'carol' });
    await second.expect('acknowledge');
    expect(messages.map(({ from }) => from)).toEqual(['bob', 'carol']);
    expect(client.duplicatesDropped).toBe(1);
  });

  test('a promise of the listener is awaited before the acknowledgement', async () => {
    const { client, peer } = await scene.connectedClient();
    const slow = Promise.withResolvers<void>();
    client.on('message', ({ messageId }) => (messageId === 'slow' ? slow.promise : undefined));
    peer.send('deliver', { deliveryId: 1, messageId: 'slow' });
    peer.send('deliver', { deliveryId: 2, messageId: 'quick' });
    expect((await peer.expect('acknowledge')).deliveryIds).toEqual([2]);
    slow.resolve();
    expect((await peer.expect('acknowledge')).deliveryIds).toEqual([1]);
  });

  test('whatever has a `then` is awaited like a promise', async () => {
    const { client, peer } = await scene.connectedClient();
    const slow = Promise.withResolvers<void>();
    // oxlint-disable-next-line unicorn/no-thenable -- this is what is tested
    const thenable = { then: slow.promise.then.bind(slow.promise) };
    expect(thenable).not.toBeInstanceOf(Promise);
    client.on('message', ({ messageId }) => (messageId === 'slow' ? thenable : undefined));
    peer.send('deliver', { deliveryId: 1, messageId: 'slow' });
    peer.send('deliver', { deliveryId: 2, messageId: 'quick' });
    expect((await peer.expect('acknowledge')).deliveryIds).toEqual([2]);
    slow.resolve();
    expect((await peer.expect('acknowledge')).deliveryIds).toEqual([1]);
  });

  test.for(['throws', 'rejects'])(
    'a listener that %s: not acknowledged, and new when it comes again',
    async (how) => {
      const { client, peer } = await scene.connectedClient();
      const failure = new Error('disk full');
      let broken = true;
      client.on('message', () => {
        if (!broken) return undefined;
        if (how === 'rejects') return Promise.reject(failure);
        throw failure;
      });
      const errors: unknown[] = [];
      client.on('error', (error) => errors.push(error));
      peer.send('deliver', { deliveryId: 1, messageId: 'a' });
      await vi.waitFor(() => expect(errors).toEqual([failure]), eventually);
      broken = false;
      peer.send('deliver', { deliveryId: 2, messageId: 'a' });
      expect((await peer.expect('acknowledge')).deliveryIds).toEqual([2]);
    },
  );
});

describe('close', () => {
  test('says goodbye, rejects what waits, takes nothing more and reconnects no more', async () => {
    const { client, peer } = await scene.connectedClient();
    const publishing = client.publish('k', 'x');
    await peer.expect('publish');
    const refused = publishing.catch((error: unknown) => error);
    await client.close();
    expect(await refused).toBeInstanceOf(ClientClosed);
    expect((await peer.expect('close')).code).toBe(closeCodes.goodbye.code);
    await expect(client.publish('k', 'x')).rejects.toBeInstanceOf(ClientClosed);
    await expect(client.connect()).rejects.toBeInstanceOf(ClientClosed);
    expect(scene.node.accepted).toBe(1);
  });

  test('ends a connect that is under way', async () => {
    scene.auth.answer = () => ({ status: 503, body: {} });
    const client = scene.newClient();
    const refused = client.connect().catch((error: unknown) => error);
    await client.close();
    expect(await refused).toBeInstanceOf(ClientClosed);
  });
});
