import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  decodeMessage,
  FrameParser,
  FrameType,
  isProtocolError,
  type Frame,
  type MessageName,
} from '../../src/index.ts';
import { bytesOf, vectors } from '../support/vectors.ts';
import { Mutator, Random } from './mutator.ts';

export interface FuzzOptions {
  readonly frames: number;
  readonly seed: number;
  /** Called ten times, at even distances. */
  readonly onPoint: (point: FuzzPoint) => void;
}

export interface FuzzPoint {
  readonly frames: number;
  /** After a collection of garbage: what objects take, and what buffers take. */
  readonly heapBytes: number;
  readonly bufferBytes: number;
}

/** How often each thing happened: `frame` and the names of types and close codes. */
export type Outcomes = Record<string, number>;

const LIMITS = [64, 512, 512, 4096, 65_536];
/** A frame that promises much and waits for it would swallow all that follows. */
const LONGEST_WAIT = 8;
const LARGEST_SEED_BYTES = 1000;
const names = new Map(Object.entries(FrameType).map(([name, type]) => [type, name]));

/** Feeds random and damaged frames to parsers, and their bodies to the decoder. Throws what these throw, and where they break a bound. */
export function fuzz({ frames, seed, onPoint }: FuzzOptions): Outcomes {
  // Bodies that are refused are errors inside: their stacks are the dearest part of this and are never shown.
  Error.stackTraceLimit = 0;
  const collect = garbageCollector();
  const random = new Random(seed);
  const seeds = [...vectors.valid, ...vectors.invalid].map(({ hex }) => bytesOf(hex));
  const mutator = new Mutator(
    random,
    seeds.filter((bytes) => bytes.length > 0 && bytes.length < LARGEST_SEED_BYTES),
  );
  const stream = new Stream(random);
  for (let point = 1, done = 0; point <= 10; point++) {
    for (const end = Math.round((frames * point) / 10); done < end; done++) {
      mutator.next();
      try {
        stream.feed(mutator.bytes.subarray(0, mutator.length), done % 16 === 0);
      } catch (error) {
        const hex = Buffer.from(mutator.bytes.buffer, 0, mutator.length).toString('hex');
        throw new Error(`frame ${done} of seed ${seed} (${hex}): ${(error as Error).message}`, {
          cause: error,
        });
      }
    }
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    onPoint({ frames: done, heapBytes: heapUsed, bufferBytes: arrayBuffers });
  }
  return stream.outcomes;
}

/** A connection's worth of bytes after the other: when one is refused, the next begins. */
class Stream {
  readonly outcomes: Outcomes = {};
  readonly #random: Random;
  #limit = 512;
  #parser = new FrameParser(512);
  #waited = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  feed(bytes: Uint8Array, compares: boolean): void {
    if (compares) this.#compare(bytes);
    const close = this.#push(this.#parser, bytes);
    if (close !== null) this.#count(close);
    const { pendingBytes } = this.#parser;
    if (pendingBytes > this.#limit + 5)
      throw new Error(`${pendingBytes} bytes wait, the limit is ${this.#limit}`);
    this.#waited = pendingBytes > 0 ? this.#waited + 1 : 0;
    if (this.#waited === LONGEST_WAIT) this.#count('still waiting');
    if (close === null && this.#waited < LONGEST_WAIT) return;
    this.#limit = LIMITS[this.#random.below(LIMITS.length)]!;
    this.#parser = new FrameParser(this.#limit);
    this.#waited = 0;
  }

  /** In one piece, in two or three, or byte by byte. Answers the name of the close code. */
  #push(parser: FrameParser, bytes: Uint8Array): string | null {
    const way = this.#random.below(32);
    if (way < 16) return parser.push(bytes, this.#onFrame)?.close ?? null;
    const step = way === 31 ? 1 : 1 + this.#random.below(bytes.length + 1);
    for (let start = 0; start < bytes.length; start += step) {
      const problem = parser.push(bytes.subarray(start, Math.min(bytes.length, start + step)), this.#onFrame);
      if (problem !== null) return problem.close;
    }
    return null;
  }

  /** The same bytes whole and in single bytes must come to the same. */
  #compare(bytes: Uint8Array): void {
    const results = [bytes.length, 1].map((step) => {
      const parser = new FrameParser(this.#limit);
      let digest = '';
      for (let start = 0; start < bytes.length; start += step) {
        const problem = parser.push(bytes.subarray(start, start + step), ({ type, body, traceContext }) => {
          digest += `${type}:${body.length}:${body[body.length - 1]}:${traceContext?.[0]} `;
          return true;
        });
        if (problem !== null) return `${digest}${problem.close}`;
      }
      return `${digest}${parser.pendingBytes}`;
    });
    if (results[0] !== results[1]) throw new Error(`whole: ${results[0]}, in single bytes: ${results[1]}`);
  }

  readonly #onFrame = (frame: Frame): boolean => {
    if (frame.body.length > this.#limit)
      throw new Error(`a body of ${frame.body.length} bytes above ${this.#limit}`);
    const name = names.get(frame.type)!;
    this.#count(name);
    if (name === 'ping' || name === 'pong') return true;
    const message = decodeMessage(name as MessageName, frame);
    if (isProtocolError(message)) this.#count(`${message.close} (body)`);
    return true;
  };

  #count(outcome: string): void {
    this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1;
  }
}

function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  return () => {
    collect();
    collect();
  };
}
