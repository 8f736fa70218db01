import { randomBytes } from 'node:crypto';
import { compatibilityPartitioner, Producer } from '@platformatic/kafka';
import type { Admin, Message, MessageToProduce } from '@platformatic/kafka';
import { pino, type Logger } from 'pino';
import { afterAll, afterEach, expect } from 'vitest';
import { realBackend } from '../../../test-support/backends.ts';
import { kafkaOptions, TopicReader, withKafkaAdmin } from '../../../test-support/kafka.ts';
import type { KafkaSettings } from '../src/config.ts';
import { KafkaUpstreamLog } from '../src/upstream/index.ts';
import { eventually, roomy } from './upstream.conformance.ts';

export const brokers = realBackend('kafka');
const silent = pino({ level: 'silent' });
const runPrefix = `t${randomBytes(4).toString('hex')}`;
let opened = 0;

/** With topics that no other log of this run has. */
export function settings(change: Partial<KafkaSettings> = {}): KafkaSettings {
  opened += 1;
  return {
    brokers: brokers ?? '',
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

/** One that was not started. */
export function newLog(kafka: KafkaSettings, logger: Logger = silent): KafkaUpstreamLog {
  return new KafkaUpstreamLog({ settings: kafka, logger, clientId: 'test' });
}

export async function open(change: Partial<KafkaSettings> = {}): Promise<KafkaUpstreamLog> {
  const log = newLog(settings(change));
  await log.start();
  return log;
}

const cleanUps: (() => unknown)[] = [];

/** Done after the test, the last first. */
export function later(cleanUp: () => unknown): void {
  cleanUps.push(cleanUp);
}

/** In each file, once, where there is a Kafka. */
export function cleanUpAfterwards(): void {
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  });
  afterAll(() =>
    ask(async (admin) => {
      const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(`${runPrefix}.`));
      await admin.deleteTopics({ topics });
    }),
  );
}

export function ask<Result>(work: (admin: Admin) => Promise<Result>): Promise<Result> {
  return withKafkaAdmin(brokers as string, work);
}

export async function opens(change: Partial<KafkaSettings> = {}): Promise<KafkaUpstreamLog> {
  const log = await open(change);
  later(() => log.close());
  return log;
}

/** As any other producer does it, with the partition that Kafka's own clients choose. */
export async function produce(
  topic: string,
  messages: readonly Omit<MessageToProduce, 'topic'>[],
): Promise<void> {
  const producer = new Producer({
    ...kafkaOptions(brokers as string),
    partitioner: compatibilityPartitioner,
  });
  await producer.send({ messages: messages.map((message) => ({ ...message, topic })), acks: -1 });
  await producer.close();
}

/** Every message of the topic, as they come. */
export async function read(topic: string): Promise<readonly Message[]> {
  const reader = await TopicReader.open(brokers as string, topic);
  later(() => reader.close());
  return reader.messages;
}

/** The only message of the topic. */
export async function readOne(topic: string): Promise<Message> {
  const messages = await read(topic);
  await expect.poll(() => messages.length, eventually).toBe(1);
  return messages[0]!;
}

export function headersOf({ headerEntries }: Message): Record<string, string> {
  return Object.fromEntries(headerEntries.map(([name, value]) => [String(name), String(value)]));
}
