import type { Consumer, EachBatchPayload, KafkaMessage } from 'kafkajs';
import type { Logger } from 'pino';
import { backOff, within } from './backoff.ts';
import type { KafkaClient } from './kafka-client.ts';
import { decodeRecord } from './kafka-record.ts';
import type { UpstreamConsumer, UpstreamRecord } from './upstream-log.ts';

const maxBatchRecords = 1000;
const sessionTimeoutMs = 10_000;
const heartbeatMs = 3000;
/** How long a fetch may wait for records; it also bounds how long an idle consumer takes to stop. */
const fetchWaitMs = 500;
const disconnectTimeoutMs = 10_000;
/** Neither a fetch nor a heartbeat for so long: kafkajs has been seen to hang without saying so. */
const silenceLimitMs = 60_000;

export interface KafkaConsumerParts {
  readonly client: KafkaClient;
  readonly logger: Logger;
  readonly topic: string;
  readonly group: string;
  readonly handle: (batch: readonly UpstreamRecord[]) => Promise<void>;
  /** Puts aside a record that cannot be decoded, as it is where it fits. */
  readonly putAside: (message: KafkaMessage, reason: string) => Promise<void>;
}

/**
 * One member of a consumer group. A consumer of kafkajs that fails in any way is thrown away and a new one joins, after a
 * jittered wait; a handler that fails is called again, while the heartbeat goes on beside it.
 */
export class KafkaConsumer implements UpstreamConsumer {
  readonly #parts: KafkaConsumerParts;
  readonly #stopping = new AbortController();
  #inHand: Promise<void> = Promise.resolve();
  #ended: Promise<void> = Promise.resolve();

  constructor(parts: KafkaConsumerParts) {
    this.#parts = parts;
  }

  /** Resolves when the first attempt to join has succeeded or failed; either way the consumer goes on trying. */
  start(): Promise<void> {
    return new Promise((resolve) => {
      this.#ended = this.#superviseUntilStopped(resolve);
    });
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#ended;
  }

  async #superviseUntilStopped(onFirstAttempt: () => void): Promise<void> {
    const { logger, group } = this.#parts;
    let failures = 0;
    while (!this.#stopping.signal.aborted) {
      const consumer = this.#createConsumer();
      const watch = new Watch(consumer, this.#stopping.signal);
      try {
        await this.#join(consumer);
        if (failures > 0) logger.info({ group, failures }, 'the Kafka consumer has joined again');
        failures = 0;
        onFirstAttempt();
        const error = await watch.failure;
        if (error) throw error;
      } catch (error) {
        failures += 1;
        // Only the first of a row is news.
        logger[failures === 1 ? 'warn' : 'debug'](
          { group, reason: (error as Error).message },
          'the Kafka consumer failed; it will join again',
        );
      } finally {
        watch.end();
      }
      onFirstAttempt();
      await this.#leave(consumer);
      if (failures > 0) await backOff(failures, this.#stopping.signal);
    }
  }

  #createConsumer(): Consumer {
    return this.#parts.client.kafka.consumer({
      groupId: this.#parts.group,
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: heartbeatMs,
      maxWaitTimeInMs: fetchWaitMs,
      allowAutoTopicCreation: false,
      // Restarting is done here: kafkajs restarts in a timer, where an error would end the process.
      retry: {
        retries: 3,
        initialRetryTime: 100,
        maxRetryTime: 1000,
        restartOnFailure: () => Promise.resolve(false),
      },
    });
  }

  async #join(consumer: Consumer): Promise<void> {
    await this.#parts.client.ensureTopics();
    await consumer.connect();
    await consumer.subscribe({ topic: this.#parts.topic, fromBeginning: true });
    await consumer.run({
      eachBatchAutoResolve: false,
      eachBatch: (payload) => (this.#inHand = this.#eachBatch(payload)),
    });
  }

  async #leave(consumer: Consumer): Promise<void> {
    await this.#inHand.catch(() => undefined);
    await within(disconnectTimeoutMs, consumer.disconnect(), 'too late').catch(() => undefined);
  }

  async #eachBatch(payload: EachBatchPayload): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    const { messages } = payload.batch;
    const heartbeat = new Heartbeat(() => payload.heartbeat());
    try {
      for (let start = 0; start < messages.length; start += maxBatchRecords) {
        const part = messages.slice(start, start + maxBatchRecords);
        await this.#process(part, heartbeat);
        payload.resolveOffset((part.at(-1) as KafkaMessage).offset);
        await payload.commitOffsetsIfNecessary(payload.uncommittedOffsets());
        heartbeat.throwIfLost();
        if (this.#stopping.signal.aborted) return;
      }
    } finally {
      heartbeat.stop();
    }
  }

  async #process(messages: readonly KafkaMessage[], heartbeat: Heartbeat): Promise<void> {
    const records: UpstreamRecord[] = [];
    for (const message of messages) {
      try {
        records.push(decodeRecord(message));
      } catch (error) {
        const reason = `undecodable: ${(error as Error).message}`;
        await this.#untilDone(() => this.#parts.putAside(message, reason), heartbeat);
      }
    }
    if (records.length > 0) await this.#untilDone(() => this.#parts.handle(records), heartbeat);
  }

  /** Rejects only when the consumer must let go of the batch: it is stopping, or the group has taken the partition. */
  async #untilDone(work: () => Promise<void>, heartbeat: Heartbeat): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work();
      } catch (error) {
        const { logger, group } = this.#parts;
        logger.warn(
          { group, attempt, reason: (error as Error).message },
          'a batch failed; it will be tried again',
        );
      }
      await backOff(attempt, this.#stopping.signal);
      heartbeat.throwIfLost();
      if (this.#stopping.signal.aborted) throw new Error('the consumer is stopping');
    }
  }
}

/** Keeps the membership alive while a batch is worked on, and remembers if it was lost. */
class Heartbeat {
  readonly #timer: NodeJS.Timeout;
  #lost: unknown = null;

  constructor(beat: () => Promise<void>) {
    this.#timer = setInterval(() => {
      beat().catch((error: unknown) => {
        this.#lost ??= error;
      });
    }, heartbeatMs);
  }

  throwIfLost(): void {
    if (this.#lost !== null) throw this.#lost as Error;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** Looks after one consumer until `end`, after which nothing holds it any more. */
class Watch {
  /** Resolves with the reason when the consumer has crashed or shows no sign of life; with null when the signal comes first, or at the end. */
  readonly failure: Promise<Error | null>;
  readonly #resolve: (reason: Error | null) => void;
  readonly #stop: AbortSignal;
  readonly #timer: NodeJS.Timeout;
  #aliveAtMs = performance.now();

  constructor(consumer: Consumer, stop: AbortSignal) {
    ({ promise: this.failure, resolve: this.#resolve } = Promise.withResolvers<Error | null>());
    const markAlive = (): void => {
      this.#aliveAtMs = performance.now();
    };
    consumer.on(consumer.events.FETCH, markAlive);
    consumer.on(consumer.events.HEARTBEAT, markAlive);
    consumer.on(consumer.events.GROUP_JOIN, markAlive);
    consumer.on(consumer.events.CRASH, ({ payload }) => this.#resolve(payload.error));
    this.#timer = setInterval(() => {
      if (performance.now() - this.#aliveAtMs > silenceLimitMs)
        this.#resolve(new Error(`no sign of life for ${silenceLimitMs} ms`));
    }, heartbeatMs);
    this.#stop = stop;
    if (stop.aborted) this.end();
    stop.addEventListener('abort', this.end);
  }

  readonly end = (): void => {
    clearInterval(this.#timer);
    this.#stop.removeEventListener('abort', this.end);
    this.#resolve(null);
  };
}
