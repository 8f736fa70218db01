import type { Dispatcher } from 'undici';
import type { Duplex } from 'node:stream';
import { CallFailed } from './call-failed.ts';
import { CallCode, CallFrameReader, callsUpgrade, encodeCallFrames, type CallFrame } from './call-frames.ts';
import { atTurnEnd } from './turn-end.ts';

interface Call {
  readonly resolve: (body: Uint8Array) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
  /** Of the connection when the call was made. */
  readonly answersBefore: number;
}

export const callBounds = {
  /** Calls that wait for their answers: lanes have far fewer. */
  maxCalls: 1024,
  maxAnswerBytes: 8 * 1024 * 1024,
  /** Bytes that the node does not take: beyond it there are no more calls. */
  maxUnwrittenBytes: 8 * 1024 * 1024,
  /** How long a connection that takes no more calls may last: longer than any of these calls. */
  retiredMs: 5000,
  /** How long at most no other connection is tried after one that could not be made. */
  longestPauseMs: 200,
};

/**
 * One connection to a node, from the upgrade to the end, with many calls in flight. They leave in the order in which they were made, those of
 * one turn of the event loop in one write. A call whose connection is lost fails and is never sent again: it may have been acted on. A call that is
 * not answered by its deadline takes the connection with it, unless others were answered meanwhile: a node answers in order, and at once.
 */
export class CallConnection implements Dispatcher.DispatchHandler {
  readonly #headers: Readonly<Record<string, string>>;
  readonly #onEnd: (connection: CallConnection) => void;
  readonly #bounds: typeof callBounds;
  readonly #reader: CallFrameReader;
  readonly #calls = new Map<number, Call>();
  #unsent: CallFrame[] = [];
  #isFlushPlanned = false;
  #lastNumber = 0;
  #answers = 0;
  #takesCalls = true;
  /** By `performance.now()`. */
  #replaceableAtMs = 0;
  #retirement: NodeJS.Timeout | undefined;
  #controller: Dispatcher.DispatchController | null = null;
  #socket: Duplex | null = null;
  #failure: Error | null = null;

  /** `onEnd` is called once, when everything is over. */
  constructor(
    headers: Readonly<Record<string, string>>,
    onEnd: (connection: CallConnection) => void,
    bounds = callBounds,
  ) {
    this.#headers = headers;
    this.#onEnd = onEnd;
    this.#bounds = bounds;
    this.#reader = new CallFrameReader(bounds.maxAnswerBytes);
  }

  open(dispatcher: Dispatcher): void {
    const { path, protocol } = callsUpgrade;
    dispatcher.dispatch({ method: 'GET', path, headers: this.#headers, upgrade: protocol }, this);
  }

  /** It takes no more calls, and another may be opened in its place. One that could not be made stays for a moment, and refuses calls at once. */
  get isReplaceable(): boolean {
    return !this.#takesCalls && performance.now() >= this.#replaceableAtMs;
  }

  /** Resolves with the body of a 2xx answer. @throws CallFailed */
  call(code: number, body: Uint8Array, deadlineMs: number): Promise<Uint8Array> {
    const refusal = this.#refusal();
    if (refusal !== null) return Promise.reject(new CallFailed('unsent', refusal));
    const number = this.#nextNumber();
    const answer = new Promise<Uint8Array>((resolve, reject) => {
      const timer = setTimeout(() => this.#onDeadline(number, deadlineMs), deadlineMs);
      this.#calls.set(number, { resolve, reject, timer, answersBefore: this.#answers });
    });
    this.#unsent.push({ number, code, body });
    if (!this.#isFlushPlanned && this.#socket !== null) {
      this.#isFlushPlanned = true;
      atTurnEnd(this.#flush);
    }
    return answer;
  }

  /** Takes no more calls; those in flight are answered. */
  retire(): void {
    this.#takesCalls = false;
    const { retiredMs } = this.#bounds;
    this.#retirement ??= setTimeout(
      () => this.destroy(new CallFailed('lost', `the connection was not closed within ${retiredMs} ms`)),
      retiredMs,
    ).unref();
    if (this.#socket === null) return;
    this.#flush();
    this.#socket.end();
  }

  /** Ends it at once: what is in flight fails with `error`, or as unsent. */
  destroy(error: CallFailed): void {
    if (this.#failure !== null) return;
    this.#failure = error;
    this.#takesCalls = false;
    clearTimeout(this.#retirement);
    if (this.#socket === null)
      this.#replaceableAtMs = performance.now() + Math.random() * this.#bounds.longestPauseMs;
    this.#socket?.destroy();
    this.#controller?.abort(error);
    const unsent = new Set(this.#unsent.map(({ number }) => number));
    this.#unsent = [];
    for (const [number, { reject, timer }] of this.#calls) {
      clearTimeout(timer);
      reject(unsent.has(number) ? new CallFailed('unsent', error.message, { cause: error }) : error);
    }
    this.#calls.clear();
    this.#onEnd(this);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#failure !== null) controller.abort(this.#failure);
  }

  onRequestUpgrade(
    _controller: Dispatcher.DispatchController,
    _status: number,
    _headers: unknown,
    socket: Duplex,
  ): void {
    this.#controller = null;
    this.#socket = socket;
    socket.on('data', (bytes: Buffer) => this.#read(bytes));
    socket.on('error', (error) => this.#onLost(error));
    socket.on('close', () => this.#onLost());
    if (this.#failure !== null) socket.destroy();
    else if (this.#takesCalls) this.#flush();
    else this.retire();
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.destroy(new CallFailed('unsent', `status ${status}`));
  }

  onResponseData(): void {}

  onResponseEnd(): void {}

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#onLost(error);
  }

  #onLost(cause?: Error): void {
    this.destroy(new CallFailed('lost', cause?.message ?? 'the connection was lost', { cause }));
  }

  #read(bytes: Buffer): void {
    try {
      this.#reader.push(bytes, this.#onFrame);
    } catch (error) {
      this.destroy(new CallFailed('unreadable', (error as Error).message, { cause: error }));
    }
  }

  readonly #onFrame = ({ number, code, body }: CallFrame): void => {
    if (number === 0 && code === CallCode.farewell) return this.retire();
    this.#answers++;
    const call = this.#calls.get(number);
    if (call === undefined) return;
    this.#calls.delete(number);
    clearTimeout(call.timer);
    if (code >= 200 && code <= 299) call.resolve(body);
    else call.reject(new CallFailed('status', `status ${code}`));
  };

  readonly #flush = (): void => {
    this.#isFlushPlanned = false;
    if (this.#socket === null || this.#unsent.length === 0) return;
    const frames = this.#unsent;
    this.#unsent = [];
    // What the node does not take waits here: `maxUnwrittenBytes` bounds it.
    this.#socket.write(encodeCallFrames(frames));
  };

  #onDeadline(number: number, deadlineMs: number): void {
    const { reject, answersBefore } = this.#calls.get(number)!;
    this.#calls.delete(number);
    reject(new CallFailed('deadline', `no answer within ${deadlineMs} ms`));
    // Otherwise the node is slow, and answers what was sent before.
    if (this.#answers === answersBefore)
      this.destroy(new CallFailed('deadline', 'the connection was given up, for a call on it had no answer'));
  }

  /** Why no call can be made; null: it can. */
  #refusal(): string | null {
    if (!this.#takesCalls) return this.#failure?.message ?? 'the connection is about to end';
    const { maxCalls, maxUnwrittenBytes } = this.#bounds;
    if (this.#calls.size >= maxCalls) return `${maxCalls} calls are under way`;
    const unwritten = this.#socket?.writableLength ?? 0;
    return unwritten > maxUnwrittenBytes ? `the node does not read: ${unwritten} bytes wait` : null;
  }

  #nextNumber(): number {
    do this.#lastNumber = (this.#lastNumber + 1) >>> 0;
    while (this.#lastNumber === 0 || this.#calls.has(this.#lastNumber));
    return this.#lastNumber;
  }
}
