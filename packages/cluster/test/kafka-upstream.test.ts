import { randomBytes } from 'node:crypto';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import {
  type Admin,
  compatibilityPartitioner,
  ConfigResourceTypes,
  MultipleErrors,
  Producer,
  ProtocolError,
  UserError,
  type Message,
  type MessageToProduce,
} from '@platformatic/kafka';
import { pino } from 'pino';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { realBackend } from '../../../test-support/backends.ts';
import { kafkaOptions, TopicReader, withKafkaAdmin } from '../../../test-support/kafka.ts';
import type { KafkaSettings } from '../src/config.ts';
import {
  KafkaUpstreamLog,
  UpstreamTooLarge,
  UpstreamUnavailable,
  type UpstreamRecord,
} from '../src/upstream/index.ts';
import { isRetriable, minInSyncReplicas } from '../src/upstream/kafka-client.ts';
import { keyHash } from '../src/upstream/kafka-key-hash.ts';
import { Relay } from './redis-relay.ts';
import { eventually, ordersByClient, record, roomy, upstreamConformance } from './upstream.conformance.ts';

const brokers = realBackend('kafka');
const logger = pino({ level: 'silent' });
const runPrefix = `t${randomBytes(4).toString('hex')}`;
let opened = 0;

function settings(change: Partial<KafkaSettings> = {}): KafkaSettings {
  opened += 1;
  return {
    brokers: brokers as string,
    topic: `${runPrefix}.${opened}`,
    deadLetterTopic: `${runPrefix}.${opened}.dead`,
    partitions: 3,
    replicationFactor: 1,
    publishTimeoutMs: 20_000,
    maxQueuedRecords: roomy.maxRecords,
    maxQueuedBytes: roomy.maxBytes,
    ...change,
  };
}

async function open(change: Partial<KafkaSettings> = {}): Promise<KafkaUpstreamLog> {
  const log = new KafkaUpstreamLog({ settings: settings(change), logger, clientId: 'test' });
  await log.start();
  return log;
}

describe.skipIf(brokers === null)('KafkaUpstreamLog', () => {
  const cleanUps: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  });

  afterAll(() =>
    ask(async (admin) => {
      const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(`${runPrefix}.`));
      await admin.deleteTopics({ topics });
    }),
  );

  function ask<Result>(work: (admin: Admin) => Promise<Result>): Promise<Result> {
    return withKafkaAdmin(brokers as string, work);
  }

  async function opens(change: Partial<KafkaSettings> = {}): Promise<KafkaUpstreamLog> {
    const log = await open(change);
    cleanUps.push(() => log.close());
    return log;
  }

  /** As any other producer does it, with the partition that Kafka's own clients choose. */
  async function produce(topic: string, messages: readonly Omit<MessageToProduce, 'topic'>[]): Promise<void> {
    const producer = new Producer({
      ...kafkaOptions(brokers as string),
      partitioner: compatibilityPartitioner,
    });
    await producer.send({ messages: messages.map((message) => ({ ...message, topic })), acks: -1 });
    await producer.close();
  }

  /** Every message of the topic, as they come. */
  async function read(topic: string): Promise<readonly Message[]> {
    const reader = await TopicReader.open(brokers as string, topic);
    cleanUps.push(() => reader.close());
    return reader.messages;
  }

  upstreamConformance('conformance', ({ maxRecords, maxBytes }) =>
    open({ maxQueuedRecords: maxRecords, maxQueuedBytes: maxBytes }),
  );

  test('several processes may start at once on topics that do not exist', async () => {
    const same = settings();
    const logs = [1, 2, 3].map(() => new KafkaUpstreamLog({ settings: same, logger, clientId: 'test' }));
    cleanUps.push(() => Promise.all(logs.map((log) => log.close())));
    await Promise.all(logs.map((log) => log.start()));
    await Promise.all(logs.map((log, i) => log.publish(record('ann', i))));
  });

  test('starts on a broker that hangs up at first', async () => {
    let tries = 0;
    const rude = createServer((socket) => socket.destroy()).on('connection', () => tries++);
    await new Promise<void>((resolve) => rude.listen(0, '127.0.0.1', resolve));
    const { port: relayPort } = rude.address() as AddressInfo;
    const change = settings({ brokers: `127.0.0.1:${relayPort}` });
    const log = new KafkaUpstreamLog({ settings: change, logger, clientId: 'test' });
    cleanUps.push(() => log.close());
    const started = log.start();
    await expect.poll(() => tries, eventually).toBeGreaterThan(2);
    await new Promise((resolve) => rude.close(resolve));
    const [host = '', port] = (brokers as string).split(':');
    const relay = await Relay.open({ host, port: Number(port) }, relayPort);
    cleanUps.push(() => relay.close());
    await started;
  });

  test('topics are made with as many in-sync replicas as there can be, up to two', async () => {
    const { topic, deadLetterTopic } = settings();
    await opens({ topic, deadLetterTopic });
    const resources = [topic, deadLetterTopic].map((resourceName) => ({
      resourceType: ConfigResourceTypes.TOPIC,
      resourceName,
      configurationKeys: ['min.insync.replicas'],
    }));
    const described = await ask((admin) => admin.describeConfigs({ resources }));
    const setByTopic = 1;
    expect(described.map(({ configs: [config] }) => config)).toEqual([
      expect.objectContaining({ value: '1', configSource: setByTopic }),
      expect.objectContaining({ value: '1', configSource: setByTopic }),
    ]);
    expect([1, 2, 3, 5].map(minInSyncReplicas)).toEqual([1, 2, 2, 2]);
  });

  test('lays a record out as documented', async () => {
    const { topic, deadLetterTopic } = settings();
    const log = await opens({ topic, deadLetterTopic });
    await log.publish(record('ann', 7));
    const messages = await read(topic);
    await expect.poll(() => messages.length, eventually).toBe(1);
    const [message] = messages as readonly [Message];
    expect([message.key, message.value].map(String)).toEqual(['ann', 'payload 7']);
    expect(headersOf(message)).toEqual({
      messageId: 'm-7',
      kind: 'chat',
      nodeId: 'node-1',
      receivedAtMs: '1700000000007',
      traceparent: expect.stringMatching(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/),
    });
  });

  test('finds out how many partitions a topic has, and puts a client where every other producer would', async () => {
    const { topic, deadLetterTopic } = settings({ partitions: 3 });
    await ask((admin) => admin.createTopics({ topics: [topic], partitions: 7, replicas: 1 }));
    const clients = Array.from({ length: 30 }, (_, index) => `client-${index}`);
    await produce(
      topic,
      clients.map((key) => ({ key: Buffer.from(key), value: Buffer.from('theirs') })),
    );
    const log = await opens({ topic, deadLetterTopic, partitions: 3 });
    await Promise.all(clients.map((client) => log.publish(record(client, 1))));
    const messages = await read(topic);
    const placesOf = (areTheirs: boolean) =>
      new Map(
        messages
          .filter(({ value }) => (String(value) === 'theirs') === areTheirs)
          .map(({ key, partition }) => [String(key), partition]),
      );
    await expect.poll(() => placesOf(true).size + placesOf(false).size, eventually).toBe(60);
    const places = { ours: placesOf(false), theirs: placesOf(true) };
    expect(places.ours).toEqual(places.theirs);
    expect(new Set(places.ours.values()).size).toBeGreaterThan(3);
  });

  test('a dead letter is read back with its reason', async () => {
    const { topic, deadLetterTopic } = settings();
    const log = await opens({ topic, deadLetterTopic });
    await log.deadLetter(record('ann', 1), 'cannot be stored');
    const messages = await read(deadLetterTopic);
    await expect.poll(() => messages.length, eventually).toBe(1);
    const [message] = messages as readonly [Message];
    expect([message.key, message.value].map(String)).toEqual(['ann', 'payload 1']);
    expect(headersOf(message)).toMatchObject({
      messageId: 'm-1',
      reason: 'cannot be stored',
      failedAtMs: expect.stringMatching(/^\d{13}$/),
    });
  });

  test('what cannot be decoded is put aside as it is and holds nothing up', async () => {
    const { topic, deadLetterTopic } = settings({ partitions: 1 });
    const log = await opens({ topic, deadLetterTopic, partitions: 1 });
    await log.publish(record('ann', 1));
    await produce(topic, [
      { key: Buffer.from('ann'), value: Buffer.from('no headers') },
      { headers: headers({ messageId: 'x' }) },
    ]);
    await log.publish(record('ann', 2));
    const got: UpstreamRecord[] = [];
    await log.consume('group', async (batch) => void got.push(...batch));
    await expect.poll(() => got.map((r) => r.messageId), eventually).toEqual(['m-1', 'm-2']);
    const dead = await read(deadLetterTopic);
    await expect.poll(() => dead.length, eventually).toBe(2);
    expect(dead.map((message) => headersOf(message)['reason']).toSorted()).toEqual([
      'undecodable: no header receivedAtMs',
      'undecodable: no key',
    ]);
    expect(dead.find((message) => message.key)?.value?.toString()).toBe('no headers');
  });

  test('what cannot be decoded and is too large for a dead letter is put aside without what is too large', async () => {
    const { topic, deadLetterTopic } = settings({ partitions: 1 });
    const log = await opens({ topic, deadLetterTopic, partitions: 1 });
    const large = Buffer.alloc(1_040_000, 'v');
    const small = Buffer.from('v');
    const key = Buffer.from('ann');
    await produce(topic, [{ key, value: large, headers: headers({ messageId: 'big-value' }) }]);
    // With its partition: it would take minutes to work it out from such a key.
    await produce(topic, [
      { key: large, partition: 0, value: small, headers: headers({ messageId: 'big-key' }) },
    ]);
    await produce(topic, [
      { key, value: small, headers: headers({ messageId: 'big-header', kind: String(large) }) },
    ]);
    await log.publish(record('ann', 2));
    const got: UpstreamRecord[] = [];
    await log.consume('group', async (batch) => void got.push(...batch));
    await expect.poll(() => got.map((r) => r.messageId), eventually).toEqual(['m-2']);
    const dead = await read(deadLetterTopic);
    await expect.poll(() => dead.length, eventually).toBe(3);
    const inOrder = dead.toSorted(
      (a, b) => Number(headersOf(a)['failedAtMs']) - Number(headersOf(b)['failedAtMs']),
    );
    const letters = inOrder.map((message) => [message.key?.toString(), message.value, headersOf(message)]);
    const common = { reason: 'undecodable: no header receivedAtMs', failedAtMs: expect.any(String) };
    expect(letters).toEqual([
      ['ann', undefined, { ...common, messageId: 'big-value', payloadOmitted: '1040000' }],
      [undefined, Buffer.from('v'), { ...common, messageId: 'big-key' }],
      ['ann', undefined, { ...common, messageId: 'big-header', payloadOmitted: '1' }],
    ]);
  });

  test.for([
    ['there is room for', {}, 1_000_000],
    ['the topic takes', { 'max.message.bytes': '10000' }, 20_000],
  ] as const)('a dead letter larger than %s is kept without its payload', async ([, config, bytes]) => {
    const { topic, deadLetterTopic } = settings();
    const configs = Object.entries(config).map(([name, value]) => ({ name, value }));
    const topics = [deadLetterTopic];
    await ask((admin) => admin.createTopics({ topics, partitions: 1, replicas: 1, configs }));
    const log = await opens({ topic, deadLetterTopic });
    await log.deadLetter(record('ann', 1, { payload: new Uint8Array(bytes) }), 'r'.repeat(3000));
    const messages = await read(deadLetterTopic);
    await expect.poll(() => messages.length, eventually).toBe(1);
    const [message] = messages as readonly [Message];
    expect([String(message.key), message.value]).toEqual(['ann', undefined]);
    expect(headersOf(message)).toMatchObject({
      messageId: 'm-1',
      kind: 'chat',
      traceparent: expect.stringContaining('0af7651916cd43dd8448eb211c80319c'),
      reason: 'r'.repeat(500),
      payloadOmitted: String(bytes),
    });
  });

  test('two consumers of one group share the records, and one takes over when the other stops', async () => {
    const log = await opens({ partitions: 4 });
    const seen: [UpstreamRecord[], UpstreamRecord[]] = [[], []];
    const consumers = [];
    for (const mine of seen) {
      consumers.push(await log.consume('group', async (batch) => void mine.push(...batch)));
    }
    let published = 0;
    const publishSome = async () => {
      const numbers = Array.from({ length: 20 }, () => published++);
      await Promise.all(numbers.map((i) => log.publish(record(`client-${i % 10}`, i))));
    };
    await expect
      .poll(async () => {
        await publishSome();
        return seen.every((mine) => mine.length > 0);
      }, eventually)
      .toBe(true);
    await consumers[0]?.stop();
    const before = published;
    await publishSome();
    const ids = () => new Set(seen.flat().map((r) => r.messageId));
    await expect.poll(() => ids().size, eventually).toBe(published);
    expect(published).toBe(before + 20);
  });

  test.for([0, 1])('partition %s with much to fetch holds up no other', async (much) => {
    const log = await opens({ partitions: 2 });
    const names = Array.from({ length: 50 }, (_, index) => `client-${index}`);
    const inPartition = (partition: number) =>
      names.find((name) => keyHash(Buffer.from(name)) % 2 === partition)!;
    const [busy, quiet] = [inPartition(much), inPartition(1 - much)];
    const payload = new Uint8Array(10_000);
    await Promise.all(Array.from({ length: 400 }, (_, i) => log.publish(record(busy, i, { payload }))));
    await log.publish(record(quiet, 0));
    const clients: string[] = [];
    await log.consume('group', async (batch) => void clients.push(...batch.map((r) => r.clientId)));
    await expect.poll(() => clients.length, eventually).toBe(401);
    expect(clients.indexOf(quiet)).toBeLessThan(300);
  });

  test('begins anew where the log does not reach to where the group was', async () => {
    const { topic, deadLetterTopic } = settings();
    const log = await opens({ topic, deadLetterTopic, partitions: 1 });
    for (let i = 0; i < 3; i += 1) await log.publish(record('ann', i));
    const topics = [{ name: topic, partitionOffsets: [{ partition: 0, offset: 1000n }] }];
    await ask((admin) => admin.alterConsumerGroupOffsets({ groupId: 'group', topics }));
    const got: UpstreamRecord[] = [];
    await log.consume('group', async (batch) => void got.push(...batch));
    await expect.poll(() => got.map((r) => r.messageId), eventually).toEqual(['m-0', 'm-1', 'm-2']);
  });

  test('a failing handler does not cost the membership', async () => {
    const log = await opens();
    const got: UpstreamRecord[] = [];
    const failUntil = performance.now() + 4000;
    let calls = 0;
    await log.consume('group', async (batch) => {
      calls += 1;
      if (performance.now() < failUntil) throw new Error('the store is away');
      got.push(...batch);
    });
    for (let i = 0; i < 10; i += 1) await log.publish(record('ann', i));
    await expect.poll(() => got.length, eventually).toBe(10);
    expect(calls).toBeGreaterThan(2);
    expect(ordersByClient(got)['ann']).toEqual(Array.from({ length: 10 }, (_, i) => `m-${i}`));
  });

  test('a record larger than the broker takes is refused, and its neighbours are not', async () => {
    const { topic, deadLetterTopic } = settings();
    const configs = [{ name: 'max.message.bytes', value: '10000' }];
    await ask((admin) => admin.createTopics({ topics: [topic], partitions: 1, replicas: 1, configs }));
    const log = await opens({ topic, deadLetterTopic });
    const outcomes = await Promise.allSettled([
      log.publish(record('ann', 1)),
      log.publish(record('ann', 2, { payload: new Uint8Array(20_000) })),
      log.publish(record('ann', 3)),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: expect.any(UpstreamTooLarge) });
  });

  test('what one partition refuses is sent again to no other', async () => {
    const { topic, deadLetterTopic } = settings();
    const configs = [{ name: 'max.message.bytes', value: '10000' }];
    await ask((admin) => admin.createTopics({ topics: [topic], partitions: 2, replicas: 1, configs }));
    const log = await opens({ topic, deadLetterTopic, partitions: 2 });
    const names = Array.from({ length: 50 }, (_, index) => `client-${index}`);
    const [refusing, other] = [0, 1].map((partition) =>
      names.find((name) => keyHash(Buffer.from(name)) % 2 === partition)!,
    ) as [string, string];
    const messages = await read(topic);
    // Until the topic is ready: it was made a moment ago.
    for (const name of [refusing, other]) await log.publish(record(name, 0));
    const outcomes = await Promise.allSettled([
      ...[1, 2, 3].map((i) => log.publish(record(other, i))),
      log.publish(record(refusing, 1)),
      log.publish(record(refusing, 2, { payload: new Uint8Array(20_000) })),
      log.publish(record(refusing, 3)),
    ]);
    expect(outcomes.map(({ status }) => status).indexOf('rejected')).toBe(4);
    await log.publish(record(other, 4));
    const idsOf = (name: string) =>
      messages.filter(({ key }) => String(key) === name).map((message) => headersOf(message)['messageId']);
    await expect.poll(() => idsOf(other).at(-1), eventually).toBe('m-4');
    expect(idsOf(other)).toEqual(['m-0', 'm-1', 'm-2', 'm-3', 'm-4']);
    await expect.poll(() => idsOf(refusing), eventually).toEqual(['m-0', 'm-1', 'm-3']);
  });

  test('publishes again once an unreachable broker can be reached', async () => {
    const [host = '', port] = (brokers as string).split(':');
    const reserved = await Relay.open({ host, port: Number(port) });
    const relayPort = reserved.port;
    await reserved.close();
    const log = new KafkaUpstreamLog({
      settings: settings({ brokers: `127.0.0.1:${relayPort}`, publishTimeoutMs: 500 }),
      logger,
      clientId: 'test',
    });
    cleanUps.push(() => log.close());
    await expect(log.start()).rejects.toBeInstanceOf(UpstreamUnavailable);
    await expect(log.ping()).rejects.toBeInstanceOf(UpstreamUnavailable);
    await expect(log.publish(record('ann', 1))).rejects.toBeInstanceOf(UpstreamUnavailable);
    const got: string[] = [];
    await log.consume('group', async (batch) => void got.push(...batch.map((r) => r.messageId)));
    const relay = await Relay.open({ host, port: Number(port) }, relayPort);
    cleanUps.push(() => relay.close());
    const publish = (): Promise<string> =>
      log.publish(record('ann', 2)).then(
        () => 'taken',
        () => 'refused',
      );
    await expect.poll(publish, eventually).toBe('taken');
    await expect.poll(() => got.includes('m-2'), eventually).toBe(true);
  });
});

test('a topic that its broker has not heard of yet may be tried again, however it is wrapped; a wrong setting may not', () => {
  const young = new ProtocolError('UNKNOWN_TOPIC_OR_PARTITION');
  expect(isRetriable(young)).toBe(true);
  expect(isRetriable(new MultipleErrors('Creating topics failed.', [young]))).toBe(true);
  expect(isRetriable(new UserError('Invalid topics'))).toBe(false);
  expect(isRetriable(new ProtocolError('INVALID_REPLICATION_FACTOR'))).toBe(false);
  expect(isRetriable(new Error('no answer'))).toBe(false);
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
      const log = new KafkaUpstreamLog({
        settings: settings({ brokers: await listen(behave), publishTimeoutMs: 600, maxQueuedRecords: 100 }),
        logger,
        clientId: 'test',
      });
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
    const log = new KafkaUpstreamLog({ settings: settings(change), logger, clientId: 'test' });
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

function headersOf({ headerEntries }: Message): Record<string, string> {
  return Object.fromEntries(headerEntries.map(([name, value]) => [String(name), String(value)]));
}

function headers(texts: Record<string, string>): Map<Buffer, Buffer> {
  return new Map(Object.entries(texts).map(([name, text]) => [Buffer.from(name), Buffer.from(text)]));
}
