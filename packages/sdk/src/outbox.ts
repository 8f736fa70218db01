import { framePayloadBytes } from '@longwire/protocol';
import { LONGEST_TIMER_MS, fullJitterMs } from './backoff.ts';
import { InvalidMessage, MessageTimeout, OutboxFull } from './errors.ts';
import { Pace } from './pace.ts';

/** What waits for its answer. */
export interface OutgoingMessage {
  readonly messageId: string;
  /** Messages of one lane keep their order; see `Outbox`. */
  readonly lane: string;
  /** The whole frame, ready to be written as often as needed. */
  readonly frame: Uint8Array;
  readonly timeoutMs: number;
}

interface Entry extends OutgoingMessage {
  readonly deadlineMs: number;
  readonly resolve: (status: string) => void;
  readonly reject: (error: Error) => void;
  inFlight: boolean;
}

/** A lane whose first message was answered "retry": until one gets through, only one at a time is tried. */
interface RetryingLane {
  attempts: number;
  retryAtMs: number;
  probe: Entry | null;
}

export interface OutboxLimits {
  readonly maxOutboxMessages: number;
  readonly maxOutboxBytes: number;
  readonly backoffBaseMs: number;
  readonly backoffMaxMs: number;
}

/**
 * Messages that were not answered yet, in the order in which they were added, bounded by count and bytes. They are
 * written in that order, and after a reconnect all again in that order. When the server asks to try one again later, the ones behind it in the same
 * lane wait with it; only what was already on the wire can overtake it. Each leaves at its deadline at the latest.
 */
export class Outbox {
  /** In order of arrival. */
  readonly #entries = new Map<string, Entry>();
  readonly #retrying = new Map<string, RetryingLane>();
  readonly #limits: OutboxLimits;
  readonly #onDue: () => void;
  readonly #pace = new Pace();
  #bytes = 0;
  #inFlight = 0;
  #timer: NodeJS.Timeout | null = null;
  #timerAtMs = Infinity;

  /** `onDue` is called when a message that had to wait may be sent. */
  constructor(limits: OutboxLimits, onDue: () => void) {
    this.#limits = limits;
    this.#onDue = onDue;
  }

  get messages(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Resolves with the status of the answer. Rejects at once when there is no room, later when the deadline has passed. */
  add(message: OutgoingMessage): Promise<string> {
    const { maxOutboxMessages, maxOutboxBytes } = this.#limits;
    const { messageId, frame } = message;
    if (this.#entries.has(messageId))
      return Promise.reject(new InvalidMessage(`message id ${messageId} is waiting for its answer already`));
    if (this.#entries.size >= maxOutboxMessages)
      return Promise.reject(new OutboxFull(`${maxOutboxMessages} messages wait for their answers`));
    if (this.#bytes + frame.length > maxOutboxBytes)
      return Promise.reject(
        new OutboxFull(`the outbox takes ${maxOutboxBytes} bytes and holds ${this.#bytes}`),
      );
    return new Promise((resolve, reject) => {
      const deadlineMs = performance.now() + message.timeoutMs;
      this.#entries.set(messageId, { ...message, deadlineMs, resolve, reject, inFlight: false });
      this.#bytes += frame.length;
      this.#wakeAt(deadlineMs);
    });
  }

  /** A connection is up, whose server takes so many messages a second; 0: it does not say. */
  connected(messagesPerSecond: number): void {
    this.#pace.begin(messagesPerSecond, performance.now());
  }

  /**
   * Passes to `send` what may be written now, until `maxInFlight` wait for answers, the pace of the server is reached or `send` answers
   * false (that frame counts as sent).
   */
  pump(maxInFlight: number, send: (frame: Uint8Array) => boolean): void {
    if (this.#inFlight === this.#entries.size) return;
    const nowMs = performance.now();
    for (const entry of this.#entries.values()) {
      if (this.#inFlight >= maxInFlight) return;
      if (entry.inFlight) continue;
      const waitMs = this.#pace.waitMs(nowMs);
      if (waitMs > 0) return this.#wakeAt(nowMs + waitMs);
      if (!this.#mayGo(entry, nowMs)) continue;
      this.#pace.take();
      entry.inFlight = true;
      this.#inFlight++;
      if (!send(entry.frame)) return;
    }
  }

  /** The answer came: the message leaves with this status. */
  settle(messageId: string, status: string): void {
    this.#take(messageId)?.resolve(status);
  }

  /** The message leaves with an error. */
  fail(messageId: string, error: Error): void {
    this.#take(messageId)?.reject(error);
  }

  /** The server asked to send it again later. */
  retry(messageId: string): void {
    const entry = this.#entries.get(messageId);
    if (entry === undefined || !entry.inFlight) return;
    entry.inFlight = false;
    this.#inFlight--;
    const lane = this.#retrying.get(entry.lane) ?? { attempts: 0, retryAtMs: 0, probe: entry };
    this.#retrying.set(entry.lane, lane);
    // Others of the lane that were on the wire too say nothing new.
    if (lane.probe !== entry) return;
    const { backoffBaseMs, backoffMaxMs } = this.#limits;
    lane.probe = null;
    lane.retryAtMs = performance.now() + fullJitterMs(lane.attempts++, backoffBaseMs, backoffMaxMs);
    this.#wakeAt(lane.retryAtMs);
  }

  /** The connection is gone: everything will be written again, in the old order. */
  disconnected(): void {
    for (const entry of this.#entries.values()) entry.inFlight = false;
    for (const lane of this.#retrying.values()) lane.probe = null;
    this.#inFlight = 0;
  }

  /** Empties the outbox; every message rejects with the error. */
  failAll(error: Error): void {
    for (const messageId of [...this.#entries.keys()]) this.fail(messageId, error);
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#timerAtMs = Infinity;
  }

  /** Fails the messages whose frame a server with this limit would refuse. */
  failLargerThan(maxFrameBytes: number): void {
    for (const { messageId, frame } of [...this.#entries.values()]) {
      const bytes = framePayloadBytes(frame);
      if (bytes > maxFrameBytes) this.fail(messageId, tooLarge(bytes, maxFrameBytes));
    }
  }

  #mayGo(entry: Entry, nowMs: number): boolean {
    const lane = this.#retrying.get(entry.lane);
    if (lane === undefined) return true;
    if (lane.probe !== null || nowMs < lane.retryAtMs) return false;
    lane.probe = entry;
    return true;
  }

  #take(messageId: string): Entry | null {
    const entry = this.#entries.get(messageId);
    if (entry === undefined) return null;
    this.#entries.delete(messageId);
    this.#bytes -= entry.frame.length;
    if (entry.inFlight) this.#inFlight--;
    this.#leaveLane(entry);
    return entry;
  }

  /** The lane runs freely again once its probe is answered, or when nothing of it is left. */
  #leaveLane(entry: Entry): void {
    const lane = this.#retrying.get(entry.lane);
    if (lane === undefined) return;
    if (lane.probe === entry || !this.#holdsLane(entry.lane)) this.#retrying.delete(entry.lane);
  }

  #holdsLane(name: string): boolean {
    for (const { lane } of this.#entries.values()) if (lane === name) return true;
    return false;
  }

  #wakeAt(timeMs: number): void {
    if (timeMs >= this.#timerAtMs) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timerAtMs = timeMs;
    const delayMs = Math.min(LONGEST_TIMER_MS, Math.max(1, Math.ceil(timeMs - performance.now())));
    this.#timer = setTimeout(() => this.#wake(), delayMs);
  }

  #wake(): void {
    this.#timer = null;
    this.#timerAtMs = Infinity;
    const nowMs = performance.now();
    for (const { messageId, deadlineMs, timeoutMs } of [...this.#entries.values()]) {
      if (deadlineMs <= nowMs)
        this.fail(messageId, new MessageTimeout(`${messageId}: no answer within ${timeoutMs} ms`));
    }
    let nextMs = Infinity;
    for (const { deadlineMs } of this.#entries.values()) nextMs = Math.min(nextMs, deadlineMs);
    for (const { retryAtMs } of this.#retrying.values())
      if (retryAtMs > nowMs) nextMs = Math.min(nextMs, retryAtMs);
    if (nextMs < Infinity) this.#wakeAt(nextMs);
    this.#onDue();
  }
}

export function tooLarge(bytes: number, maxFrameBytes: number): InvalidMessage {
  return new InvalidMessage(`the message takes ${bytes} bytes and a frame may hold ${maxFrameBytes}`);
}
