import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { pino } from 'pino';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { realBackend, uniqueName, waitFor } from '../../../test-support/backends.ts';
import { ZooKeeperMembership } from '../src/membership/index.ts';
import { encodeMember } from '../src/membership/member-record.ts';
import { nodeIds, someMember } from './membership.conformance.ts';
import { ZooKeeperProxy } from './zookeeper-proxy.ts';
import { openConnection, removeTree } from './zookeeper-tools.ts';

const logger = pino({ level: 'silent' });
const servers = realBackend('zookeeper');
const boot2 = '00000000000000a2';

describe.skipIf(servers === null)('ZooKeeperMembership on a link that fails', () => {
  const server = servers as string;
  const testsPath = `/${uniqueName('zookeeper-test-')}`;
  let rootPath: string;
  let proxy: ZooKeeperProxy;
  let opened: ZooKeeperMembership[];

  beforeEach(async () => {
    rootPath = `${testsPath}/${uniqueName('')}`;
    proxy = await ZooKeeperProxy.start(server);
    opened = [];
  });

  afterEach(async () => {
    proxy.heal();
    for (const membership of opened) await membership.close();
    await proxy.stop();
  });

  afterAll(() => removeTree(server, testsPath));

  /** A membership whose link goes through the proxy, and one that watches it over a good link. */
  async function connectBoth(sessionTimeoutMs: number) {
    const join = async (address: string, timeoutMs: number) => {
      const settings = { servers: address, sessionTimeoutMs: timeoutMs, rootPath };
      const membership = await ZooKeeperMembership.connect({ settings, logger });
      opened.push(membership);
      return membership;
    };
    return { behind: await join(proxy.address, sessionTimeoutMs), watcher: await join(server, 10_000) };
  }

  /** Every list the watcher is given from now on, as node/boot words. */
  function record(watcher: ZooKeeperMembership): string[] {
    const seen: string[] = [];
    watcher.onChange('push-server', (members) =>
      seen.push(members.map(({ nodeId, boot }) => `${nodeId}/${boot.slice(-2)}`).join()),
    );
    return seen;
  }

  it('notices silence in time, keeps its list, and goes on with the same registration', async () => {
    const sessionTimeoutMs = 6000;
    const { behind, watcher } = await connectBoth(sessionTimeoutMs);
    const seen = record(watcher);
    let replaced = 0;
    const registration = await behind.register('push-server', someMember(), () => replaced++);
    await watcher.register('push-server', someMember({ nodeId: 'node-2' }), () => {});
    await waitFor(() => nodeIds(behind).length === 2 && seen.length === 2);

    const silentAtMs = performance.now();
    proxy.goSilent();
    await watcher.register('push-server', someMember({ nodeId: 'node-3' }), () => {});
    await waitFor(() => !behind.isConnected());
    // Two thirds of the session timeout, and a second for a busy machine.
    expect(performance.now() - silentAtMs).toBeLessThan((sessionTimeoutMs * 2) / 3 + 1000);
    expect(nodeIds(behind)).toEqual(['node-1', 'node-2']);

    const update = registration.update({ weight: 7 });
    proxy.heal();
    await update;
    await waitFor(() => behind.isConnected() && watcher.members('push-server')[0]?.weight === 7);
    expect(nodeIds(behind)).toEqual(['node-1', 'node-2', 'node-3']);
    expect(replaced).toBe(0);
    expect(seen.filter((list) => !list.includes('node-1/a1'))).toEqual([]);
  });

  it('notices silence, and that it is over, within 10 s however long its session lasts', async () => {
    const { behind } = await connectBoth(40_000);
    const silentAtMs = performance.now();
    proxy.goSilent();
    await waitFor(() => !behind.isConnected());
    expect(performance.now() - silentAtMs).toBeLessThan(10_000);
    const healedAtMs = performance.now();
    proxy.heal();
    await waitFor(() => behind.isConnected());
    expect(performance.now() - healedAtMs).toBeLessThan(10_000);
  });

  it('lives through a session that ran out: keeps its list, and is published again with the same boot', async () => {
    const { behind, watcher } = await connectBoth(4000);
    let replaced = 0;
    const registration = await behind.register('push-server', someMember(), () => replaced++);
    await waitFor(() => nodeIds(watcher).length === 1 && nodeIds(behind).length === 1);
    const seen = record(watcher);

    proxy.goSilent();
    await waitFor(() => !behind.isConnected() && nodeIds(watcher).length === 0);
    expect(nodeIds(behind)).toEqual(['node-1']);
    await expect(registration.update({ weight: 2 })).rejects.toThrow('within 4000 ms');
    await expect(
      behind.register('push-server', someMember({ nodeId: 'node-2' }), () => replaced++),
    ).rejects.toThrow('within 4000 ms');
    await expect(behind.setWeight('node-1', 2)).rejects.toThrow('no connection');

    const healedAtMs = performance.now();
    proxy.heal();
    await waitFor(() => watcher.members('push-server')[0]?.weight === 2);
    expect(performance.now() - healedAtMs).toBeLessThan(10_000);
    await waitFor(() => behind.isConnected() && behind.members('push-server')[0]?.weight === 2);
    // The watches of the new session work.
    await registration.update({ weight: 3 });
    await waitFor(() => behind.members('push-server')[0]?.weight === 3);
    expect(new Set(seen)).toEqual(new Set(['', 'node-1/a1']));
    await registration.remove();
    await waitFor(() => nodeIds(watcher).length === 0 && nodeIds(behind).length === 0);
    expect(replaced).toBe(0);
  });

  it('is published again within 10 s when a server ends its session', async () => {
    const { behind, watcher } = await connectBoth(10_000);
    let replaced = 0;
    const registration = await behind.register('push-server', someMember(), () => replaced++);
    await behind.register('push-route', someMember(), () => replaced++);
    await waitFor(() => nodeIds(watcher).length === 1 && nodeIds(watcher, 'push-route').length === 1);
    const seen = record(watcher);

    const earlier = proxy.ticket;
    const usurper = await openConnection(server, earlier);
    await usurper.close();
    const expiredAtMs = performance.now();
    await waitFor(() => seen.join() === ',node-1/a1' && nodeIds(watcher, 'push-route').length === 1);
    expect(performance.now() - expiredAtMs).toBeLessThan(10_000);
    await waitFor(() => behind.isConnected());
    expect(proxy.ticket.id).not.toEqual(earlier.id);
    await registration.update({ state: 'draining' });
    await waitFor(() => behind.members('push-server')[0]?.state === 'draining');
    expect(replaced).toBe(0);
  });

  it('replaces what an unknown session has left under its name, before and after it stood there', async () => {
    const { behind, watcher } = await connectBoth(10_000);
    const path = `${rootPath}/push-servers/node-1`;
    const unknown = await openConnection(server);
    await unknown.createEphemeral(path, encodeMember(someMember({ boot: '00000000000000a0' })));
    let replaced = 0;
    const registration = await behind.register('push-server', someMember(), () => replaced++);
    await waitFor(() => watcher.members('push-server')[0]?.boot === someMember().boot);

    // Its own boot in a session that is not its own, and bytes that are no record.
    for (const data of [encodeMember(someMember()), Buffer.from('{')]) {
      await unknown.replaceEphemeral(path, data);
      await waitFor(async () => {
        const standing = await unknown.getData(path, () => {});
        return !unknown.owns(standing) && standing.data.equals(encodeMember(someMember()));
      });
    }
    await unknown.close();
    await registration.update({ weight: 2 });
    await waitFor(() => watcher.members('push-server')[0]?.weight === 2);
    expect(replaced).toBe(0);
  });

  it('survives an answer that is cut in two', async () => {
    const { behind, watcher } = await connectBoth(6000);
    const seen = record(watcher);
    let replaced = 0;
    const registration = await behind.register('push-server', someMember(), () => replaced++);
    for (const weight of [2, 3, 4]) {
      proxy.cutNextFrame();
      await registration.update({ weight });
      await waitFor(() => watcher.members('push-server')[0]?.weight === weight);
    }
    await waitFor(() => behind.isConnected() && behind.members('push-server')[0]?.weight === 4);
    expect(replaced).toBe(0);
    expect(seen).not.toContain('');
  });

  it('takes over from an earlier life that is still in its session, which then stands aside', async () => {
    const { behind, watcher } = await connectBoth(10_000);
    let replaced = 0;
    await behind.register('push-server', someMember(), () => replaced++);
    const seen = record(watcher);
    await waitFor(() => nodeIds(watcher).length === 1);

    proxy.goSilent();
    await watcher.register('push-server', someMember({ boot: boot2 }), () => (replaced += 100));
    await waitFor(() => watcher.members('push-server')[0]?.boot === boot2);
    expect(seen).not.toContain('');
    proxy.heal();
    await waitFor(() => replaced > 0 && behind.isConnected());
    expect(replaced).toBe(1);
    expect(behind.members('push-server')).toEqual([someMember({ boot: boot2 })]);
  });

  it('skips what is not a valid member until it is one', async () => {
    const { watcher } = await connectBoth(10_000);
    const connection = await openConnection(server);
    const path = `${rootPath}/push-servers`;
    await connection.createEphemeral(`${path}/empty`, Buffer.alloc(0));
    await connection.createEphemeral(`${path}/not-json`, Buffer.from('{"nodeId":'));
    await connection.createEphemeral(`${path}/not-a-member`, Buffer.from('[1,2,3]'));
    await connection.createEphemeral(`${path}/not-its-name`, encodeMember(someMember()));
    await connection.createEphemeral(`${path}/node-1`, encodeMember(someMember()));
    await waitFor(() => nodeIds(watcher).join() === 'node-1');

    await connection.setData(`${path}/not-json`, encodeMember(someMember({ nodeId: 'not-json' })));
    await waitFor(() => nodeIds(watcher).join() === 'node-1,not-json');
    await connection.setData(`${path}/node-1`, Buffer.from([0xff, 0xfe]));
    await waitFor(() => nodeIds(watcher).join() === 'not-json');
    await connection.close();
    await waitFor(() => nodeIds(watcher).length === 0);
  });
});

describe('ZooKeeperMembership at start', () => {
  const settings = { sessionTimeoutMs: 2000, rootPath: '/longwire' };
  const fakes: Server[] = [];
  const sockets: Socket[] = [];

  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    for (const fake of fakes) fake.close();
  });

  async function fakeServer(onConnection: (socket: Socket) => void): Promise<string> {
    const fake = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => {});
      onConnection(socket);
    });
    fakes.push(fake);
    await new Promise<void>((resolve) => fake.listen(0, '127.0.0.1', resolve));
    return `127.0.0.1:${(fake.address() as AddressInfo).port}`;
  }

  /** An answer to connect: protocol version, timeout, session id and password are all bytes of 0x41. */
  function giveSession(): Buffer {
    const answer = Buffer.alloc(40, 0x41);
    answer.writeInt32BE(36, 0);
    answer.writeInt32BE(16, 20);
    return answer;
  }

  /** Gives a session, then answers each call with an error code that the library does not know (-118, session moved). */
  function answerUnknownErrors(socket: Socket): void {
    socket.once('data', () => {
      socket.write(giveSession());
      socket.on('data', (request) => {
        const answer = Buffer.alloc(20);
        answer.writeInt32BE(16, 0);
        answer.set(request.subarray(4, 8), 4);
        answer.writeInt32BE(-118, 16);
        socket.write(answer);
      });
    });
  }

  it.concurrent.each([
    ['is silent', () => {}],
    ['hangs up', (socket: Socket) => socket.destroy()],
    ['speaks something else', (socket: Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['sends a frame of length 0', (socket: Socket) => socket.write(Buffer.alloc(64))],
    ['sends a negative length', (socket: Socket) => socket.write(Buffer.alloc(64, 0xff))],
    ['gives a session of 34 years', (socket: Socket) => socket.write(giveSession())],
    ['answers with unknown errors', answerUnknownErrors],
  ])('rejects in time when the server %s', async (_name, onConnection) => {
    const address = await fakeServer(onConnection);
    const startedAtMs = performance.now();
    await expect(
      ZooKeeperMembership.connect({ settings: { ...settings, servers: address }, logger }),
    ).rejects.toThrow(`ZooKeeper at ${address} did not answer within 2000 ms`);
    expect(performance.now() - startedAtMs).toBeLessThan(10_000);
  });

  it.each(['', 'localhost', 'localhost:0', 'localhost:70000', 'localhost:2181,', 'localhost:2181/chroot'])(
    'refuses %j as a list of servers',
    async (list) => {
      await expect(
        ZooKeeperMembership.connect({ settings: { ...settings, servers: list }, logger }),
      ).rejects.toThrow('zookeeper.servers');
    },
  );
});
