import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FrameType, SendStatus } from '@longwire/protocol';
import { waitFor } from '../../../test-support/backends.ts';
import { metric, TestCluster, type TestServer } from './harness.ts';
import { DirectoryLink } from './links.ts';
import { expectGoodClientServed } from './served.ts';
import type { TestClient } from './test-client.ts';

let cluster: TestCluster;
let link: DirectoryLink;
beforeEach(async () => {
  link = new DirectoryLink();
  cluster = await TestCluster.create({ directory: link.directory });
});
afterEach(() => {
  link.claimAnswers.open();
  return cluster.stop();
});

/** Two nodes with the same settings, and alice signed in on the first. */
async function startTwo(
  settings: Record<string, number> = {},
): Promise<[TestServer, TestServer, TestClient]> {
  const one = await cluster.start('push-1', settings);
  const two = await cluster.start('push-2', settings);
  return [one, two, await cluster.login(one, 'alice')];
}

function send(from: TestClient, messageId: string, to: string, payload = Buffer.from('hello')): void {
  from.send('send', { messageId, to, payload });
}

async function answer(client: TestClient): Promise<[string, keyof typeof SendStatus, string]> {
  const { messageId, status, detail } = await client.next('sent');
  return [messageId, SendStatus[status] as keyof typeof SendStatus, detail];
}

describe.each([
  ['on the same node', 0],
  ['on another node', 1],
])('a message to a client %s', (_, index) => {
  it('arrives as it was sent, and is answered once it is acknowledged', async () => {
    const [one, two, alice] = await startTwo();
    const bob = await cluster.login([one, two][index]!, 'bob');
    bob.acknowledges = false;
    const sentAtMs = Date.now();
    send(alice, 'm1', 'bob', Buffer.from('h\u00e9llo\0'));
    const delivered = await bob.next('deliver');
    expect(delivered).toMatchObject({ messageId: 'm1', from: 'alice' });
    expect(Buffer.from(delivered.payload).toString()).toBe('h\u00e9llo\0');
    expect(delivered.sentAtMs).toBeGreaterThanOrEqual(sentAtMs);
    expect(delivered.deliveryId).toBeGreaterThan(0);
    await alice.pong();
    expect(alice.frames).toEqual([]);
    bob.send('acknowledge', { deliveryIds: [delivered.deliveryId] });
    expect(await answer(alice)).toEqual(['m1', 'SEND_STATUS_DELIVERED', '']);
    expect(await metric(one, 'longwire_sends_total', 'outcome="delivered"')).toBe(1);
  });

  it('is answered RETRY when nobody acknowledges in time', async () => {
    const [one, two, alice] = await startTwo({ acknowledgeTimeoutMs: 200 });
    const bob = await cluster.login([one, two][index]!, 'bob');
    bob.acknowledges = false;
    send(alice, 'm1', 'bob');
    expect(await answer(alice)).toEqual([
      'm1',
      'SEND_STATUS_RETRY',
      'the recipient did not acknowledge in time',
    ]);
    // Too late: the number is not awaited any more.
    bob.send('acknowledge', { deliveryIds: [(await bob.next('deliver')).deliveryId] });
    await bob.pong();
    expect(await metric([one, two][index]!, 'longwire_unknown_acknowledgements_total')).toBe(1);
  });

  it('is answered RETRY when the connection ends first', async () => {
    const [one, two, alice] = await startTwo();
    const bob = await cluster.login([one, two][index]!, 'bob');
    bob.acknowledges = false;
    send(alice, 'm1', 'bob');
    await bob.next('deliver');
    bob.socket.destroy();
    expect(await answer(alice)).toEqual([
      'm1',
      'SEND_STATUS_RETRY',
      'the recipient left before it acknowledged',
    ]);
  });

  it('is refused when it would be too large for a frame to the recipient, who stays', async () => {
    const [one, two, alice] = await startTwo();
    const bob = await cluster.login([one, two][index]!, 'bob');
    // alice's frame is 65,536 bytes or less each time; bob's has her name, a number and a time besides.
    send(alice, 'large', 'bob', Buffer.alloc(65_536 - 20));
    expect(await answer(alice)).toEqual([
      'large',
      'SEND_STATUS_REJECTED',
      'the message is too large for a frame to the recipient',
    ]);
    send(alice, 'fits', 'bob', Buffer.alloc(65_536 - 60));
    expect((await bob.next('deliver')).payload.length).toBe(65_536 - 60);
    expect((await answer(alice))[1]).toBe('SEND_STATUS_DELIVERED');
  });

  it('is answered QUEUE_FULL while the recipient does not read; others are served', async () => {
    const [one, two, alice] = await startTwo({ maxQueuedBytes: 65_536, acknowledgeTimeoutMs: 60_000 });
    const bob = await cluster.login([one, two][index]!, 'bob');
    const carol = await cluster.login([one, two][index]!, 'carol');
    bob.socket.pause();
    let sent = 0;
    while (!alice.frames.some((frame) => frame.type === FrameType.sent)) {
      send(alice, `m${++sent}`, 'bob', Buffer.alloc(60_000));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const [refused, status] = await answer(alice);
    expect(status).toBe('SEND_STATUS_QUEUE_FULL');
    send(alice, 'to-carol', 'carol');
    expect((await carol.next('deliver')).messageId).toBe('to-carol');
    await carol.pong();
    await expectGoodClientServed(cluster, [one, two][index]!);
    bob.socket.resume();
    const first = Number(refused.slice(1));
    for (let i = 1; i < first; i++) expect((await bob.next('deliver')).messageId).toBe(`m${i}`);
  });

  it('is answered QUEUE_FULL when too many are not acknowledged, until one is', async () => {
    const [one, two, alice] = await startTwo({ maxUnacknowledged: 3 });
    const bob = await cluster.login([one, two][index]!, 'bob');
    bob.acknowledges = false;
    for (let i = 1; i <= 4; i++) send(alice, `m${i}`, 'bob');
    expect(await answer(alice)).toEqual(['m4', 'SEND_STATUS_QUEUE_FULL', '']);
    await expectGoodClientServed(cluster, [one, two][index]!);
    const { deliveryId } = await bob.next('deliver');
    bob.send('acknowledge', { deliveryIds: [deliveryId] });
    expect((await answer(alice)).slice(0, 2)).toEqual(['m1', 'SEND_STATUS_DELIVERED']);
    send(alice, 'm5', 'bob');
    for (const messageId of ['m2', 'm3', 'm5']) expect((await bob.next('deliver')).messageId).toBe(messageId);
  });
});

it('ignores and counts acknowledgements that it does not await', async () => {
  const [one, , alice] = await startTwo();
  const [bob, carol] = [await cluster.login(one, 'bob'), await cluster.login(one, 'carol')];
  bob.acknowledges = false;
  send(alice, 'm1', 'bob');
  const { deliveryId } = await bob.next('deliver');
  carol.send('acknowledge', { deliveryIds: [deliveryId] });
  bob.send('acknowledge', { deliveryIds: [0, deliveryId + 1, 4_294_967_295] });
  await Promise.all([bob.pong(), carol.pong()]);
  expect(await metric(one, 'longwire_unknown_acknowledgements_total')).toBe(4);
  expect(alice.frames).toEqual([]);
  bob.send('acknowledge', { deliveryIds: [deliveryId, deliveryId] });
  expect((await answer(alice))[1]).toBe('SEND_STATUS_DELIVERED');
  await alice.pong();
  expect(alice.frames).toEqual([]);
  expect(await metric(one, 'longwire_unknown_acknowledgements_total')).toBe(5);
});

describe('while the recipient signs in', () => {
  it('messages are held, and come in order after CONNECTED', async () => {
    const [, two, alice] = await startTwo();
    link.claimAnswers.close();
    const bob = await cluster.connect(two, 'bob');
    await waitFor(() => link.claimAnswers.held === 1);
    for (let i = 0; i < 65; i++) send(alice, `m${i}`, 'bob');
    // 64 are held.
    expect((await answer(alice)).slice(0, 2)).toEqual(['m64', 'SEND_STATUS_QUEUE_FULL']);
    expect(bob.frames).toEqual([]);
    link.claimAnswers.open();
    await waitFor(() => bob.frames.length === 65);
    expect(bob.frames[0]!.type).toBe(FrameType.connected);
    for (let i = 0; i < 64; i++) {
      expect((await bob.next('deliver')).messageId).toBe(`m${i}`);
      expect((await answer(alice)).slice(0, 2)).toEqual([`m${i}`, 'SEND_STATUS_DELIVERED']);
    }
  });

  it('a message that is held has its deadline too', async () => {
    const [, two, alice] = await startTwo({ acknowledgeTimeoutMs: 200 });
    link.claimAnswers.close();
    const bob = await cluster.connect(two, 'bob');
    bob.acknowledges = false;
    await waitFor(() => link.claimAnswers.held === 1);
    send(alice, 'm1', 'bob');
    link.claimAnswers.open();
    await bob.next('deliver');
    await waitFor(async () => (await metric(two, 'longwire_deliveries_total', 'outcome="timeout"')) === 1);
    expect((await answer(alice))[1]).toBe('SEND_STATUS_RETRY');
  });

  it('a message goes to the earlier connection when the login fails', async () => {
    const [one, two, alice] = await startTwo();
    link.claimAnswers.close();
    const first = await cluster.connect(two, 'bob');
    await waitFor(() => link.claimAnswers.held === 1);
    await link.directory.revoke('bob', Date.now() + 60_000);
    const second = await cluster.connect(two, 'bob');
    await waitFor(() => link.claimAnswers.held === 2);
    send(alice, 'm1', 'bob');
    await waitFor(async () => (await metric(one, 'longwire_node_deliveries_waiting')) === 1);
    await waitFor(async () => (await metric(two, 'longwire_http_request_seconds_count', 'deliver')) === 1);
    link.claimAnswers.open();
    await first.next('connected');
    expect((await second.closed()).name).toBe('tokenRevoked');
    expect((await first.next('deliver')).messageId).toBe('m1');
  });
});

it('while the directory is away clients of the same node are reached, and others are RETRY until it is back', async () => {
  const [one, two, alice] = await startTwo();
  const [bob, carol] = [await cluster.login(one, 'bob'), await cluster.login(two, 'carol')];
  link.state = 'cut';
  send(alice, 'm1', 'bob');
  expect((await bob.next('deliver')).messageId).toBe('m1');
  expect(await answer(alice)).toEqual(['m1', 'SEND_STATUS_DELIVERED', '']);
  send(alice, 'm2', 'carol');
  expect(await answer(alice)).toEqual(['m2', 'SEND_STATUS_RETRY', 'the directory did not answer']);
  link.state = 'up';
  send(alice, 'm2', 'carol');
  expect((await carol.next('deliver')).messageId).toBe('m2');
  expect((await answer(alice))[1]).toBe('SEND_STATUS_DELIVERED');
});
