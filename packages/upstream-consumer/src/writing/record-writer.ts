import {
  StoreRejected,
  StoreUnavailable,
  UpstreamFull,
  UpstreamUnavailable,
  type Store,
  type UpstreamLog,
  type UpstreamRecord,
} from '@longwire/cluster';
import type { Logger } from 'pino';
import { portions } from './portions.ts';
import type { WriterMetrics } from './writer-metrics.ts';

export interface RecordWriterParts {
  readonly store: Pick<Store, 'insertUpstream'>;
  readonly upstream: Pick<UpstreamLog, 'deadLetter'>;
  readonly logger: Logger;
  readonly metrics: WriterMetrics;
}

/**
 * Brings batches of the log into the store. A record ends in exactly one of three places: a new row, a row that was
 * there before under the same client and message id, or the dead letters.
 */
export class RecordWriter {
  readonly #parts: RecordWriterParts;

  constructor(parts: RecordWriterParts) {
    this.#parts = parts;
  }

  /**
   * Resolves once every record of the batch is where it ends; only then may the log move on. Rejects when the store or
   * the dead letters are away: the log then hands the whole batch out again, and what was stored counts as a duplicate.
   */
  async write(batch: readonly UpstreamRecord[]): Promise<void> {
    const { logger, metrics } = this.#parts;
    metrics.batchRecords.observe(batch.length);
    try {
      for (const portion of portions(batch)) await this.#settle(portion);
    } catch (error) {
      metrics.failedBatches.inc({ reason: failureReason(error) });
      logger.warn({ err: error, records: batch.length }, 'a batch could not be stored and will come again');
      throw error;
    }
  }

  async #settle(records: readonly UpstreamRecord[]): Promise<void> {
    try {
      await this.#insert(records);
    } catch (error) {
      if (!(error instanceof StoreRejected)) throw error;
      await this.#isolate(records, error);
    }
  }

  async #insert(records: readonly UpstreamRecord[]): Promise<void> {
    const { store, metrics, logger } = this.#parts;
    const stored = await store.insertUpstream(records);
    metrics.stored.inc(stored);
    metrics.duplicates.inc(records.length - stored);
    const nowMs = Date.now();
    for (const { receivedAtMs, traceId, clientId, messageId } of records) {
      // Clocks of two machines differ: a record from the future has no lag.
      metrics.lagMs.observe(Math.max(0, nowMs - receivedAtMs));
      logger.debug({ traceId, clientId, messageId }, 'stored');
    }
  }

  /** Finds what the store refuses by halves, so that its neighbours are stored in few inserts and in their order. */
  async #isolate(records: readonly UpstreamRecord[], refusal: StoreRejected): Promise<void> {
    const [record] = records;
    if (records.length === 1 && record !== undefined) return this.#putAside(record, refusal);
    const half = Math.ceil(records.length / 2);
    await this.#settle(records.slice(0, half));
    await this.#settle(records.slice(half));
  }

  async #putAside(record: UpstreamRecord, { reason, message }: StoreRejected): Promise<void> {
    const { upstream, logger, metrics } = this.#parts;
    await upstream.deadLetter(record, message);
    metrics.deadLettered.inc({ reason });
    const { traceId, clientId, messageId } = record;
    logger.warn({ traceId, clientId, messageId, reason }, 'the store refuses a record: dead letter');
  }
}

function failureReason(error: unknown): string {
  if (error instanceof StoreUnavailable) return 'store-unavailable';
  if (error instanceof UpstreamUnavailable || error instanceof UpstreamFull)
    return 'dead-letters-unavailable';
  return 'unexpected';
}
