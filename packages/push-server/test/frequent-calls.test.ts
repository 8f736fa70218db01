import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  CallCode,
  CallFrameReader,
  callsUpgrade,
  encodeCallFrames,
  FAREWELL,
  nodeApi,
  type CallFrame,
} from '@longwire/cluster';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from '../../../test-support/helpers.ts';
import { callApi, CLUSTER_SECRET, metric, TestCluster, type TestServer } from './harness.ts';

const LIMIT_BYTES = 8 * 1024 * 1024;

let cluster: TestCluster;
let server: TestServer;
let sockets: Socket[];
beforeEach(async () => {
  sockets = [];
  cluster = await TestCluster.create();
  server = await cluster.start('push-1');
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await cluster.stop();
});

async function ask(headers: Readonly<Record<string, string>>): Promise<Socket> {
  const socket = connect(Number(new URL(server.addresses.api).port), '127.0.0.1');
  sockets.push(socket);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`GET ${callsUpgrade.path} HTTP/1.1\r\nhost: node\r\n${lines.join('')}\r\n`);
  return socket;
}

const good = {
  authorization: `Bearer ${CLUSTER_SECRET}`,
  connection: 'upgrade',
  upgrade: callsUpgrade.protocol,
};

/** Another node's connection, byte by byte. */
class Caller {
  readonly answers: CallFrame[] = [];
  readonly socket: Socket;

  private constructor(socket: Socket) {
    this.socket = socket;
    const reader = new CallFrameReader(LIMIT_BYTES);
    socket.on('data', (bytes: Buffer) => reader.push(bytes, (frame) => this.answers.push(frame)));
  }

  static async open(): Promise<Caller> {
    const socket = await ask(good);
    const [head] = (await once(socket, 'data')) as [Buffer];
    if (!/^HTTP\/1\.1 101 .*\r\n\r\n$/s.test(head.toString())) throw new Error(`answered ${head.toString()}`);
    return new Caller(socket);
  }

  get statuses(): [number, number][] {
    return this.answers.map(({ number, code }) => [number, code]);
  }

  send(...frames: CallFrame[]): void {
    this.socket.write(encodeCallFrames(frames));
  }
}

const deliver = (number: number, clientId: string): CallFrame => {
  const message = { messageId: `m${number}`, payload: Buffer.from('hello') };
  const request = { originNodeId: 'push-2', deliveries: [{ id: number, message, clientIds: [clientId] }] };
  return { number, code: CallCode.deliver, body: nodeApi.deliver.request.encode(request).finish() };
};
const nothing = new Uint8Array(0);

describe('a connection for frequent calls', () => {
  it.each([
    ['another secret', { ...good, authorization: `Bearer ${'t'.repeat(43)}` }, 401],
    ['no secret', { ...good, authorization: '' }, 401],
    ['another protocol', { ...good, upgrade: 'websocket' }, 426],
    ['no upgrade', { authorization: good.authorization }, 426],
  ])('is not made with %s', async (_, headers, status) => {
    const socket = await ask({ ...headers, connection: `${'upgrade' in headers ? 'upgrade, ' : ''}close` });
    const answer = await text(socket);
    expect(answer).toContain(`HTTP/1.1 ${status} `);
    expect(answer).toContain('application/problem+json');
  });

  it('leaves a request alone that offers an upgrade of another kind', async () => {
    const headers = { connection: 'upgrade, http2-settings', upgrade: 'h2c' };
    const socket = connect(Number(new URL(server.addresses.api).port), '127.0.0.1');
    sockets.push(socket);
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`GET /livez HTTP/1.1\r\nhost: node\r\n${lines.join('')}\r\n`);
    expect(await text(socket)).toContain('HTTP/1.1 200 ');
  });

  it('answers each call by its number, in order, however its bytes come', async () => {
    const [alice, caller] = [await cluster.login(server, 'alice'), await Caller.open()];
    const bytes = encodeCallFrames([
      deliver(7, 'alice'),
      { number: 3, code: CallCode.deliver, body: Uint8Array.of(0x0a, 50, 1) },
      { number: 9, code: 77, body: nothing },
      { number: 5, code: CallCode.outcomes, body: nothing },
      deliver(4, 'alice'),
    ]);
    for (const byte of bytes) {
      caller.socket.write(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await waitFor(() => caller.answers.length === 5);
    expect(caller.statuses).toEqual([
      [7, 200],
      [3, 400],
      [9, 404],
      [5, 204],
      [4, 200],
    ]);
    expect((await alice.next('deliver')).messageId).toBe('m7');
    expect((await alice.next('deliver')).messageId).toBe('m4');
    const [first] = caller.answers as [CallFrame];
    expect(nodeApi.deliver.response.decode(first.body).outcomes?.ids).toEqual([7]);
    const measured = (label: string) => metric(server, 'longwire_http_request_seconds_count', label);
    expect(await measured('route="/node/v1/deliver",status="200"')).toBe(2);
    expect(await measured('route="/node/v1/deliver",status="400"')).toBe(1);
    expect(await measured('route="/node/v1/unknown",status="404"')).toBe(1);
  });

  it('takes a call of the longest length, and ends at a longer one unread', async () => {
    const caller = await Caller.open();
    const filler = { message: { payload: Buffer.alloc(LIMIT_BYTES - 100) }, clientIds: [] };
    const body = nodeApi.deliver.request.encode({ deliveries: [filler] }).finish();
    caller.send({ number: 1, code: CallCode.deliver, body });
    await waitFor(() => caller.answers.length === 1);
    const header = encodeCallFrames([{ number: 2, code: CallCode.deliver, body: nothing }]);
    header.writeUInt32BE(LIMIT_BYTES + 7);
    const ended = once(caller.socket, 'close');
    caller.socket.write(header);
    await ended;
    expect(caller.statuses).toEqual([
      [1, 200],
      [2, 413],
    ]);
  });

  it('ends at bytes that are no frame, and the node goes on', async () => {
    const caller = await Caller.open();
    const ended = once(caller.socket, 'close');
    caller.socket.write(Buffer.alloc(64));
    await ended;
    expect((await callApi(server, '/livez')).status).toBe(200);
  });

  it('is closed in order by a node that stops: what was sent until the caller has ended is answered', async () => {
    const caller = await Caller.open();
    const stopped = server.stop();
    await waitFor(() => caller.answers.length === 1);
    expect(caller.answers[0]).toEqual({ ...FAREWELL, body: Buffer.alloc(0) });
    caller.send(deliver(1, 'nobody'), deliver(2, 'nobody'));
    caller.socket.end();
    await once(caller.socket, 'close');
    expect(caller.statuses.slice(1)).toEqual([
      [1, 200],
      [2, 200],
    ]);
    await stopped;
  });

  it('does not keep a node from stopping when the caller does not end it', async () => {
    const caller = await Caller.open();
    await server.stop();
    await waitFor(() => caller.socket.closed || caller.socket.readableEnded);
  });

  it('is not read while its answers are not', async () => {
    const caller = await Caller.open();
    caller.socket.pause();
    const request = { deliveries: [{ id: 1, clientIds: Array.from({ length: 20_000 }, () => 'nobody') }] };
    const body = nodeApi.deliver.request.encode(request).finish();
    let sent = 0;
    const isFull = () => caller.socket.writableLength > 4 * body.length;
    while (!isFull() && sent < 500) {
      caller.send({ number: ++sent, code: CallCode.deliver, body });
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(isFull()).toBe(true);
    caller.socket.resume();
    await waitFor(() => caller.answers.length === sent);
  });
});
