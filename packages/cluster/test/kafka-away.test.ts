import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { UpstreamUnavailable } from '../src/upstream/index.ts';
import { brokers, cleanUpAfterwards, later, newLog, settings } from './kafka-upstream-tools.ts';
import { Relay } from './redis-relay.ts';
import { eventually, record } from './upstream.conformance.ts';

describe.skipIf(brokers === null)('Kafka that is away for a time', () => {
  cleanUpAfterwards();

  test('starts on a broker that hangs up at first', async () => {
    let tries = 0;
    const rude = createServer((socket) => socket.destroy()).on('connection', () => tries++);
    await new Promise<void>((resolve) => rude.listen(0, '127.0.0.1', resolve));
    const { port: relayPort } = rude.address() as AddressInfo;
    const change = settings({ brokers: `127.0.0.1:${relayPort}` });
    const log = newLog(change);
    later(() => log.close());
    const started = log.start();
    await expect.poll(() => tries, eventually).toBeGreaterThan(2);
    await new Promise((resolve) => rude.close(resolve));
    const [host = '', port] = (brokers as string).split(':');
    const relay = await Relay.open({ host, port: Number(port) }, relayPort);
    later(() => relay.close());
    await started;
  });

  test('publishes again once an unreachable broker can be reached', async () => {
    const [host = '', port] = (brokers as string).split(':');
    const reserved = await Relay.open({ host, port: Number(port) });
    const relayPort = reserved.port;
    await reserved.close();
    const log = newLog(settings({ brokers: `127.0.0.1:${relayPort}`, publishTimeoutMs: 500 }));
    later(() => log.close());
    await expect(log.start()).rejects.toBeInstanceOf(UpstreamUnavailable);
    await expect(log.ping()).rejects.toBeInstanceOf(UpstreamUnavailable);
    await expect(log.publish(record('ann', 1))).rejects.toBeInstanceOf(UpstreamUnavailable);
    const got: string[] = [];
    await log.consume('group', async (batch) => void got.push(...batch.map((r) => r.messageId)));
    const relay = await Relay.open({ host, port: Number(port) }, relayPort);
    later(() => relay.close());
    const publish = (): Promise<string> =>
      log.publish(record('ann', 2)).then(
        () => 'taken',
        () => 'refused',
      );
    await expect.poll(publish, eventually).toBe('taken');
    await expect.poll(() => got.includes('m-2'), eventually).toBe(true);
  });
});

describe('KafkaUpstreamLog without Kafka', () => {
  const servers: { server: Server; sockets: Set<Socket> }[] = [];
  afterEach(async () => {
    for (const { server, sockets } of servers.splice(0)) {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  async function listen(onConnection: (socket: Socket) => void): Promise<string> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      onConnection(socket);
    });
    servers.push({ server, sockets });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const behaviours: [string, (socket: Socket) => void][] = [
    ['silent', (socket) => socket.resume()],
    ['hanging up', (socket) => socket.destroy()],
    ['talking nonsense', (socket) => socket.on('data', () => socket.write('HTTP/1.1 400\r\n\r\n'))],
  ];
  test.for(behaviours)(
    'a broker that is %s: refused by the deadline, and the queue stays flat',
    async ([, behave]) => {
      const log = newLog(
        settings({ brokers: await listen(behave), publishTimeoutMs: 600, maxQueuedRecords: 100 }),
      );
      for (let round = 0; round < 3; round += 1) {
        const startedAt = performance.now();
        const outcomes = await Promise.allSettled(
          Array.from({ length: 150 }, (_, i) => log.publish(record('ann', i))),
        );
        expect(performance.now() - startedAt).toBeLessThan(5000);
        expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
        expect(log.queue()).toMatchObject({ records: 0, bytes: 0 });
      }
      await expect(log.ping()).rejects.toBeInstanceOf(UpstreamUnavailable);
      await log.close();
    },
  );

  test('a consumer that joins in vain again and again keeps neither timers nor listeners', async () => {
    let tries = 0;
    const brokersInVain = await listen((socket) => {
      tries += 1;
      socket.destroy();
    });
    const change = { brokers: brokersInVain, publishTimeoutMs: 600 };
    const log = newLog(settings(change));
    const added = vi.spyOn(EventTarget.prototype, 'addEventListener');
    const removed = vi.spyOn(EventTarget.prototype, 'removeEventListener');
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    const consumer = await log.consume('group', async () => undefined);
    await expect.poll(() => tries, eventually).toBeGreaterThanOrEqual(12);
    expect(added.mock.calls.length - removed.mock.calls.length).toBeLessThan(5);
    expect(timers() - before).toBeLessThan(8);
    await consumer.stop();
    await log.close();
    vi.restoreAllMocks();
  });
});
