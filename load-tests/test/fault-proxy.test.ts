import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { waitFor } from '../../test-support/helpers.ts';
import { FaultProxy } from '../src/faults/proxy.ts';

let echo: Server;
let serverSockets: Socket[];
let proxy: FaultProxy;
let clients: Client[];

interface Client {
  readonly socket: Socket;
  /** What came back. */
  received: Buffer;
  receivedBytes: number;
  /** Whether `received` is kept. */
  isKept: boolean;
  end: string | null;
}

beforeEach(async () => {
  serverSockets = [];
  clients = [];
  echo = createServer({ allowHalfOpen: true }, (socket) => {
    serverSockets.push(socket);
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  proxy = await FaultProxy.listen(`127.0.0.1:${(echo.address() as AddressInfo).port}`);
});

afterEach(async () => {
  for (const { socket } of clients) socket.destroy();
  await proxy.close();
  for (const socket of serverSockets) socket.destroy();
  echo.close();
});

function open(): Client {
  const socket = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true });
  const client: Client = { socket, received: Buffer.alloc(0), receivedBytes: 0, isKept: true, end: null };
  clients.push(client);
  socket.on('data', (bytes) => {
    client.receivedBytes += bytes.length;
    if (client.isKept) client.received = Buffer.concat([client.received, bytes]);
  });
  socket.on('end', () => (client.end ??= 'FIN'));
  socket.on('error', (error: NodeJS.ErrnoException) => (client.end ??= error.code ?? 'error'));
  return client;
}

async function echoed(client: Client, text: string): Promise<void> {
  const expected = client.received.length + text.length;
  client.socket.write(text);
  await waitFor(() => client.received.length === expected);
  expect(client.received.toString('latin1').endsWith(text)).toBe(true);
}

test('passes everything both ways, with the end of one way', async () => {
  const client = open();
  const bytes = Buffer.from(Uint8Array.from({ length: 3_000_000 }, (_, index) => (index * 7) % 251));
  client.socket.end(bytes);
  await waitFor(() => client.end);
  expect(client.end).toBe('FIN');
  expect(client.received.equals(bytes)).toBe(true);
  expect(proxy.counts).toMatchObject({
    accepted: 1,
    cuts: 0,
    toServerBytes: bytes.length,
    toClientBytes: bytes.length,
  });
  await waitFor(() => proxy.counts.open === 0);
});

test('down ends what is open and refuses what is new, on the same port until it is healed', async () => {
  const before = open();
  await echoed(before, 'hello');
  await proxy.down();
  await waitFor(() => before.end);
  expect(before.end).toBe('ECONNRESET');
  const during = open();
  await waitFor(() => during.end);
  expect(during.end).toBe('ECONNREFUSED');
  await proxy.heal();
  await echoed(open(), 'again');
});

test('a black hole takes connections and passes nothing; healed, what was held goes on', async () => {
  const before = open();
  await echoed(before, 'hello');
  proxy.blackhole();
  before.socket.write('one');
  const during = open();
  await once(during.socket, 'connect');
  during.socket.write('two');
  await sleep(100);
  expect(before.received.toString()).toBe('hello');
  expect(during.received.length).toBe(0);
  expect([before.end, during.end]).toEqual([null, null]);
  await proxy.heal();
  await waitFor(() => before.received.toString() === 'helloone' && during.received.toString() === 'two');
});

test.each(['toServer', 'toClient'] as const)('a black hole %s alone', async (direction) => {
  const client = open();
  await echoed(client, 'hello');
  const other = direction === 'toServer' ? 'toClientBytes' : 'toServerBytes';
  const passedBefore = proxy.counts[`${direction}Bytes`];
  proxy.blackhole(direction);
  client.socket.write('lost?');
  if (other === 'toServerBytes') await waitFor(() => proxy.counts.toServerBytes === 10);
  else serverSockets[0]!.write('from the server');
  if (other === 'toClientBytes') await waitFor(() => client.received.toString().endsWith('from the server'));
  expect(proxy.counts[`${direction}Bytes`]).toBe(passedBefore);
});

test('what a black hole holds is bounded: the sender feels it', async () => {
  const client = open();
  await echoed(client, 'hello');
  proxy.blackhole('toServer');
  client.isKept = false;
  const chunk = Buffer.alloc(64 * 1024);
  for (let index = 0; index < 1024; index++) client.socket.write(chunk);
  // The kernel takes some megabytes, the proxy some hundred kilobytes, and 64 MiB do not get rid of themselves.
  let last = -1;
  await waitFor(async () => {
    const same = client.socket.bytesWritten - client.socket.writableLength === last;
    last = client.socket.bytesWritten - client.socket.writableLength;
    await sleep(100);
    return same;
  });
  expect(client.socket.writableLength).toBeGreaterThan(32 * 1024 * 1024);
  await proxy.heal();
  await waitFor(() => client.receivedBytes === 5 + 1024 * chunk.length);
});

test('latency delays each way by itself, and keeps the order', async () => {
  const client = open();
  await echoed(client, 'hello');
  proxy.latency({ toServerMs: 100, toClientMs: 200 });
  const startedAtMs = performance.now();
  client.socket.write('a');
  await sleep(20);
  client.socket.write('b');
  await waitFor(() => client.received.toString() === 'helloab');
  expect(performance.now() - startedAtMs).toBeGreaterThan(315);
  await proxy.heal();
  await echoed(client, 'now');
});

test('bandwidth holds each connection to so many bytes a second', async () => {
  const client = open();
  await echoed(client, 'hello');
  proxy.bandwidth(20_000);
  const startedAtMs = performance.now();
  client.socket.write(Buffer.alloc(10_000));
  await waitFor(() => client.received.length === 10_005);
  const elapsedMs = performance.now() - startedAtMs;
  expect(elapsedMs).toBeGreaterThan(450);
});

test('cuts each connection after exactly so many more bytes', async () => {
  const before = open();
  await echoed(before, 'hello');
  proxy.cut(() => 4);
  const after = open();
  for (const client of [before, after]) {
    client.socket.write('ninebytes');
    await waitFor(() => client.end);
    expect(client.end).toBe('ECONNRESET');
  }
  expect(before.received.toString()).toBe('hellonine');
  expect(after.received.toString()).toBe('nine');
  expect(proxy.counts.cuts).toBe(2);
  await proxy.heal();
  await echoed(open(), 'whole again');
});

test('a reset ends the connections of this moment and no others', async () => {
  const before = open();
  await echoed(before, 'hello');
  proxy.reset();
  await waitFor(() => before.end);
  expect(before.end).toBe('ECONNRESET');
  await echoed(open(), 'new');
});
