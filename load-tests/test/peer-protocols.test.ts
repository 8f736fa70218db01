import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from '../../test-support/helpers.ts';
import { hasProgram } from '../../test-support/programs.ts';
import { SeededRandom } from '../src/lib/random.ts';
import { marked, NativePrograms, statsWhen } from './native-clients.ts';
import { ScriptedServer } from './scripted-server.ts';

const SEED = 20_261_122;
const BROKEN_CONNECTIONS = 200;

function mqttPacket(first: number, ...body: (Buffer | string)[]): Buffer {
  const whole = Buffer.concat(
    body.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)),
  );
  const length = whole.length < 128 ? [whole.length] : [(whole.length & 127) | 128, whole.length >> 7];
  return Buffer.concat([Buffer.from([first, ...length]), whole]);
}

function webSocketFrame(opcode: number, payload: Buffer | string): Buffer {
  const bytes = Buffer.from(payload);
  const { length } = bytes;
  const head =
    length < 126 ? [length] : length < 65_536 ? [126, length >> 8, length & 255] : [127, 0, 0, 0, 0];
  const rest =
    length < 65_536 ? [] : [length >>> 24, (length >> 16) & 255, (length >> 8) & 255, length & 255];
  return Buffer.concat([Buffer.from([0x80 | opcode, ...head, ...rest]), bytes]);
}

const upgraded = Buffer.from(
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n',
);
const large = (sequence: number) => Buffer.concat([marked('b', sequence), Buffer.alloc(70_000, '.')]);
const small = (sequence: number) => marked('b', sequence);
const natsMessage = (payload: Buffer) =>
  Buffer.concat([Buffer.from(`MSG all 1 ${payload.length}\r\n`), payload, Buffer.from('\r\n')]);

/** What a server says to a client that signs in: it takes it in, tells it three messages to everyone, and has a heartbeat. */
const talks: Record<string, readonly Buffer[]> = {
  mqtt: [
    mqttPacket(0x20, '\0\0'),
    mqttPacket(0x90, '\0\x01\0\x01'),
    mqttPacket(0x30, '\0\x03all', small(1)),
    mqttPacket(0x32, '\0\x05to/me\0\x07', small(2)),
    mqttPacket(0x30, '\0\x03all', small(3), Buffer.alloc(9000, '.')),
    mqttPacket(0xd0),
  ],
  nats: [
    Buffer.from('INFO {"server_id":"x","max_payload":1048576}\r\nPONG\r\n+OK\r\n'),
    natsMessage(small(1)),
    natsMessage(large(2)),
    Buffer.from('PING\r\n'),
    natsMessage(small(3)),
    Buffer.from('PONG\r\n'),
  ],
  websocket: [
    upgraded,
    webSocketFrame(1, small(1)),
    webSocketFrame(2, large(2)),
    webSocketFrame(9, 'are you there'),
    webSocketFrame(1, Buffer.concat([small(3), Buffer.alloc(1000, '.')])),
    webSocketFrame(10, ''),
  ],
  socketio: [
    upgraded,
    webSocketFrame(1, '0{"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":20000}'),
    webSocketFrame(1, '40{"sid":"y"}'),
    ...[small(1), large(2), small(3)].map((payload) =>
      webSocketFrame(1, `42["message",{"text":"${payload.toString()}"}]`),
    ),
    webSocketFrame(1, '2'),
  ],
};

/** What real servers do seldom or never: these are played by the test, byte by byte. */
describe.skipIf(!hasProgram('cc')).each(Object.keys(talks))('clients that speak %s', (protocol) => {
  const talk = Buffer.concat(talks[protocol]!);
  let programs: NativePrograms;
  let server: ScriptedServer;

  beforeAll(async () => void (programs = await NativePrograms.create()));
  afterAll(() => programs.remove());
  beforeEach(async () => {
    server = await new ScriptedServer().listen();
  });
  afterEach(async () => {
    await programs.end();
    server.close();
  });

  const connect = async (count: number) => {
    const clients = await programs.start('load-client', protocol);
    const lines = Array.from({ length: count }, (_, index) => `client-${index} -`);
    const { address } = server;
    const file = await programs.file('clients', lines);
    await clients.tell('clients', { file, address, source: '127.8.2.1' });
    await clients.tell('reconnect', { addresses: address, minMs: 0, maxMs: 20 });
    await clients.tell('connect');
    return clients;
  };

  it('understand what they are told, however it is cut', async () => {
    const step = { whole: talk.length, odd: 7, uneven: 4099 };
    for (const size of Object.values(step)) {
      server.onConnect = (socket) => {
        for (let at = 0; at < talk.length; at += size) socket.write(talk.subarray(at, at + size));
      };
      const clients = await connect(1);
      const stats = await statsWhen(clients, ({ delivered, pongs }) => delivered === 3 && pongs === 1);
      expect(stats).toMatchObject({ logins: 1, connected: 1, gaps: 0, duplicates: 0, closed: {} });
      expect(stats.lastBroadcast.min).toBe(3);
      expect(stats.bytesIn).toBe(talk.length);
    }
  });

  it('stand any bytes', async () => {
    const random = new SeededRandom(SEED).of(protocol);
    let ended = 0;
    server.onConnect = (socket) => {
      socket.on('close', () => ended++);
      const parts = [...talks[protocol]!.slice(0, 3), ...random.some(talks[protocol]!, 3)];
      const bytes = Buffer.concat(parts);
      // Near the beginning of a part, where its head is.
      for (let flips = random.between(0, 3); flips > 0; flips--) {
        const part = random.between(0, parts.length - 1);
        const start = parts.slice(0, part).reduce((sum, { length }) => sum + length, 0);
        bytes[start + random.between(0, Math.min(parts[part]!.length, 12) - 1)]! ^= 1 << random.between(0, 7);
      }
      const cut = random.between(0, bytes.length);
      socket.write(bytes.subarray(0, cut));
      setImmediate(() => socket.end(bytes.subarray(cut)));
    };
    const clients = await connect(10);
    // Some are told to stay away: these are told to come again.
    await waitFor(async () => {
      await clients.tell('connect');
      return ended >= BROKEN_CONNECTIONS;
    });
    const stats = await statsWhen(clients, ({ closed }) => closed['malformed']! > 0);
    expect(stats.logins).toBeGreaterThan(0);
  });
});
