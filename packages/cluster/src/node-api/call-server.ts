import type { Duplex } from 'node:stream';
import {
  BadCallFrame,
  CallCode,
  CallFrameReader,
  encodeCallFrames,
  FAREWELL,
  type CallFrame,
} from './call-frames.ts';

export type CallName = Exclude<keyof typeof CallCode, 'farewell'>;

export interface CallServerOptions {
  /** Takes the body of a call, answers that of its answer, null for none. At once: nothing here watches the time. */
  readonly calls: { readonly [name in CallName]?: (body: Uint8Array) => Uint8Array | null };
  readonly maxBodyBytes: number;
  /** Called before what has come is read. */
  readonly onBytes?: () => void;
  /** The HTTP status for what a call has thrown. */
  readonly statusOf: (error: unknown) => number;
  /** Called once for each call, with the status of its answer. */
  readonly onAnswered: (name: CallName | 'unknown', status: number, seconds: number) => void;
  /** `callServerTimes` unless given. */
  readonly times?: typeof callServerTimes;
}

export const callServerTimes = {
  /** A connection on which nothing comes for so long is ended; whoever has more to ask opens another. */
  idleTimeoutMs: 75_000,
  /** How long callers may take to end their side of a connection that is closed. */
  drainMs: 2000,
};

const names = new Map(
  Object.entries(CallCode).flatMap(([name, code]) =>
    name === 'farewell' ? [] : [[code as number, name as CallName] as const],
  ),
);
const NO_BYTES = new Uint8Array(0);

/**
 * Answers calls on connections that were upgraded for them, each at once and so in order. What one read brings is answered in one write;
 * a caller that does not read its answers is not read either.
 */
export class CallServer {
  readonly #options: CallServerOptions;
  readonly #times: typeof callServerTimes;
  readonly #sockets = new Set<Duplex>();
  #isDraining = false;

  constructor(options: CallServerOptions) {
    this.#options = options;
    this.#times = options.times ?? callServerTimes;
  }

  /** Takes a connection, and what has come on it already. */
  accept(socket: Duplex & { setTimeout(ms: number): unknown }, head: Buffer): void {
    this.#sockets.add(socket);
    const reader = new CallFrameReader(this.#options.maxBodyBytes);
    socket.setTimeout(this.#times.idleTimeoutMs);
    socket.on('timeout', () => this.#takeLeave(socket));
    socket.on('data', (bytes: Buffer) => this.#read(socket, reader, bytes));
    socket.on('drain', () => socket.resume());
    socket.on('end', () => socket.end());
    // It is followed by 'close'.
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
    if (head.length > 0) this.#read(socket, reader, head);
    if (this.#isDraining) this.#takeLeave(socket);
  }

  /** Answers what is on its way, and takes leave of the callers. Never rejects. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    const closed = [...this.#sockets].map((socket) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      socket.on('close', () => resolve());
      return promise;
    });
    for (const socket of this.#sockets) this.#takeLeave(socket);
    await Promise.all(closed);
  }

  #read(socket: Duplex, reader: CallFrameReader, bytes: Buffer): void {
    this.#options.onBytes?.();
    const answers: CallFrame[] = [];
    try {
      reader.push(bytes, (frame) => answers.push(this.#answer(frame)));
    } catch (error) {
      if (!(error instanceof BadCallFrame)) throw error;
      answers.push({ number: error.number, code: 413, body: NO_BYTES });
      this.#options.onAnswered('unknown', 413, 0);
      socket.removeAllListeners('data').resume();
      socket.end(encodeCallFrames(answers));
      this.#destroySoon(socket);
      return;
    }
    if (answers.length > 0 && !socket.write(encodeCallFrames(answers))) socket.pause();
  }

  #answer({ number, code, body }: CallFrame): CallFrame {
    const startedAtMs = performance.now();
    const name = names.get(code) ?? 'unknown';
    const call = name === 'unknown' ? undefined : this.#options.calls[name];
    let answer: Uint8Array | null = null;
    let status = 404;
    try {
      if (call !== undefined) {
        answer = call(body);
        status = answer === null ? 204 : 200;
      }
    } catch (error) {
      status = this.#options.statusOf(error);
    }
    this.#options.onAnswered(name, status, (performance.now() - startedAtMs) / 1000);
    return { number, code: status, body: answer ?? NO_BYTES };
  }

  #takeLeave(socket: Duplex): void {
    if (socket.writable) socket.write(encodeCallFrames([FAREWELL]));
    this.#destroySoon(socket);
  }

  #destroySoon(socket: Duplex): void {
    setTimeout(() => socket.destroy(), this.#times.drainMs).unref();
  }
}
