import { ConfigResourceTypes, MultipleErrors, ProtocolError, UserError } from '@platformatic/kafka';
import { describe, expect, test } from 'vitest';
import { UpstreamTooLarge } from '../src/upstream/index.ts';
import { isRetriable, minInSyncReplicas } from '../src/upstream/kafka-client.ts';
import { keyHash } from '../src/upstream/kafka-key-hash.ts';
import {
  ask,
  brokers,
  cleanUpAfterwards,
  headersOf,
  later,
  newLog,
  open,
  opens,
  produce,
  read,
  readOne,
  settings,
} from './kafka-upstream-tools.ts';
import { eventually, record, upstreamConformance } from './upstream.conformance.ts';

describe.skipIf(brokers === null)('KafkaUpstreamLog', () => {
  cleanUpAfterwards();

  upstreamConformance('conformance', ({ maxRecords, maxBytes }) =>
    open({ maxQueuedRecords: maxRecords, maxQueuedBytes: maxBytes }),
  );

  test('several processes may start at once on topics that do not exist', async () => {
    const same = settings();
    const logs = [1, 2, 3].map(() => newLog(same));
    later(() => Promise.all(logs.map((log) => log.close())));
    await Promise.all(logs.map((log) => log.start()));
    await Promise.all(logs.map((log, i) => log.publish(record('ann', i))));
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
    const message = await readOne(topic);
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
});

test('a topic that its broker has not heard of yet may be tried again, however it is wrapped; a wrong setting may not', () => {
  const young = new ProtocolError('UNKNOWN_TOPIC_OR_PARTITION');
  expect(isRetriable(young)).toBe(true);
  expect(isRetriable(new MultipleErrors('Creating topics failed.', [young]))).toBe(true);
  expect(isRetriable(new UserError('Invalid topics'))).toBe(false);
  expect(isRetriable(new ProtocolError('INVALID_REPLICATION_FACTOR'))).toBe(false);
  expect(isRetriable(new Error('no answer'))).toBe(false);
});
