import { Kafka, logLevel, type Admin, type Message, type PartitionerArgs, type Producer } from 'kafkajs';
import type { Logger } from 'pino';
import type { KafkaSettings } from '../config.ts';
import { Bundle, partitionOf } from './bundle.ts';
import { HeldClient } from './held-client.ts';
import { useLeanCodec } from './kafkajs-codec.ts';
import { fixCutFrames, fixIdleTimers, openSocket } from './kafkajs-fixes.ts';
import { BatchTooLarge } from './send-queue.ts';

fixIdleTimers();
fixCutFrames();
useLeanCodec();

/** Broker errors that are about the size of the batch; everything else may be over at the next try. */
const tooLarge: readonly unknown[] = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'];
const connectCapMs = 3000;

export interface TopicMessage {
  readonly topic: string;
  readonly message: Message;
}

/** Kafka as the log needs it: topics that exist, sends of one try each, a ping. Every call has a deadline. */
export class KafkaClient {
  readonly kafka: Kafka;
  readonly #settings: KafkaSettings;
  readonly #producer: HeldClient<Producer>;
  readonly #admin: HeldClient<Admin>;
  readonly #tryTimeoutMs: number;
  /** As far as was heard: of a topic that others have made it may be another one. */
  readonly #partitionsOfTopic = new Map<string, number>();
  #topicsExist = false;

  constructor(settings: KafkaSettings, logger: Logger, clientId: string) {
    // Half, so that a try that meets silence leaves time for another within the record's deadline.
    this.#tryTimeoutMs = Math.ceil(settings.publishTimeoutMs / 2);
    this.#settings = settings;
    this.kafka = new Kafka({
      clientId,
      brokers: settings.brokers.split(',').map((broker) => broker.trim()),
      connectionTimeout: Math.min(connectCapMs, this.#tryTimeoutMs),
      requestTimeout: this.#tryTimeoutMs,
      socketFactory: openSocket,
      // Whoever calls tries again, with a fresh client; see HeldClient.
      retry: { retries: 0 },
      logLevel: logLevel.WARN,
      logCreator: () => (entry) => logger.debug({ kafkajs: entry.log.message }, 'kafkajs'),
    });
    this.#producer = new HeldClient(() =>
      this.kafka.producer({
        createPartitioner: () => (choice) => this.#checkedPartition(choice),
        allowAutoTopicCreation: false,
      }),
    );
    this.#admin = new HeldClient(() => this.kafka.admin());
  }

  /** One try: resolves once all in-sync replicas hold every message. Rejects with BatchTooLarge if no try can help. */
  async send(items: readonly TopicMessage[]): Promise<void> {
    await this.ensureTopics();
    const byTopic = Map.groupBy(items, (item) => item.topic);
    const topicMessages = [...byTopic].map(([topic, group]) => ({
      topic,
      messages: this.#bundles(topic, group),
    }));
    try {
      await this.#producer.use(this.#tryTimeoutMs, (producer) =>
        producer.sendBatch({ acks: -1, timeout: this.#tryTimeoutMs, topicMessages }),
      );
    } catch (error) {
      if (isTooLarge(error)) throw new BatchTooLarge('Kafka refused the batch', { cause: error });
      throw error;
    }
  }

  /** The partition that the message will go to, unless the topic has another number of them than was heard. */
  partitionOf({ topic, message }: TopicMessage): number {
    return partitionOf(message.key, this.#partitions(topic));
  }

  #partitions(topic: string): number {
    return this.#partitionsOfTopic.get(topic) ?? this.#settings.partitions;
  }

  #bundles(topic: string, items: readonly TopicMessage[]): Bundle[] {
    const partitions = this.#partitions(topic);
    const byPartition = Map.groupBy(items, ({ message }) => partitionOf(message.key, partitions));
    return [...byPartition].map(
      ([partition, group]) =>
        new Bundle(
          group.map(({ message }) => message),
          partition,
          partitions,
        ),
    );
  }

  /** Called by kafkajs, which knows how many partitions there are. The next try has them right. */
  #checkedPartition({ topic, partitionMetadata: { length }, message }: PartitionerArgs): number {
    const { partition, partitions } = message as Bundle;
    if (length === partitions) return partition;
    this.#partitionsOfTopic.set(topic, length);
    throw new Error(`${topic} has ${length} partitions, and not ${partitions}`);
  }

  /** Creates what is missing. Other processes may be doing the same. */
  async ensureTopics(): Promise<void> {
    if (this.#topicsExist) return;
    const { topic, deadLetterTopic, partitions, replicationFactor } = this.#settings;
    await this.#admin.use(this.#tryTimeoutMs, async (admin) => {
      const existing = new Set(await admin.listTopics());
      const missing = [topic, deadLetterTopic].filter((name) => !existing.has(name));
      if (missing.length === 0) return;
      await admin.createTopics({
        topics: missing.map((name) => ({
          topic: name,
          numPartitions: partitions,
          replicationFactor,
          configEntries: [
            { name: 'min.insync.replicas', value: String(minInSyncReplicas(replicationFactor)) },
          ],
        })),
        waitForLeaders: true,
        timeout: this.#tryTimeoutMs,
      });
    });
    this.#topicsExist = true;
  }

  async ping(): Promise<void> {
    await this.#admin.use(this.#tryTimeoutMs, (admin) => admin.describeCluster());
  }

  async close(): Promise<void> {
    await Promise.all([this.#producer.close(this.#tryTimeoutMs), this.#admin.close(this.#tryTimeoutMs)]);
  }
}

/** How many replicas must hold a record before it counts as taken: two, so that no single disk is all there is. */
export function minInSyncReplicas(replicationFactor: number): number {
  return Math.min(2, replicationFactor);
}

/** Whether the next try may succeed: a broker that is not there yet, or that has not heard yet of a topic which was made a moment ago. */
export function isRetriable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (error as { retriable?: unknown }).retriable === true || isRetriable(error.cause);
}

/** kafkajs wraps the broker's error, whose `type` is the name in Kafka's protocol, once or twice. */
function isTooLarge(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return tooLarge.includes((error as { type?: unknown }).type) || isTooLarge(error.cause);
}
