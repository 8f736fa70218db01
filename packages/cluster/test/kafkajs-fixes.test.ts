import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { waitFor } from '../../../test-support/helpers.ts';
import { fixCutFrames, openSocket } from '../src/upstream/kafkajs-fixes.ts';

fixCutFrames();

interface Connection {
  bytesBuffered: number;
  requestQueue: { fulfillRequest(answer: { correlationId: number; payload: Buffer }): void };
  isConnected(): boolean;
  connect(): Promise<boolean>;
  disconnect(): Promise<boolean>;
}

const require = createRequire(import.meta.url);
const KafkaConnection = require('kafkajs/src/network/connection.js') as new (options: object) => Connection;
const silent = { debug() {}, info() {}, warn() {}, error() {} };

let broker: Server;
let sockets: Socket[];
let connection: Connection;
let answers: number[];

beforeEach(async () => {
  sockets = [];
  answers = [];
  broker = createServer((socket) => sockets.push(socket.on('error', () => undefined)));
  broker.listen(0, '127.0.0.1');
  await once(broker, 'listening');
  connection = new KafkaConnection({
    host: '127.0.0.1',
    port: (broker.address() as AddressInfo).port,
    logger: { ...silent, namespace: () => silent },
    socketFactory: openSocket,
    requestTimeout: 10_000,
    connectionTimeout: 10_000,
  });
  connection.requestQueue.fulfillRequest = ({ correlationId }) => answers.push(correlationId);
});

afterEach(async () => {
  await connection.disconnect();
  for (const socket of sockets) socket.destroy();
  broker.close();
});

async function connected(): Promise<Socket> {
  const before = sockets.length;
  await connection.connect();
  return waitFor(() => sockets[before]);
}

function answer(correlationId: number): Buffer {
  const frame = Buffer.alloc(12);
  frame.writeInt32BE(8, 0);
  frame.writeInt32BE(correlationId, 4);
  return frame;
}

test('what was cut off is forgotten: the next connection begins with a whole frame', async () => {
  const first = await connected();
  first.write(answer(1));
  await waitFor(() => answers.length === 1);
  first.end(answer(2).subarray(0, 7));
  await waitFor(() => !connection.isConnected());
  expect(connection.bytesBuffered).toBe(7);
  const second = await connected();
  second.write(answer(3));
  await waitFor(() => answers.length === 2);
  expect(answers).toEqual([1, 3]);
});

test('bytes that are no frame end the connection, and not the process', async () => {
  const first = await connected();
  // A frame of two bytes, which has no room for the number of its request.
  first.write(Buffer.from([0, 0, 0, 2, 0, 0]));
  await waitFor(() => !connection.isConnected());
  const second = await connected();
  second.write(answer(4));
  await waitFor(() => answers.length === 1);
  expect(answers).toEqual([4]);
});
