import { describe, expect, test } from 'vitest';
import type { UpstreamRecord } from '../src/upstream/index.ts';
import {
  ask,
  brokers,
  cleanUpAfterwards,
  headersOf,
  opens,
  produce,
  read,
  readOne,
  settings,
} from './kafka-upstream-tools.ts';
import { eventually, record } from './upstream.conformance.ts';

describe.skipIf(brokers === null)('dead letters in Kafka', () => {
  cleanUpAfterwards();

  test('a dead letter is read back with its reason', async () => {
    const { topic, deadLetterTopic } = settings();
    const log = await opens({ topic, deadLetterTopic });
    await log.deadLetter(record('ann', 1), 'cannot be stored');
    const message = await readOne(deadLetterTopic);
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
    const message = await readOne(deadLetterTopic);
    expect([String(message.key), message.value]).toEqual(['ann', undefined]);
    expect(headersOf(message)).toMatchObject({
      messageId: 'm-1',
      kind: 'chat',
      traceparent: expect.stringContaining('0af7651916cd43dd8448eb211c80319c'),
      reason: 'r'.repeat(500),
      payloadOmitted: String(bytes),
    });
  });
});

function headers(texts: Record<string, string>): Map<Buffer, Buffer> {
  return new Map(Object.entries(texts).map(([name, text]) => [Buffer.from(name), Buffer.from(text)]));
}
