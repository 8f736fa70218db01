import type { Dispatcher } from 'undici';
import { CallFailed } from './call-failed.ts';

/**
 * One POST on a keep-alive connection, through undici's `dispatch`: its `request` makes a stream, an abort signal and their
 * bookkeeping for each call, and at a thousand calls a second that is most of what the garbage collector has to do.
 */
export class NodeCall implements Dispatcher.DispatchHandler {
  readonly answer: Promise<Uint8Array>;
  readonly #resolve: (body: Uint8Array) => void;
  readonly #reject: (error: Error) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #chunks: Uint8Array[] = [];
  #controller: Dispatcher.DispatchController | null = null;
  #status = 0;
  #late: CallFailed | null = null;

  /** Begins the call. `answer` resolves with the body of a 2xx answer, and rejects with `CallFailed`. */
  constructor(
    dispatcher: Dispatcher,
    path: string,
    headers: Readonly<Record<string, string>>,
    body: Uint8Array,
    deadlineMs: number,
  ) {
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
    this.answer = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#timer = setTimeout(() => this.#onDeadline(deadlineMs), deadlineMs);
    dispatcher.dispatch({ method: 'POST', path, headers, body }, this);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // It may have been acted on, and is not sent again.
    if (this.#controller !== null) this.#late ??= new CallFailed('lost', 'the connection was lost');
    this.#controller = controller;
    // It waited for a connection until its deadline had passed.
    if (this.#late !== null) controller.abort(this.#late);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.#status = status;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    clearTimeout(this.#timer);
    const [first, ...more] = this.#chunks;
    if (this.#status < 200 || this.#status > 299)
      this.#reject(new CallFailed('status', `status ${this.#status}`));
    else if (first === undefined) this.#resolve(NO_BYTES);
    else this.#resolve(more.length === 0 ? first : Buffer.concat(this.#chunks));
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    clearTimeout(this.#timer);
    const reason = this.#controller === null ? 'unsent' : 'lost';
    this.#reject(
      error instanceof CallFailed ? error : new CallFailed(reason, error.message, { cause: error }),
    );
  }

  #onDeadline(deadlineMs: number): void {
    this.#late = new CallFailed('deadline', `no answer within ${deadlineMs} ms`);
    this.#controller?.abort(this.#late);
    this.#reject(this.#late);
  }
}

const NO_BYTES = new Uint8Array(0);
