import type { Logger } from 'pino';
import type { KafkaSettings } from '../config.ts';
import { backOff } from './backoff.ts';
import type { RawRecord } from './kafka-batch.ts';
import { isRetriable, KafkaClient, reasonOf } from './kafka-client.ts';
import { KafkaConsumer } from './kafka-consumer.ts';
import {
  asDeadLetter,
  asDeadLetterWithoutPayload,
  encodeRecord,
  rawRecord,
  recordBytes,
  type RecordToSend,
} from './kafka-record.ts';
import { SendQueue } from './send-queue.ts';
import {
  maxUpstreamPayloadBytes,
  UpstreamTooLarge,
  UpstreamUnavailable,
  type UpstreamConsumer,
  type UpstreamLog,
  type UpstreamRecord,
} from './upstream-log.ts';

const maxBatchRecords = 10_000;
const maxBatchBytes = 8_388_608;
/**
 * A broker takes 1 MiB a partition and request by default. With the largest payload there is room for what goes with it,
 * and for the reason of a dead letter.
 */
const maxPartitionBytes = maxUpstreamPayloadBytes + 10_000;

/** The upstream log on Kafka 3.5 to 4.2 (tried on 3.9); see kafka-record.ts for what a record looks like there. */
export class KafkaUpstreamLog implements UpstreamLog {
  readonly #settings: KafkaSettings;
  readonly #logger: Logger;
  readonly #client: KafkaClient;
  readonly #queue: SendQueue<RecordToSend>;
  readonly #consumers = new Set<KafkaConsumer>();

  constructor({ settings, logger, clientId }: { settings: KafkaSettings; logger: Logger; clientId: string }) {
    const client = new KafkaClient(settings, clientId);
    const limits = {
      maxRecords: settings.maxQueuedRecords,
      maxBytes: settings.maxQueuedBytes,
      timeoutMs: settings.publishTimeoutMs,
      maxBatchRecords,
      maxBatchBytes,
      maxGroupBytes: maxPartitionBytes,
    };
    this.#settings = settings;
    this.#logger = logger;
    this.#client = client;
    this.#queue = new SendQueue({
      limits,
      // Where a topic has fewer partitions the broker may refuse a batch for its size, and gets it by halves.
      groupOf: ({ topic, keyHash }) =>
        (keyHash % settings.partitions) + (topic === settings.topic ? 0 : settings.partitions),
      send: (records, answer) => client.send(records, answer),
    });
  }

  /**
   * Creates the topics if they are missing, and tries again for `publishTimeoutMs`. Rejects with `UpstreamUnavailable` if Kafka does not
   * answer; the log can be used all the same, and does this by itself once Kafka is back.
   */
  async start(): Promise<void> {
    await unavailableUnless(this.#ensureTopics());
  }

  async #ensureTopics(): Promise<void> {
    const endsAtMs = performance.now() + this.#settings.publishTimeoutMs;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#client.ensureTopics();
      } catch (error) {
        if (!isRetriable(error) || performance.now() >= endsAtMs) throw error;
      }
      await backOff(attempt);
    }
  }

  publish(record: UpstreamRecord): Promise<void> {
    const { length } = record.payload;
    if (length <= maxUpstreamPayloadBytes) return this.#add(this.#settings.topic, rawRecord(record));
    return Promise.reject(new UpstreamTooLarge(`a payload of ${length} bytes can never be taken`));
  }

  async consume(
    group: string,
    handle: (batch: readonly UpstreamRecord[]) => Promise<void>,
  ): Promise<UpstreamConsumer> {
    const consumer = new KafkaConsumer({
      client: this.#client,
      logger: this.#logger,
      group,
      handle,
      putAside: (raw, reason) => this.#putAside(raw, reason),
    });
    this.#consumers.add(consumer);
    await consumer.start();
    return {
      stop: async () => {
        await consumer.stop();
        this.#consumers.delete(consumer);
      },
    };
  }

  deadLetter(record: UpstreamRecord, reason: string): Promise<void> {
    return this.#putAside(rawRecord(record), reason);
  }

  queue(): { records: number; bytes: number; maxRecords: number; maxBytes: number } {
    const { maxQueuedRecords: maxRecords, maxQueuedBytes: maxBytes } = this.#settings;
    return { records: this.#queue.records, bytes: this.#queue.bytes, maxRecords, maxBytes };
  }

  async ping(): Promise<void> {
    await unavailableUnless(this.#client.ping());
  }

  /** Stops the consumers first: what they still put aside goes through the queue. */
  async close(): Promise<void> {
    await Promise.all([...this.#consumers].map((consumer) => consumer.stop()));
    await this.#queue.close();
    await this.#client.close();
  }

  /** A dead letter that is too large, here or for the broker, would hold up its partition for ever. */
  async #putAside(raw: RawRecord, reason: string): Promise<void> {
    const { deadLetterTopic } = this.#settings;
    try {
      await this.#add(deadLetterTopic, asDeadLetter(raw, reason));
    } catch (error) {
      if (!(error instanceof UpstreamTooLarge)) throw error;
      await this.#add(deadLetterTopic, asDeadLetterWithoutPayload(raw, reason));
    }
  }

  #add(topic: string, raw: RawRecord): Promise<void> {
    const record = encodeRecord(topic, raw);
    return this.#queue.add(record, recordBytes(record));
  }
}

async function unavailableUnless(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    throw new UpstreamUnavailable(`Kafka did not answer: ${reasonOf(error)}`, { cause: error });
  }
}
