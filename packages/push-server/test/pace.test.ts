import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeFrame, FrameType, PING_FRAME } from '@longwire/protocol';
import { waitFor } from '../../../test-support/backends.ts';
import { metric, TestCluster, type TestServer } from './harness.ts';
import { expectGoodClientServed } from './served.ts';
import type { TestClient } from './test-client.ts';

/** How fast and how slowly a signed-in client may go. */
let cluster: TestCluster;
beforeEach(async () => {
  cluster = await TestCluster.create();
});
afterEach(() => cluster.stop());

const closedBy = (server: TestServer, reason: string) =>
  metric(server, 'longwire_connections_closed_total', `reason="${reason}"`);

describe('a client that sends too much', () => {
  const settings = { messagesPerSecond: 50, framesPerSecond: 100 };
  const publishes = (count: number): Uint8Array =>
    Buffer.concat(
      Array.from({ length: count }, (_, i) => encodeFrame('publish', { messageId: `m${i}`, kind: 'k' })),
    );
  const rows: [string, Uint8Array, string][] = [
    ['messages', publishes(250), 'at most 50 messages a second are taken'],
    ['PINGs', Buffer.alloc(2 * 500, PING_FRAME), 'at most 100 frames a second are taken'],
    [
      'acknowledgements of nothing',
      Buffer.concat([
        encodeFrame('acknowledge', { deliveryIds: Array.from({ length: 500 }, (_, i) => i + 1) }),
        PING_FRAME,
      ]),
      'at most 100 frames a second are taken',
    ],
  ];
  it.each(rows)('is closed: %s', async (_, bytes, reason) => {
    const server = await cluster.start('push-1', settings);
    const [greedy, other] = [await cluster.login(server, 'greedy'), await cluster.login(server, 'other')];
    greedy.sendBytes(bytes);
    expect(await greedy.closed()).toEqual({ name: 'rateLimited', reason, retryAfterMs: 2000 });
    expect(await closedBy(server, 'rateLimited')).toBe(1);
    await other.pong();
    await expectGoodClientServed(cluster, server);
  });

  it('is closed: REFRESH again and again, each after the answer to the one before', async () => {
    const server = await cluster.start('push-1', { ...settings, framesPerSecond: 5000 });
    const greedy = await cluster.login(server, 'greedy');
    const token = await cluster.token('greedy');
    const startedAtMs = performance.now();
    let refreshes = 0;
    for (; !greedy.isClosed && refreshes < 500; refreshes++) {
      greedy.send('refresh', { token });
      await greedy.next('refreshed').catch(() => undefined);
    }
    expect((await greedy.closed()).name).toBe('rateLimited');
    expect(refreshes).toBeLessThanOrEqual(32 + (performance.now() - startedAtMs) / 100);
    await expectGoodClientServed(cluster, server);
  });

  it('is not one that keeps to it, or gets many deliveries and acknowledges them', async () => {
    const server = await cluster.start('push-1', settings);
    const names = Array.from({ length: 6 }, (_, i) => `sender-${i}`);
    const senders = await Promise.all(names.map((name) => cluster.login(server, name)));
    const popular = await cluster.login(server, 'popular');
    for (const sender of senders)
      for (let i = 0; i < 80; i++) sender.send('send', { messageId: `m${i}`, to: 'popular' });
    for (const sender of senders)
      for (let i = 0; i < 80; i++) expect((await sender.next('sent')).status).toBe(0);
    for (let round = 0; round < 4; round++) {
      for (let i = 0; i < 40; i++) popular.send('publish', { messageId: `m${round}-${i}`, kind: 'k' });
      for (let i = 0; i < 40; i++) await popular.next('published');
      await delay(1100);
    }
    await popular.pong();
    expect(await closedBy(server, 'rateLimited')).toBe(0);
  });
});

describe('a frame', () => {
  it('has to be whole by its deadline, however steadily it comes; whole frames may be cut in any way for ever', async () => {
    const server = await cluster.start('push-1', { frameTimeoutMs: 2000 });
    const [stuck, dripping, cutting] = await Promise.all(
      ['stuck', 'dripping', 'cutting'].map((name) => cluster.login(server, name)),
    );
    const startedAtMs = performance.now();
    stuck!.sendBytes([FrameType.publish, 100, 0x0a]);
    dripping!.sendBytes([FrameType.publish, 0xff, 0x7f]);
    cutting!.sendBytes([FrameType.ping]);
    const drip = setInterval(() => {
      dripping!.sendBytes([1]);
      cutting!.sendBytes([0, FrameType.ping]);
    }, 100);
    const reason = 'a frame was begun and did not become whole in time';
    for (const client of [stuck!, dripping!])
      expect(await client.closed()).toEqual({ name: 'frameTimeout', reason, retryAfterMs: 0 });
    expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(2000);
    await waitFor(() => performance.now() - startedAtMs > 6000);
    clearInterval(drip);
    expect(cutting!.isClosed).toBe(false);
    expect(await closedBy(server, 'frameTimeout')).toBe(2);
    await expectGoodClientServed(cluster, server);
    // Nothing is watched any more once nothing is pending.
    cutting!.sendBytes([0]);
    await waitFor(async () => (await metric(server, 'longwire_connections_stalled')) === 0);
  });
});

describe('a client that takes nothing of what waits for it', () => {
  const settings = { writeTimeoutMs: 2000, acknowledgeTimeoutMs: 500 };
  const payload = Buffer.alloc(60_000);

  /** Keeps this many messages on their way until told to stop. */
  async function feed(
    sender: TestClient,
    to: string,
    inFlight: number,
    goesOn: () => boolean,
  ): Promise<void> {
    let number = 0;
    const sendOne = () => sender.send('send', { messageId: `m${number++}`, to, payload });
    for (let i = 0; i < inFlight; i++) sendOne();
    for (let open = inFlight; open > 0; open--) {
      await sender.next('sent');
      if (!goesOn()) continue;
      sendOne();
      open++;
      await delay(5);
    }
  }

  it('is closed; its neighbours are served', async () => {
    const server = await cluster.start('push-1', settings);
    const [sender, deaf] = [await cluster.login(server, 'sender'), await cluster.login(server, 'deaf')];
    deaf.socket.pause();
    let isOpen = true;
    const feeding = feed(sender, 'deaf', 100, () => isOpen);
    await waitFor(async () => (await metric(server, 'longwire_connections_stalled')) > 0);
    await expectGoodClientServed(cluster, server);
    await waitFor(async () => (await closedBy(server, 'slowConsumer')) === 1);
    isOpen = false;
    await feeding;
    // It cannot be told, and its socket goes all the same.
    await waitFor(async () => (await metric(server, 'longwire_connections')) === 1);
    expect(await cluster.directory.lookup(['deaf'])).toEqual([null]);
  });

  it('is not one that reads slowly', async () => {
    const server = await cluster.start('push-1', settings);
    const sender = await cluster.login(server, 'sender');
    const { hostname, port } = new URL(`tcp://${server.addresses.tcp}`);
    const slow = connect({ host: hostname, port: Number(port) });
    let isClosed = false;
    slow.on('close', () => (isClosed = true)).on('error', () => undefined);
    slow.write(encodeFrame('connect', { versionMin: 1, versionMax: 1, token: await cluster.token('slow') }));
    await waitFor(async () => (await metric(server, 'longwire_sessions')) === 2);
    let readBytes = 0;
    // 2 MB a second, far less than what is offered.
    slow.on('readable', () => undefined);
    const reading = setInterval(() => {
      for (let left = 100_000; left > 0;) {
        const chunk = slow.read(Math.min(left, slow.readableLength)) as Buffer | null;
        if (chunk === null) break;
        left -= chunk.length;
        readBytes += chunk.length;
      }
    }, 50);
    const startedAtMs = performance.now();
    await feed(sender, 'slow', 100, () => performance.now() - startedAtMs < 8000);
    expect(await metric(server, 'longwire_connections_stalled')).toBe(1);
    clearInterval(reading);
    expect(isClosed).toBe(false);
    expect(await closedBy(server, 'slowConsumer')).toBe(0);
    expect(readBytes).toBeGreaterThan(2_000_000);
    slow.destroy();
  }, 60_000);
});
