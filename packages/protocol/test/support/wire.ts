import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import {
  closeName,
  decodeMessage,
  encodeFrame,
  FrameParser,
  isProtocolError,
  MAX_FRAME_BYTES,
  PING_FRAME,
  PONG_FRAME,
  type MessageName,
} from '../../src/index.ts';
import type { FramePart, Part } from '../conversations/build.ts';
import { typeName } from './reference-frames.ts';
import { bytesOf, fromPlain, toPlain, type PlainMessage } from './vectors.ts';

const DEADLINE_MS = 30_000;

/** What `$` words stand for; those that nobody gave are set by the frame that brings them. */
export type Names = Map<string, PlainMessage[string]>;

/** Text for a `$` word that is asked for in a frame to be sent. */
export type Resolve = (word: string) => Promise<string | null> | string | null;

/** One side of a conversation, in the hands of the test: sends parts, and reads frame by frame what comes. */
export class Wire {
  readonly #socket: Socket;
  readonly #frames: FramePart[] = [];
  readonly #names: Names;
  readonly #resolve: Resolve;
  #problem: string | null = null;
  #ended = false;
  #changed: () => void = () => {};

  constructor(socket: Socket, names: Names, resolve: Resolve) {
    this.#socket = socket;
    this.#names = names;
    this.#resolve = resolve;
    const parser = new FrameParser(MAX_FRAME_BYTES);
    socket.on('data', (chunk: Uint8Array) => {
      const error = parser.push(chunk, (frame) => {
        const type = typeName(frame.type);
        const message =
          type === 'PING' || type === 'PONG' ? {} : decodeMessage(type.toLowerCase() as MessageName, frame);
        if (isProtocolError(message)) this.#problem ??= message.detail;
        else this.#frames.push({ type, message: toPlain(message) });
        return true;
      });
      if (error !== null) this.#problem ??= error.detail;
      this.#changed();
    });
    socket.on('error', () => undefined);
    for (const event of ['end', 'close']) socket.on(event, () => this.#end());
  }

  async send(parts: readonly Part[], chunkBytes = Infinity): Promise<void> {
    const bytes = Buffer.concat(await Promise.all(parts.map((part) => this.#bytesOf(part))));
    for (let start = 0; start < bytes.length; start += chunkBytes) {
      const isTaken = this.#socket.write(bytes.subarray(start, Math.min(bytes.length, start + chunkBytes)));
      if (!isTaken && !this.#ended)
        await Promise.race([once(this.#socket, 'drain'), once(this.#socket, 'close')]);
      else await turn();
    }
  }

  finish(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** The next frames are these, in any order. */
  async expect(expected: readonly FramePart[]): Promise<void> {
    const missing = [...expected];
    while (missing.length > 0) {
      await this.#until(() => this.#frames.length > 0 || this.#ended, missing);
      const frame = this.#frames.shift();
      if (frame === undefined) throw new Error(`the end instead of ${show(missing)}`);
      const index = missing.findIndex((candidate) => this.#matches(candidate, frame));
      if (index < 0) throw new Error(`${show([frame])} instead of ${show(missing)}`);
      missing.splice(index, 1);
    }
  }

  /** CLOSE with this code comes, perhaps after some of `before`, then the end. */
  async close(name: string, before: readonly FramePart[] = []): Promise<void> {
    const frame = await this.#afterSome(before, `CLOSE ${name}`);
    if (frame?.type !== 'CLOSE')
      throw new Error(`${frame === undefined ? 'the end' : show([frame])} instead of CLOSE ${name}`);
    const { code = 0, reason = '' } = frame.message as { code?: number; reason?: string };
    if (closeName(code) !== name)
      throw new Error(`CLOSE ${code} ${closeName(code)} (${reason}) instead of ${name}`);
    // Nothing follows CLOSE, and its receiver closes the socket.
    this.finish();
    await this.end();
  }

  /** The other side ends, and says nothing but perhaps some of `before`. */
  async end(before: readonly FramePart[] = []): Promise<void> {
    const frame = await this.#afterSome(before, 'the end');
    if (frame !== undefined) throw new Error(`${show([frame])} instead of the end`);
  }

  /** The other side ends, whatever it says. */
  async over(): Promise<void> {
    await this.#until(() => this.#ended, []);
  }

  /** Nothing comes for so long. Cannot fail on a slow machine: what is late is not seen. */
  async quiet(forMs: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, forMs));
    if (this.#frames.length > 0 || this.#ended)
      throw new Error(`${this.#ended ? 'the end' : show(this.#frames)} instead of nothing`);
  }

  async #afterSome(before: readonly FramePart[], what: string): Promise<FramePart | undefined> {
    const possible = [...before];
    for (;;) {
      await this.#until(() => this.#frames.length > 0 || this.#ended, [{ type: what, message: {} }]);
      const frame = this.#frames.shift();
      if (frame === undefined) return frame;
      const index = possible.findIndex((candidate) => this.#matches(candidate, frame));
      if (index < 0) return frame;
      possible.splice(index, 1);
    }
  }

  #end(): void {
    this.#ended = true;
    this.#changed();
  }

  async #until(condition: () => boolean, wanted: readonly FramePart[]): Promise<void> {
    const deadline = performance.now() + DEADLINE_MS;
    while (!condition()) {
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) throw new Error(`nothing within ${DEADLINE_MS} ms instead of ${show(wanted)}`);
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
        timer = setTimeout(resolve, leftMs);
      });
      clearTimeout(timer);
      if (this.#problem !== null) throw new Error(`bad bytes came: ${this.#problem}`);
    }
  }

  /** Whether every field that is named has this value; one that is left out in the frame has its default. */
  #matches(expected: FramePart, frame: FramePart): boolean {
    if (expected.type !== frame.type) return false;
    const found = new Map<string, PlainMessage[string]>();
    if (!this.#fieldsMatch(expected.message, frame.message, found)) return false;
    for (const [word, value] of found) this.#names.set(word, value);
    return true;
  }

  #fieldsMatch(expected: PlainMessage, actual: PlainMessage, found: Names): boolean {
    return Object.entries(expected).every(([field, wanted]) => {
      const value = actual[field];
      if (typeof wanted === 'string' && wanted.startsWith('$')) {
        if (this.#names.has(wanted)) return this.#names.get(wanted) === value;
        if (value !== undefined) found.set(wanted, value);
        return value !== undefined;
      }
      if (Array.isArray(wanted))
        return (
          JSON.stringify(wanted.map((item: string | number) => this.#names.get(String(item)) ?? item)) ===
          JSON.stringify(value ?? [])
        );
      if (typeof wanted === 'object')
        return this.#fieldsMatch(wanted as PlainMessage, (value ?? {}) as PlainMessage, found);
      return (value ?? (typeof wanted === 'number' ? 0 : '')) === wanted;
    });
  }

  async #bytesOf(part: Part): Promise<Uint8Array> {
    if (typeof part === 'string') return bytesOf(part);
    if ('hex' in part) return bytesOf(part.hex.repeat(part.times));
    if ('text' in part) return Buffer.from((await this.#valueOf(part.text)) as string);
    if (part.type === 'PING') return PING_FRAME;
    if (part.type === 'PONG') return PONG_FRAME;
    const message: Record<string, PlainMessage[string]> = {};
    for (const [field, value] of Object.entries(part.message))
      message[field] = Array.isArray(value)
        ? ((await Promise.all(value.map((item: string | number) => this.#valueOf(item)))) as string[])
        : await this.#valueOf(value);
    return encodeFrame(part.type.toLowerCase() as MessageName, fromPlain(message));
  }

  async #valueOf(value: PlainMessage[string]): Promise<PlainMessage[string]> {
    if (typeof value !== 'string' || !value.startsWith('$')) return value;
    const known = this.#names.get(value) ?? (await this.#resolve(value));
    if (known === null) throw new Error(`nothing has set ${value}`);
    return known;
  }
}

function show(frames: readonly FramePart[]): string {
  const text = frames.map(({ type, message }) => `${type} ${JSON.stringify(message)}`).join(', ');
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
