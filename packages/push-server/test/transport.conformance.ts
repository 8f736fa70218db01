import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { acceptHandles } from '../src/connection/handle-transport.ts';
import { SocketTransport } from '../src/connection/socket-transport.ts';
import type { Transport, TransportUser } from '../src/connection/transport.ts';

/**
 * What every transport does, as plain functions: the tests run them, and so does a script under each Node version (`transport-nodes.ts`).
 */
export type Listen = (server: Server, onAccepted: (transport: Transport) => void) => void;

export const transportCases: { readonly [name: string]: (pair: Pair) => Promise<void> } = {
  async 'knows the other end and its file descriptor'({ near, far }) {
    assert.equal(near.transport.remoteAddress, '127.0.0.1');
    assert.ok(near.transport.fileDescriptor > 2);
    assert.deepEqual([near.transport.isSecure, near.transport.isDestroyed], [false, false]);
    far.destroy();
    await near.until(() => near.isClosed);
    assert.ok(near.transport.fileDescriptor < 0);
    assert.equal(near.transport.remoteAddress, '');
  },

  async 'hears what comes, in order and unharmed'({ near, far }) {
    const sent = numbered(3_000_000);
    far.write(sent);
    await near.until(() => near.heardBytes === sent.length);
    assert.ok(near.heard.equals(sent));
  },

  async 'writes pieces as one, however many there are'({ near, far }) {
    const all = numbered(200_000);
    let begin = 0;
    for (const count of [1, 2, 3, 15, 16, 17, 100, 1024, 3000]) {
      const pieces = Array.from({ length: count }, (_, i) =>
        all.subarray(begin + 20 * i, begin + 20 * (i + 1)),
      );
      near.transport.write(pieces);
      begin += 20 * count;
    }
    assert.ok((await bytesOf(far, begin)).equals(all.subarray(0, begin)));
    assert.ok(all.equals(numbered(200_000)));
    assert.equal(near.transport.takenBytes, begin);
  },

  async 'counts what waits, and says when it has left'({ near, far }) {
    const { transport } = near;
    const piece = numbered(100_000);
    let written = 0;
    for (; transport.queuedBytes < 10 * piece.length; written += 2 * piece.length)
      transport.write([piece, piece]);
    await delay(50);
    assert.ok(transport.queuedBytes > 0 && transport.takenBytes > 0);
    assert.ok(transport.takenBytes < written && transport.takenBytes + transport.queuedBytes >= written);
    assert.equal(near.drains, 0);
    const all = await bytesOf(far, written);
    for (let at = 0; at < written; at += piece.length)
      assert.ok(all.subarray(at, at + piece.length).equals(piece));
    await near.until(() => near.drains > 0);
    assert.equal(transport.queuedBytes, 0);
    assert.equal(transport.takenBytes, written);
    transport.write([piece]);
    assert.ok((await bytesOf(far, piece.length)).equals(piece));
  },

  async 'ends after all that was written, and hears on until the other end has ended'({ near, far }) {
    const much = numbered(20_000_000);
    near.transport.write([much]);
    near.transport.write([Buffer.from('last')]);
    near.transport.end();
    near.transport.write([Buffer.from('too late')]);
    assert.equal((await bytesOf(far, much.length + 4)).toString('latin1', much.length), 'last');
    await near.until(() => far.readableEnded);
    far.write('still here');
    await near.until(() => near.heard.toString() === 'still here');
    assert.equal(near.isClosed, false);
    far.end();
    await near.until(() => near.isClosed);
    assert.equal(near.hasEnded, true);
  },

  async 'ends by itself when the other end does, after what is written then'({ near, far }) {
    near.onEnd = () => near.transport.write([Buffer.from('good'), Buffer.from('bye')]);
    far.end('hello');
    assert.equal((await bytesOf(far, 7)).toString(), 'goodbye');
    await near.until(() => near.isClosed && far.readableEnded);
    assert.equal(near.heard.toString(), 'hello');
  },

  async 'is closed once when it is reset, and what is written then goes nowhere'({ near, far }) {
    near.transport.write([numbered(30_000_000)]);
    far.resetAndDestroy();
    await near.until(() => near.isClosed);
    near.transport.write([Buffer.from('x')]);
    near.transport.end();
    near.transport.destroy();
    assert.equal(near.transport.isDestroyed, true);
    assert.equal(near.transport.takenBytes, 0);
  },

  async 'is closed when it writes to one that has gone'({ near, far }) {
    far.destroy();
    // The other end's goodbye is not read yet; the second write meets its answer to the first.
    for (let i = 0; i < 1000 && !near.isClosed; i++) {
      near.transport.write([Buffer.from('x')]);
      await delay(1);
    }
    await near.until(() => near.isClosed);
  },

  async 'is gone at once when it is destroyed, with what waited to leave'({ near, far }) {
    const much = numbered(30_000_000);
    near.transport.write([much]);
    near.transport.destroy();
    near.transport.destroy();
    assert.equal(near.transport.isDestroyed, true);
    assert.equal(near.isClosed, false, 'told during the call');
    await near.until(() => near.isClosed);
    far.write('x');
    let count = 0;
    far.on('data', (bytes: Buffer) => (count += bytes.length)).resume();
    await near.until(() => far.closed || far.readableEnded);
    assert.ok(count < much.length);
    assert.equal(near.heardBytes, 0);
  },

  async 'does not wait for the other end if it need not, but for its own last bytes'({ near, far }) {
    const much = numbered(20_000_000);
    near.transport.write([much]);
    near.transport.endAndDestroy();
    await delay(20);
    assert.equal(near.isClosed, false);
    assert.ok((await bytesOf(far, much.length)).equals(much));
    await near.until(() => near.isClosed);
  },

  async 'tells that it is closed where it was destroyed before it began'({ open }) {
    const { near } = await open((transport) => transport.destroy());
    await near.until(() => near.isClosed);
  },

  async 'keeps apart what comes to many at once'({ open }) {
    const pairs = await Promise.all(Array.from({ length: 20 }, async () => open()));
    const texts = pairs.map((_, i) => String.fromCharCode(97 + i).repeat(50_000));
    pairs.forEach(({ far }, i) => far.write(texts[i]!));
    await Promise.all(pairs.map(async ({ near }) => near.until(() => near.heardBytes === 50_000)));
    pairs.forEach(({ near }, i) => assert.equal(near.heard.toString(), texts[i]));
    const shared = [numbered(1000), numbered(500)];
    for (const { near } of pairs) near.transport.write(shared);
    for (const { far } of pairs) assert.ok((await bytesOf(far, 1500)).equals(Buffer.concat(shared)));
  },
};

/** One connection, seen from both ends. */
export interface Pair {
  readonly near: Near;
  /** Reads nothing unless it is asked to. */
  readonly far: Socket;
  /** Another one, of the same server. */
  open(beforeStart?: (transport: Transport) => void): Promise<Pair>;
}

/** Takes down what its transport says. */
export class Near implements TransportUser {
  heardBytes = 0;
  drains = 0;
  hasEnded = false;
  isClosed = false;
  onEnd: () => void = () => undefined;
  readonly transport: Transport;
  readonly #chunks: Buffer[] = [];

  constructor(transport: Transport) {
    this.transport = transport;
  }

  get heard(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  receive(bytes: Uint8Array): void {
    this.#chunks.push(Buffer.from(bytes));
    this.heardBytes += bytes.length;
  }
  drained(): void {
    this.drains++;
  }
  end(): void {
    assert.equal(this.hasEnded, false, 'ended twice');
    this.hasEnded = true;
    this.onEnd();
  }
  closed(): void {
    assert.equal(this.isClosed, false, 'closed twice');
    this.isClosed = true;
  }

  async until(isSo: () => boolean): Promise<void> {
    for (const deadlineMs = performance.now() + 30_000; ;) {
      if (isSo()) return;
      assert.ok(performance.now() < deadlineMs, `not in time: ${isSo.toString()}`);
      await delay(5);
    }
  }
}

/** Runs one case with a server of its own, and looks that nothing is left of it. */
export async function runTransportCase(run: (pair: Pair) => Promise<void>, listen: Listen): Promise<void> {
  const before = openConnections();
  const server = createServer({ noDelay: true });
  server.listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  let onAccepted: (transport: Transport) => void = () => undefined;
  listen(server, (transport) => onAccepted(transport));
  const { port } = server.address() as AddressInfo;
  const all: Pair[] = [];
  let last: Promise<unknown> = Promise.resolve();
  // One after the other, so that each knows its own other end.
  const open: Pair['open'] = (beforeStart) => {
    const opened = last.then(async () => {
      const accepted = new Promise<Near>((resolve) => {
        onAccepted = (transport) => {
          beforeStart?.(transport);
          const near = new Near(transport);
          transport.start(near);
          resolve(near);
        };
      });
      const far = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
      far.on('error', () => undefined).pause();
      const pair = { near: await accepted, far, open };
      all.push(pair);
      return pair;
    });
    last = opened;
    return opened;
  };
  await run(await open());
  for (const { near, far } of all) {
    far.destroy();
    near.transport.destroy();
    await near.until(() => near.isClosed);
  }
  server.close();
  await all[0]!.near.until(() => openConnections() <= before);
}

function openConnections(): number {
  return process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length;
}

function numbered(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >>> 8) * 7) & 0xff;
  return bytes;
}

/** Exactly the next bytes that come, to a socket that is paused; it flows from then on. */
async function bytesOf(socket: Socket, length: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let count = 0;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${count} of ${length} bytes came in time`)), 30_000);
    socket.on('data', function take(chunk: Buffer) {
      chunks.push(chunk);
      count += chunk.length;
      if (count < length) return;
      clearTimeout(timer);
      socket.off('data', take);
      resolve();
    });
    socket.resume();
  });
  assert.equal(count, length, 'more came than was expected');
  return Buffer.concat(chunks);
}

export const transportKinds: { readonly [name: string]: Listen } = {
  'TCP handles': (server, onAccepted) => acceptHandles(server, onAccepted, (error) => assert.fail(error)),
  "Node's sockets": (server, onAccepted) =>
    void server.on('connection', (socket) => onAccepted(new SocketTransport(socket))),
};
