/**
 * Upstream log: what clients send to the backend, ordered per client.
 *
 * Records of one client are consumed in the order in which `publish` was called for them. Delivery is at least once: a
 * batch whose handler rejected, or whose consumer died before its offset was stored, is handed out again. Adapters:
 * `EmbeddedUpstreamLog` (memory of one process) and `KafkaUpstreamLog`; both pass `test/upstream.conformance.ts`.
 */
export interface UpstreamRecord {
  readonly clientId: string;
  /** Chosen by the client; with clientId it names the message for ever. */
  readonly messageId: string;
  /** What the message is about, for example `chat` or `metrics`. */
  readonly kind: string;
  readonly payload: Uint8Array;
  /** 32 hex digits. */
  readonly traceId: string;
  /** The push-server that took it, and when (milliseconds since 1970). */
  readonly nodeId: string;
  readonly receivedAtMs: number;
}

/** The largest payload that any log takes. A broker of Kafka takes 1 MiB with keys, headers and framing by default. */
export const maxUpstreamPayloadBytes = 900_000;

export interface UpstreamConsumer {
  /** Lets the batch in hand finish, stores its offset, leaves the group. */
  stop(): Promise<void>;
}

export interface UpstreamLog {
  /**
   * Resolves once the log holds the record (on Kafka: acknowledged by all in-sync replicas). Rejects at once with
   * `UpstreamFull` when the bounded queue in front of the log has no room, and with `UpstreamUnavailable` when the log
   * did not take the record before its deadline; then it may or may not be there. Rejects with `UpstreamTooLarge` when
   * no later try can help: the payload has more than `maxUpstreamPayloadBytes`, or the log is set up for less.
   */
  publish(record: UpstreamRecord): Promise<void>;
  /** Hands batches to `handle` one after the other; the offset is stored after `handle` resolved. */
  consume(
    group: string,
    handle: (batch: readonly UpstreamRecord[]) => Promise<void>,
  ): Promise<UpstreamConsumer>;
  /**
   * Puts a record that can never be processed, and the reason, on the dead-letter topic; without its payload where that
   * is too large. Rejects as `publish` does, but never with `UpstreamTooLarge`.
   */
  deadLetter(record: UpstreamRecord, reason: string): Promise<void>;
  /** Records and bytes now waiting in front of the log, and the bounds. */
  queue(): { records: number; bytes: number; maxRecords: number; maxBytes: number };
  /** Answers when the log does; rejects when not. For readiness. */
  ping(): Promise<void>;
  /** Gives the queue until its deadline to empty, then rejects what is left. */
  close(): Promise<void>;
}

export class UpstreamFull extends Error {
  override readonly name = 'UpstreamFull';
}

/** The record can never be taken, however often it is sent. */
export class UpstreamTooLarge extends Error {
  override readonly name = 'UpstreamTooLarge';
}

export class UpstreamUnavailable extends Error {
  override readonly name = 'UpstreamUnavailable';
}
