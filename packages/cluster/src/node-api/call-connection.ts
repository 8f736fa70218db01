import type { Dispatcher } from 'undici';
import type { Duplex } from 'node:stream';
import { CallCode, CallFrameReader, callsUpgrade, encodeCallFrames, type CallFrame } from './call-frames.ts';
import { atTurnEnd } from './turn-end.ts';

interface Call {
  readonly resolve: (body: Uint8Array) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** Calls that wait for their answers at most: lanes have far fewer. */
const MAX_CALLS = 1024;
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/**
 * One connection to a node, from the upgrade to the end, with many calls in flight. They leave in the order in which they were made, those of
 * one turn of the event loop in one write. A call whose connection is lost fails and is never sent again: it may have been acted on. A call that is
 * not answered by its deadline takes the connection with it: a node answers in order, and at once.
 */
export class CallConnection implements Dispatcher.DispatchHandler {
  readonly #reader = new CallFrameReader(MAX_ANSWER_BYTES);
  readonly #calls = new Map<number, Call>();
  #unsent: CallFrame[] = [];
  #isFlushPlanned = false;
  #lastNumber = 0;
  #takesCalls = true;
  #controller: Dispatcher.DispatchController | null = null;
  #socket: Duplex | null = null;
  #failure: Error | null = null;

  constructor(dispatcher: Dispatcher, headers: Readonly<Record<string, string>>) {
    const { path, protocol } = callsUpgrade;
    dispatcher.dispatch({ method: 'GET', path, headers, upgrade: protocol }, this);
  }

  /** False once it is closed, or about to be: the next call needs another. */
  get takesCalls(): boolean {
    return this.#takesCalls;
  }

  get isIdle(): boolean {
    return this.#calls.size === 0;
  }

  /** Resolves with the body of a 2xx answer; rejects on any other, when the connection is lost, and when the deadline passes. */
  call(code: number, body: Uint8Array, deadlineMs: number): Promise<Uint8Array> {
    if (this.#calls.size >= MAX_CALLS) return Promise.reject(new Error(`${MAX_CALLS} calls are under way`));
    const number = this.#nextNumber();
    const answer = new Promise<Uint8Array>((resolve, reject) => {
      const timer = setTimeout(() => this.#onDeadline(number, deadlineMs), deadlineMs);
      this.#calls.set(number, { resolve, reject, timer });
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
    if (this.#socket === null) return;
    this.#flush();
    this.#socket.end();
  }

  /** Ends it at once: what is in flight fails. */
  destroy(error: Error): void {
    if (this.#failure !== null) return;
    this.#failure = error;
    this.#takesCalls = false;
    this.#unsent = [];
    this.#socket?.destroy();
    this.#controller?.abort(error);
    for (const { reject, timer } of this.#calls.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this.#calls.clear();
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
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy(new Error('the connection was lost')));
    if (this.#failure !== null) socket.destroy();
    else if (this.#takesCalls) this.#flush();
    else this.retire();
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.destroy(new Error(`status ${status}`));
  }

  onResponseData(): void {}

  onResponseEnd(): void {}

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.destroy(error);
  }

  #read(bytes: Buffer): void {
    try {
      this.#reader.push(bytes, this.#onFrame);
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  readonly #onFrame = ({ number, code, body }: CallFrame): void => {
    if (number === 0 && code === CallCode.farewell) return this.retire();
    const call = this.#calls.get(number);
    if (call === undefined) return;
    this.#calls.delete(number);
    clearTimeout(call.timer);
    if (code >= 200 && code <= 299) call.resolve(body);
    else call.reject(new Error(`status ${code}`));
  };

  readonly #flush = (): void => {
    this.#isFlushPlanned = false;
    if (this.#socket === null || this.#unsent.length === 0) return;
    const frames = this.#unsent;
    this.#unsent = [];
    // What the node does not take waits here: `MAX_CALLS` bounds it, and the deadline of the first.
    this.#socket.write(encodeCallFrames(frames));
  };

  #onDeadline(number: number, deadlineMs: number): void {
    const call = this.#calls.get(number)!;
    this.#calls.delete(number);
    call.reject(new Error(`no answer within ${deadlineMs} ms`));
    this.destroy(new Error('the connection was given up, for a call on it had no answer'));
  }

  #nextNumber(): number {
    do this.#lastNumber = (this.#lastNumber + 1) >>> 0;
    while (this.#lastNumber === 0 || this.#calls.has(this.#lastNumber));
    return this.#lastNumber;
  }
}
