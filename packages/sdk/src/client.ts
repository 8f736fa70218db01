import { EventEmitter } from 'node:events';
import { randomBytes } from 'node:crypto';
import {
  FrameType,
  MAX_FRAME_BYTES,
  PublishStatus,
  SendStatus,
  decodeMessage,
  encodeFrame,
  framePayloadBytes,
  isClientId,
  isKind,
  isMessageId,
  isProtocolError,
  type CloseName,
  type Frame,
  type ProtocolError,
} from '@longwire/protocol';
import type { Connection } from './connection.ts';
import { ClientClosed, ConnectTimeout, InvalidMessage, MessageRejected, ConnectionClosed } from './errors.ts';
import { Inbox, type MessageListener, type ReceivedMessage } from './inbox.ts';
import { Link, type LinkFailure, type LinkState } from './link.ts';
import { resolveOptions, type LongwireOptions, type ResolvedOptions } from './options.ts';
import { Outbox, tooLarge } from './outbox.ts';

export interface LongwireEvents {
  /**
   * A message came in. It is acknowledged after every listener has returned, or has resolved if it answered a promise.
   * Without a listener nothing is acknowledged. Duplicates do not get here.
   */
  message: [message: ReceivedMessage];
  connected: [];
  /**
   * The connection was lost, ended by the server or refused when it was made again. `code` is null when it was cut.
   * After `willReconnect: false` the client has stopped.
   */
  disconnected: [
    event: { code: number | null; name: CloseName | null; reason: string; willReconnect: boolean },
  ];
  /** `detail` says why, for people. */
  state: [state: LinkState, detail: string | null];
  /** A `message` listener failed; the message was not acknowledged, and may come again. */
  error: [error: unknown, message: ReceivedMessage];
}

export interface MessageOptions {
  /** 1 to 64 of `A-Z a-z 0-9 . _ : @ -`. The same id twice is the same message. Left out: a new one. */
  readonly messageId?: string;
  /** Until the answer must be there. */
  readonly timeoutMs?: number;
}

/**
 * A device or chat client. Signs in, stays connected until `close`, and keeps what was not answered so that it is sent again
 * with the same message id after a reconnect.
 */
export class LongwireClient extends EventEmitter<LongwireEvents> {
  readonly clientId: string;
  readonly #options: ResolvedOptions;
  readonly #link: Link;
  readonly #outbox: Outbox;
  readonly #inbox: Inbox;
  readonly #idPrefix = randomBytes(9).toString('base64url');
  #lastId = 0;
  #state: LinkState = 'idle';
  #connection: Connection | null = null;
  /** Why nothing is taken any more. */
  #over: Error | null = null;
  #connecting: { resolve: () => void; reject: (error: Error) => void; timer: NodeJS.Timeout } | null = null;

  /** Throws a `TypeError` on a missing or wrong option. */
  constructor(options: LongwireOptions) {
    super();
    this.#options = resolveOptions(options);
    this.clientId = this.#options.clientId;
    this.#outbox = new Outbox(this.#options, () => this.#pump());
    this.#inbox = new Inbox(this.#options.rememberedMessages, {
      messageListeners: () => this.rawListeners('message') as MessageListener[],
      listenerFailed: (error, message) =>
        // Not from within the reading of a chunk: without a listener this throws.
        queueMicrotask(() => this.emit('error', error, message)),
    });
    this.#link = new Link(this.#options, {
      stateChanged: (state, detail) => this.#changeState(state, detail),
      up: (connection) => this.#up(connection),
      frame: (connection, frame) => this.#take(connection, frame),
      drained: () => this.#pump(),
      down: (why) => this.#down(why),
      refused: (why) => this.#refused(why),
    });
  }

  /** As every EventEmitter; a `message` listener may answer a promise. */
  override on<Name extends keyof LongwireEvents>(
    event: Name,
    listener: (...values: LongwireEvents[Name]) => unknown,
  ): this {
    return super.on(event, listener as Parameters<EventEmitter<LongwireEvents>['on']>[1]);
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Messages and bytes of frames that wait for their answers. */
  get outbox(): { readonly messages: number; readonly bytes: number } {
    return { messages: this.#outbox.messages, bytes: this.#outbox.bytes };
  }

  /** How many messages came more than once and were kept from the application. */
  get duplicatesDropped(): number {
    return this.#inbox.duplicates;
  }

  /**
   * Resolves once connected for the first time; from then on the client reconnects by itself. Rejects with
   * `ConnectionClosed` or `SignInFailed` when refused for good, with `ConnectTimeout` after `timeoutMs`; then it has stopped trying,
   * and `connect` may be called again.
   */
  connect({ timeoutMs = 60_000 }: { timeoutMs?: number } = {}): Promise<void> {
    if (this.#state === 'closed') return Promise.reject(new ClientClosed('the client was closed'));
    if (this.#state !== 'idle' && this.#state !== 'stopped')
      return Promise.reject(new Error('connect was called already'));
    this.#over = null;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#giveUp(timeoutMs), timeoutMs);
      this.#connecting = { resolve, reject, timer };
      this.#link.start();
    });
  }

  /**
   * Sends data upstream. Resolves when the upstream log has it. Rejects with `InvalidMessage`, `OutboxFull`, `MessageRejected`,
   * `MessageTimeout` (it may have arrived), or with the reason why the client has ended.
   */
  async publish(
    kind: string,
    payload: Uint8Array | string,
    options: MessageOptions = {},
  ): Promise<{ status: 'accepted' }> {
    if (!isKind(kind)) throw new InvalidMessage(`kind must be 1 to 64 of A-Z a-z 0-9 . _ -: ${kind}`);
    const messageId = this.#messageId(options);
    const frame = encodeFrame('publish', { messageId, kind, payload: toBytes(payload) });
    await this.#post(messageId, 'publish', frame, options);
    return { status: 'accepted' };
  }

  /**
   * Sends to another client. `delivered`: the recipient's client has acknowledged it. `offline`, `queue-full`: it has not got it and nothing is
   * kept. Rejects as `publish` does.
   */
  async send(
    to: string,
    payload: Uint8Array | string,
    options: MessageOptions = {},
  ): Promise<{ status: 'delivered' | 'offline' | 'queue-full' }> {
    if (!isClientId(to)) throw new InvalidMessage(`to must be 1 to 128 of A-Z a-z 0-9 . _ : @ -: ${to}`);
    const messageId = this.#messageId(options);
    const frame = encodeFrame('send', { messageId, to, payload: toBytes(payload) });
    const status = await this.#post(messageId, `send ${to}`, frame, options);
    return { status: status as 'delivered' | 'offline' | 'queue-full' };
  }

  /** Says goodbye and ends for good. What has no answer yet rejects with `ClientClosed`. Resolves when the socket is closed. */
  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    this.#changeState('closed', null);
    this.#finish(new ClientClosed('the client was closed'));
    await this.#link.stop();
  }

  #messageId({ messageId }: MessageOptions): string {
    if (messageId === undefined) return `${this.#idPrefix}-${(++this.#lastId).toString(36)}`;
    if (isMessageId(messageId)) return messageId;
    throw new InvalidMessage(`messageId must be 1 to 64 of A-Z a-z 0-9 . _ : @ -: ${messageId}`);
  }

  async #post(
    messageId: string,
    lane: string,
    frame: Uint8Array,
    { timeoutMs = this.#options.messageTimeoutMs }: MessageOptions,
  ): Promise<string> {
    if (this.#over !== null) throw this.#over;
    const maxFrameBytes = this.#connection?.limits.maxFrameBytes ?? MAX_FRAME_BYTES;
    const bytes = framePayloadBytes(frame);
    if (bytes > maxFrameBytes) throw tooLarge(bytes, maxFrameBytes);
    const answer = this.#outbox.add({ messageId, lane, frame, timeoutMs });
    this.#pump();
    return await answer;
  }

  #pump(): void {
    const connection = this.#connection;
    if (connection !== null)
      this.#outbox.pump(connection.limits.maxInFlight, (frame) => connection.send(frame));
  }

  #up(connection: Connection): void {
    this.#connection = connection;
    this.#outbox.connected(connection.limits.maxMessagesPerSecond);
    this.#outbox.failLargerThan(connection.limits.maxFrameBytes);
    this.#connecting?.resolve();
    this.#endConnecting();
    this.#pump();
    this.emit('connected');
  }

  #take(connection: Connection, frame: Frame): ProtocolError | null {
    switch (frame.type) {
      case FrameType.deliver: {
        const message = decodeMessage('deliver', frame);
        if (isProtocolError(message)) return message;
        this.#inbox.take(connection, message);
        return null;
      }
      case FrameType.published: {
        const answer = decodeMessage('published', frame);
        if (isProtocolError(answer)) return answer;
        this.#answered(answer, PublishStatus.PUBLISH_STATUS_RETRY, publishStatuses[answer.status]);
        return null;
      }
      default: {
        const answer = decodeMessage('sent', frame);
        if (isProtocolError(answer)) return answer;
        this.#answered(answer, SendStatus.SEND_STATUS_RETRY, sendStatuses[answer.status]);
        return null;
      }
    }
  }

  #answered(
    { messageId, status, detail }: { messageId: string; status: number; detail: string },
    retryStatus: number,
    outcome: string | undefined,
  ): void {
    if (outcome !== undefined) this.#outbox.settle(messageId, outcome);
    else if (status === retryStatus) this.#outbox.retry(messageId);
    else this.#outbox.fail(messageId, new MessageRejected(`${messageId} was rejected: ${detail}`));
    this.#pump();
  }

  #down({ code, closeName, reason }: ConnectionClosed): void {
    this.#connection = null;
    this.#outbox.disconnected();
    this.emit('disconnected', { code, name: closeName, reason, willReconnect: true });
  }

  #refused(why: LinkFailure): void {
    const wasConnecting = this.#connecting !== null;
    this.#finish(why);
    if (wasConnecting) return;
    const end =
      why instanceof ConnectionClosed
        ? { code: why.code, name: why.closeName, reason: why.reason }
        : { code: null, name: null, reason: why.message };
    this.emit('disconnected', { ...end, willReconnect: false });
  }

  #giveUp(timeoutMs: number): void {
    const last = this.#link.lastFailure;
    const message = `not connected within ${timeoutMs} ms${last === null ? '' : `; last: ${last.message}`}`;
    void this.#link.stop();
    this.#changeState('stopped', message);
    this.#finish(new ConnectTimeout(message, { cause: last }));
  }

  /** Nothing goes on: whatever waits is told why. */
  #finish(why: Error): void {
    this.#over = why;
    this.#connection = null;
    this.#connecting?.reject(why);
    this.#endConnecting();
    this.#outbox.failAll(why);
  }

  #endConnecting(): void {
    if (this.#connecting !== null) clearTimeout(this.#connecting.timer);
    this.#connecting = null;
  }

  #changeState(state: LinkState, detail: string | null): void {
    if (this.#state === state || this.#state === 'closed') return;
    this.#state = state;
    this.emit('state', state, detail);
  }
}

const publishStatuses: Readonly<Record<number, string>> = {
  [PublishStatus.PUBLISH_STATUS_ACCEPTED]: 'accepted',
};

const sendStatuses: Readonly<Record<number, string>> = {
  [SendStatus.SEND_STATUS_DELIVERED]: 'delivered',
  [SendStatus.SEND_STATUS_OFFLINE]: 'offline',
  [SendStatus.SEND_STATUS_QUEUE_FULL]: 'queue-full',
};

function toBytes(payload: Uint8Array | string): Uint8Array {
  return typeof payload === 'string' ? Buffer.from(payload) : payload;
}
