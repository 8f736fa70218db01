import type { Logger } from 'pino';
import { backOff } from './backoff.ts';
import { unlessAborted } from './deadlines.ts';
import type { RawRecord } from './kafka-batch.ts';
import { reasonOf, type KafkaClient } from './kafka-client.ts';
import { KafkaGroupMember, type FetchedRecord } from './kafka-group-member.ts';
import { decodeRecord } from './kafka-record.ts';
import type { UpstreamConsumer, UpstreamRecord } from './upstream-log.ts';

const maxBatchRecords = 1000;

export interface KafkaConsumerParts {
  readonly client: KafkaClient;
  readonly logger: Logger;
  readonly group: string;
  readonly handle: (batch: readonly UpstreamRecord[]) => Promise<void>;
  /** Puts aside a record that cannot be decoded, as it is where it fits. */
  readonly putAside: (record: RawRecord, reason: string) => Promise<void>;
}

/**
 * Takes part in a consumer group until it is stopped. A membership that fails in any way is given up and a new one begins,
 * after a jittered wait; a handler that fails is called again, while the heartbeat goes on beside it.
 */
export class KafkaConsumer implements UpstreamConsumer {
  readonly #parts: KafkaConsumerParts;
  readonly #stopping = new AbortController();
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
    const { signal: stopping } = this.#stopping;
    let failures = 0;
    while (!stopping.aborted) {
      const member = new KafkaGroupMember(this.#parts);
      try {
        await unlessAborted(stopping, member.join());
        onFirstAttempt();
        await this.#consume(member, () => {
          if (failures > 0) logger.info({ group, failures }, 'the Kafka consumer works again');
          failures = 0;
        });
      } catch (error) {
        if (!stopping.aborted) failures += 1;
        // Only the first of a row is news.
        if (failures > 0)
          logger[failures === 1 ? 'warn' : 'debug'](
            { group, reason: reasonOf(error) },
            'the Kafka consumer failed; it will join again',
          );
      }
      onFirstAttempt();
      await member.leave();
      if (failures > 0) await backOff(failures, stopping);
    }
  }

  /**
   * Ends by a rejection: when the consumer is stopping, or the member has failed. `onRound` is called when what was fetched is done
   * with and committed, or nothing was there: to have joined proves little.
   */
  async #consume(member: KafkaGroupMember, onRound: () => void): Promise<void> {
    const ended = AbortSignal.any([this.#stopping.signal, member.failed]);
    for (;;) {
      const fetched = await unlessAborted(ended, member.fetch());
      if (fetched === null) continue;
      for (let start = 0; start < fetched.length; start += maxBatchRecords) {
        const part = fetched.slice(start, start + maxBatchRecords);
        if (!member.holds(part[0]!)) break;
        await this.#process(part, ended);
        if (member.holds(part[0]!)) await member.commit(part);
        ended.throwIfAborted();
      }
      onRound();
    }
  }

  async #process(fetched: readonly FetchedRecord[], ended: AbortSignal): Promise<void> {
    const records: UpstreamRecord[] = [];
    for (const { record } of fetched) {
      try {
        records.push(decodeRecord(record));
      } catch (error) {
        const reason = `undecodable: ${(error as Error).message}`;
        await this.#untilDone(() => this.#parts.putAside(record, reason), ended);
      }
    }
    if (records.length > 0) await this.#untilDone(() => this.#parts.handle(records), ended);
  }

  /** Rejects only when the consumer must let go of the batch. */
  async #untilDone(work: () => Promise<void>, ended: AbortSignal): Promise<void> {
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
      await backOff(attempt, ended);
      ended.throwIfAborted();
    }
  }
}
