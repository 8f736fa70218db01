import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { closeName, decodeMessage, FrameParser, FrameType, type Frame } from '@longwire/protocol';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { waitFor } from '../../../test-support/backends.ts';
import { Channel } from '../src/channel/channel.ts';
import { Connection, type ConnectionOwner } from '../src/connection/connection.ts';
import { acceptHandles } from '../src/connection/handle-transport.ts';
import type { Transport } from '../src/connection/transport.ts';
import { Unsent } from '../src/connection/unsent.ts';

const MAX_QUEUED_BYTES = 1_000_000;

let server: Server;
let far: Socket;
let connection: Connection;
/** The pieces of each write that the system was asked for. */
let writes: number[];
let backlogs = 0;

beforeEach(async () => {
  writes = [];
  backlogs = 0;
  const unsent = new Unsent();
  const owner = {
    maxQueuedBytes: MAX_QUEUED_BYTES,
    checkAwake: () => undefined,
    onUnsent: (each) => unsent.add(each),
    onBacklog: () => backlogs++,
    onEnd: () => undefined,
    onClosed: () => undefined,
  } as Partial<ConnectionOwner> as ConnectionOwner;
  server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  acceptHandles(
    server,
    (transport) => {
      connection = new Connection(counted(transport), 1, new Channel(1), owner);
      transport.start(connection);
    },
    (error) => expect.unreachable(error.message),
  );
  far = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
  far.pause();
  await waitFor(() => connection !== undefined && far.readyState === 'open');
});
afterEach(() => {
  far.destroy();
  server.close();
});

/** The same transport, with its writes counted. */
function counted(transport: Transport): Transport {
  const { write } = transport;
  transport.write = (pieces) => {
    writes.push(pieces.length);
    write.call(transport, pieces);
  };
  return transport;
}

async function turn(): Promise<void> {
  await new Promise(setImmediate);
  await new Promise(setImmediate);
}

/** All that has come, once it is so much. */
async function heard(length: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  far.on('data', (chunk: Buffer) => chunks.push(chunk)).resume();
  await waitFor(() => Buffer.concat(chunks).length >= length);
  return Buffer.concat(chunks);
}

it('writes what is written in one turn of the event loop at once, in order, and nothing before its end', async () => {
  for (let i = 0; i < 10; i++) connection.write(Buffer.from(String(i)));
  expect(connection.queuedBytes).toBe(10);
  expect(writes).toEqual([]);
  await turn();
  expect([writes, connection.queuedBytes]).toEqual([[10], 0]);
  connection.write(Buffer.from('a'));
  await turn();
  connection.write(Buffer.from('b'));
  connection.write(Buffer.from('c'));
  await turn();
  expect(writes).toEqual([10, 1, 2]);
  expect((await heard(13)).toString()).toBe('0123456789abc');
});

it('writes sooner where much is written in one turn', async () => {
  const piece = Buffer.alloc(30_000, 'x');
  for (let i = 0; i < 7; i++) connection.write(piece);
  expect(writes).toEqual([3, 3]);
  await turn();
  expect(writes).toEqual([3, 3, 1]);
  expect((await heard(210_000)).length).toBe(210_000);
});

it('holds what is written while earlier bytes wait, as few pieces, and sends it at once when they have left', async () => {
  const { transport } = connection;
  const piece = Buffer.alloc(65_536, 'x');
  let total = 0;
  for (; transport.queuedBytes === 0; total += piece.length) {
    connection.write(piece);
    connection.flush();
  }
  expect(backlogs).toBe(1);
  const before = writes.length;
  for (let i = 0; i < 5000; i++) {
    connection.write(Buffer.from('y'));
    if (i % 10 === 0) await turn();
  }
  expect(writes.length).toBe(before);
  expect(connection.queuedBytes).toBe(transport.queuedBytes + 5000);
  const all = await heard(total + 5000);
  expect(all.toString('latin1', total)).toBe('y'.repeat(5000));
  expect(writes.length).toBe(before + 1);
  expect(writes.at(-1)).toBeLessThan(1024);
  expect(connection.queuedBytes).toBe(0);
});

it('ends with all that was written and the reason, also when earlier bytes wait', async () => {
  for (let total = 0; connection.transport.queuedBytes === 0; total += 65_536) {
    connection.write(Buffer.alloc(65_536, 'x'));
    connection.flush();
  }
  connection.write(Buffer.from('last'));
  connection.close('kicked');
  connection.write(Buffer.from('too late'));
  connection.close('replaced');
  const chunks: Buffer[] = [];
  far.on('data', (chunk: Buffer) => chunks.push(chunk)).resume();
  await waitFor(() => far.readableEnded);
  const all = Buffer.concat(chunks);
  const close = all.subarray(all.lastIndexOf('last') + 4);
  expect(closeOf(close)).toBe('kicked');
});

it('closes a client that lets twice as much pile up as may wait', async () => {
  for (let i = 0; i < 10_000 && connection.isOpen; i++) connection.write(Buffer.alloc(10_000));
  expect(connection.closedBy).toBe('slowConsumer');
  expect(connection.transport.queuedBytes).toBeLessThan(2 * MAX_QUEUED_BYTES + 100_000);
});

function closeOf(bytes: Uint8Array): string | null {
  const frames: Frame[] = [];
  expect(new FrameParser(1000).push(bytes, (frame) => frames.push(frame) > 0)).toBe(null);
  expect(frames.map(({ type }) => type)).toEqual([FrameType.close]);
  const message = decodeMessage('close', frames[0]!);
  return 'reason' in message ? closeName(message.code) : null;
}
