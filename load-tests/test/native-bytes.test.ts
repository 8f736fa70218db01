import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  decodeMessage,
  encodeFrame,
  FrameParser,
  FrameType,
  isProtocolError,
  PONG_FRAME,
  type Frame,
} from '@longwire/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from '../../test-support/helpers.ts';
import { hasProgram } from '../../test-support/programs.ts';
import { Fleet } from '../src/load/clients/fleet.ts';
import { countOf } from '../src/load/clients/histogram.ts';
import type { LineProcess } from '../src/load/clients/line-process.ts';
import { SeededRandom } from '../src/lib/random.ts';
import { marked, NativePrograms, statsWhen } from './native-clients.ts';
import { ScriptedServer } from './scripted-server.ts';

const SEED = 20_261_121;
const BROKEN_CONNECTIONS = 300;
const limits = { maxFrameBytes: 65_536, maxInFlight: 16, maxMessagesPerSecond: 0 };
const connected = encodeFrame('connected', { version: 1, connection: 'node/boot/1', limits });

/** What real servers do seldom or never: these are played by the test, byte by byte. */
describe.skipIf(!hasProgram('cc'))('native clients and what they are sent', () => {
  let programs: NativePrograms;
  let server: ScriptedServer;
  let clients: LineProcess;

  beforeAll(async () => void (programs = await NativePrograms.create()));
  afterAll(() => programs.remove());
  beforeEach(async () => {
    server = await new ScriptedServer().listen();
    clients = await programs.start('load-client', 'longwire');
  });
  afterEach(async () => {
    await programs.end();
    server.close();
  });

  const connect = async (count = 1) => {
    const lines = Array.from({ length: count }, (_, index) => `client-${index} token`);
    await clients.tell('clients', {
      file: await programs.file('clients', lines),
      address: server.address,
      source: '127.8.1.1',
    });
    await clients.tell('connect');
  };

  /** Lets one client in, and hands over what it sends then. */
  const connectAndRead = async (onFrame: (frame: Frame) => void) => {
    server.onConnect = (socket) => {
      const parser = new FrameParser(65_536);
      socket.on('data', (bytes) => parser.push(bytes, (frame) => (onFrame(frame), true)));
      socket.write(connected);
    };
    await connect();
    await statsWhen(clients, (stats) => stats.connected === 1);
  };

  it('know which heartbeats have no answer, whenever counts begin anew', async () => {
    server.onConnect = (socket) => void socket.write(connected);
    await connect();
    await statsWhen(clients, (stats) => stats.connected === 1);
    await clients.tell('heartbeat', { seconds: 3600 });
    await statsWhen(clients, ({ pings, pingsOpen }) => pings === 1 && pingsOpen === 1);
    await clients.tell('reset');
    server.sockets[0]!.write(PONG_FRAME);
    await statsWhen(clients, ({ pings, pongs, pingsOpen }) => pings === 0 && pongs === 1 && pingsOpen === 0);
    await clients.tell('heartbeat', { seconds: 3600 });
    await statsWhen(clients, ({ pingsOpen }) => pingsOpen === 1);
    server.sockets[0]!.destroy();
    await statsWhen(clients, (stats) => stats.connected === 0 && stats.pingsOpen === 0);
  });

  it('take frames however they are cut, and acknowledge those of one read together', async () => {
    const acknowledged: number[][] = [];
    await connectAndRead((frame) => {
      if (frame.type !== FrameType.acknowledge) return;
      const message = decodeMessage('acknowledge', frame);
      if (!isProtocolError(message)) acknowledged.push([...message.deliveryIds]);
    });
    const frames = [1, 2, 3].map((sequence) =>
      encodeFrame('deliver', {
        deliveryId: 1000 * sequence,
        messageId: `m${sequence}`,
        payload: Buffer.concat([marked('b', sequence), Buffer.alloc(60_000, 'x')]),
      }),
    );
    const bytes = Buffer.concat(frames);
    server.sockets[0]!.write(bytes.subarray(0, 1));
    server.sockets[0]!.write(bytes.subarray(1, 100_000));
    // The second frame is not whole: it is kept until the rest comes.
    await statsWhen(clients, ({ bytesIn, delivered }) => bytesIn >= 100_000 && delivered === 1);
    for (let at = 100_000; at < bytes.length; at += 7919)
      server.sockets[0]!.write(bytes.subarray(at, at + 7919));
    const stats = await statsWhen(clients, ({ delivered }) => delivered === 3);
    expect(stats).toMatchObject({ gaps: 0, duplicates: 0, acknowledged: 3, closed: {} });
    const many = Array.from({ length: 700 }, (_, index) =>
      encodeFrame('deliver', { deliveryId: index + 1, messageId: 'm', payload: marked('t', index + 1) }),
    );
    await waitFor(() => acknowledged.flat().length === 3);
    acknowledged.length = 0;
    server.sockets[0]!.write(Buffer.concat(many));
    await waitFor(() => acknowledged.flat().length === 700);
    expect(acknowledged.length).toBeLessThan(100);
    expect(acknowledged.flat()).toEqual(many.map((_, index) => index + 1));
  });

  it('know an answer that is the second of its message', async () => {
    const messageIds: string[] = [];
    await connectAndRead((frame) => {
      if (frame.type !== FrameType.send) return;
      const message = decodeMessage('send', frame);
      if (!isProtocolError(message)) messageIds.push(message.messageId);
    });
    const to = await programs.file('recipients', ['client-0']);
    await clients.tell('send', { rate: 1000, seconds: 0.002, bytes: 100, senders: 1, to });
    await waitFor(() => messageIds.length === 2);
    const answer = encodeFrame('sent', { messageId: messageIds[0]!, status: 0 });
    server.sockets[0]!.write(Buffer.concat([answer, answer, answer]));
    const { sendAnswers } = await statsWhen(clients, ({ sendsOpen }) => sendsOpen === 0);
    expect(sendAnswers).toEqual({ 0: 2, unexpected: 2 });
  });

  it('come back not before the server allows it, and not at all when it says so', async () => {
    const at: number[] = [];
    server.onConnect = (socket) => {
      at.push(performance.now());
      const isFirst = at.length === 1;
      const close = isFirst ? { code: 1004, retryAfterMs: 700 } : { code: 3002 };
      if (!isFirst) socket.write(connected);
      socket.end(encodeFrame('close', close));
    };
    await clients.tell('reconnect', { addresses: server.address, minMs: 0, maxMs: 1 });
    await connect();
    const stats = await statsWhen(clients, ({ closed }) => closed['kicked'] === 1);
    expect(stats).toMatchObject({ closed: { overloaded: 1, kicked: 1 }, loginFailures: 1, logins: 1 });
    expect(at[1]! - at[0]!).toBeGreaterThan(690);
    expect(stats.reconnects).toBe(1);
  });

  it('try to sign in until they are in, at their own server, and give up when that brings nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'longwire-fleet-'));
    const fleet = await Fleet.start({
      protocol: ['longwire'],
      name: 'fleet',
      clients: 3,
      processes: 1,
      folder,
      say: () => undefined,
    });
    try {
      let tries = 0;
      server.onConnect = (socket) => {
        if (++tries > 4) socket.write(connected);
        else if (tries > 2) socket.end();
        else socket.end(encodeFrame('close', { code: 1004, retryAfterMs: 10 }));
      };
      await fleet.enlist([server.address], () => 'token');
      await fleet.connect();
      expect(await fleet.stats()).toMatchObject({
        connected: 3,
        logins: 3,
        loginFailures: 4,
        reconnects: 4,
        closed: { overloaded: 2, lost: 2 },
      });
      // Who is in and loses the connection is not to come back unseen.
      server.sockets.at(-1)!.destroy();
      expect(await fleet.until((stats) => stats.closed['lost'] === 3, 30_000)).toMatchObject({
        connected: 2,
      });
      server.onConnect = (socket) => socket.end(encodeFrame('close', { code: 2000 }));
      await expect(fleet.connect()).rejects.toThrow('only 2 of 3 clients could sign in; ended: ');
    } finally {
      await fleet.stop();
      await rm(folder, { recursive: true });
    }
  });

  it.each([
    ['a frame of an unknown type', '1f00'],
    ['a reserved flag', '8400'],
    ['a length that is longer than it needs to be', '048000'],
    ['a length without end', '0980808080'],
    ['a frame above the limit', '09818004'],
    ['a body that is not protobuf', '0901ff'],
    ['a frame that only clients send', '0300'],
    ['an answer to nothing it sent', '08030a016d'],
    ['a critical extension', '2403028000'],
    ['an extension that reaches past its frame', '24021b01'],
  ])('close a connection that brings %s', async (_what, hex) => {
    server.onConnect = (socket) => void socket.write(Buffer.concat([connected, Buffer.from(hex, 'hex')]));
    await connect();
    const stats = await statsWhen(clients, ({ closed }) => closed['malformed'] === 1);
    expect(stats).toMatchObject({ connected: 0, logins: 1 });
  });

  it('stand any bytes', async () => {
    const random = new SeededRandom(SEED);
    const vectors = JSON.parse(
      await readFile(join(import.meta.dirname, '../../packages/protocol/vectors/frames.json'), 'utf8'),
    ) as Record<'valid' | 'invalid', { hex: string }[]>;
    const frames = [...vectors.valid, ...vectors.invalid].map(({ hex }) => Buffer.from(hex, 'hex'));
    let ended = 0;
    server.onConnect = (socket) => {
      socket.on('close', () => ended++);
      const bytes = Buffer.concat(random.some(frames, 8));
      for (let flips = random.between(0, 4); flips > 0; flips--)
        bytes[random.between(0, bytes.length - 1)]! ^= 1 << random.between(0, 7);
      if (random.between(0, 3) > 0) socket.write(connected);
      const cut = random.between(0, bytes.length);
      socket.write(bytes.subarray(0, cut));
      setImmediate(() => socket.end(bytes.subarray(cut)));
    };
    await clients.tell('reconnect', { addresses: server.address, minMs: 0, maxMs: 20 });
    await connect(10);
    // Some are told to stay away: these are told to come again.
    await waitFor(async () => {
      await clients.tell('connect');
      return ended >= BROKEN_CONNECTIONS;
    });
    const stats = await statsWhen(clients, ({ closed }) => closed['malformed']! > 0);
    expect(stats.logins).toBeGreaterThan(0);
  });

  it('are as many as a bare server writes to, and miss nothing', async () => {
    const bare = await programs.start('bare-server');
    const { port } = await bare.tell<{ port: number }>('listen', { address: '127.0.0.1:0' });
    const readers = await programs.start('load-client', 'bare', 'frameBytes=128');
    const file = await programs.file(
      'readers',
      Array.from({ length: 50 }, (_, index) => `reader-${index}`),
    );
    await readers.tell('clients', { file, address: `127.0.0.1:${port}`, source: '127.8.1.2' });
    await readers.tell('connect', { concurrency: 10 });
    await waitFor(async () => (await bare.tell<{ connections: number }>('stats')).connections === 50);
    for (let round = 0; round < 4; round++)
      expect(await bare.tell('write', { bytes: 128 })).toEqual({
        connections: 50,
        writes: 50,
        messages: 50,
        blocked: 0,
      });
    const batched = await bare.tell('write', { bytes: 128, batch: 5 });
    expect(batched).toMatchObject({ writes: 50, messages: 250 });
    expect((await bare.tell<{ cpuSeconds: number }>('stats')).cpuSeconds).toBeGreaterThan(0);
    const stats = await statsWhen(readers, ({ delivered }) => delivered === 450);
    expect(stats).toMatchObject({ gaps: 0, duplicates: 0, lastBroadcast: { min: 9, max: 9 }, closed: {} });
    expect(stats.bytesIn).toBe(450 * 128);
    expect(countOf(stats.histograms.deliver)).toBe(450);
    expect(await readers.tell('cut')).toEqual({ cut: 50 });
    await waitFor(async () => (await bare.tell<{ connections: number }>('stats')).connections === 0);
  });

  it.each([
    ['nonsense', 'no such command: nonsense'],
    ['heartbeat', 'heartbeat: seconds= is missing'],
    ['heartbeat seconds=often', 'not a number'],
    ['heartbeat seconds=nan', 'not a number'],
    ['heartbeat seconds=-1', 'not a number'],
    ['connect speed=3', 'connect does not know speed'],
    ['acknowledge', 'acknowledge on, or acknowledge off'],
    ['clients file=/nowhere address=127.0.0.1:1 source=127.0.0.1', '/nowhere cannot be read'],
    ['clients file=/nowhere address=localhost:1 source=127.0.0.1', 'localhost:1 is no IPv4 address'],
    ['send rate=1 seconds=1 bytes=9 senders=1 to=/nowhere', '1 senders, and 0 clients'],
    [`connect ${'x=1 '.repeat(20)}`, 'more than 16 arguments'],
  ])('say what is wrong with: %s', async (command, problem) => {
    await expect(clients.tell(command)).rejects.toThrow(problem);
    expect(await clients.tell('stats')).toMatchObject({ clients: 0 });
  });
});
