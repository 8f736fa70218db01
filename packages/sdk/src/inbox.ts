import type { Messages } from '@longwire/protocol';
import type { Connection } from './connection.ts';
import { DuplicateFilter } from './duplicate-filter.ts';

export interface ReceivedMessage {
  readonly messageId: string;
  /** Client id of the sender, or null for a push of the platform. */
  readonly from: string | null;
  /** `payload.toString()` is its text. */
  readonly payload: Buffer;
  /** Milliseconds since 1970, by the server's clock. */
  readonly sentAtMs: number;
}

export type MessageListener = (message: ReceivedMessage) => unknown;

export interface InboxOwner {
  /** Who takes messages now. */
  messageListeners(): readonly MessageListener[];
  /** A listener threw or rejected; the message was not acknowledged. */
  listenerFailed(error: unknown, message: ReceivedMessage): void;
}

/** Hands each message to the application once, and acknowledges it after the application has taken it. */
export class Inbox {
  /** How many came once more and were not handed over again. */
  duplicates = 0;
  readonly #filter: DuplicateFilter;
  readonly #owner: InboxOwner;

  constructor(rememberedMessages: number, owner: InboxOwner) {
    this.#filter = new DuplicateFilter(rememberedMessages);
    this.#owner = owner;
  }

  take(
    connection: Connection,
    { deliveryId, messageId, from, payload, sentAtMs }: Messages['deliver'],
  ): void {
    const listeners = this.#owner.messageListeners();
    // Nobody took it, so nobody says so: the sender learns the truth.
    if (listeners.length === 0) return;
    const key = `${from} ${messageId}`;
    const found = this.#filter.begin(key);
    if (found !== 'new') this.duplicates++;
    // One that is still in hand is not acknowledged: its sender asks again, and by then the outcome is known.
    if (found === 'in-hand') return;
    if (found === 'taken') return connection.acknowledge(deliveryId);

    const message: ReceivedMessage = {
      messageId,
      from: from === '' ? null : from,
      payload: Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength),
      sentAtMs,
    };
    const taken = (): void => {
      this.#filter.finish(key);
      connection.acknowledge(deliveryId);
    };
    const failed = (error: unknown): void => {
      this.#filter.forget(key);
      this.#owner.listenerFailed(error, message);
    };
    let pending: Promise<unknown>[] | null = null;
    try {
      for (const listener of listeners) {
        const result = listener(message);
        if (isThenable(result)) (pending ??= []).push(Promise.resolve(result));
      }
    } catch (error) {
      for (const result of pending ?? []) result.catch(() => {});
      return failed(error);
    }
    if (pending === null) taken();
    else Promise.all(pending).then(taken, failed);
  }
}

/** Promises of other realms and libraries are no instances of this one's `Promise`. */
function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    value !== null &&
    (typeof value === 'object' || typeof value === 'function') &&
    'then' in value &&
    typeof value.then === 'function'
  );
}
