import type { Socket } from 'node:net';

export type LaneDirection = 'toServer' | 'toClient';

export interface Fault {
  readonly toServerBlocked: boolean;
  readonly toClientBlocked: boolean;
  readonly toServerMs: number;
  readonly toClientMs: number;
  /** Infinity: no limit. */
  readonly bytesPerSecond: number;
  readonly cutDirection: LaneDirection;
  /** Asked once for each connection: after how many bytes to cut it; null for never. */
  readonly cutBytes: (() => number) | null;
}

export const NO_FAULT: Fault = {
  toServerBlocked: false,
  toClientBlocked: false,
  toServerMs: 0,
  toClientMs: 0,
  bytesPerSecond: Infinity,
  cutDirection: 'toClient',
  cutBytes: null,
};

interface LaneHooks {
  readonly fault: () => Fault;
  readonly passed: (bytes: number) => void;
  readonly cut: () => void;
}

interface Held {
  bytes: Buffer;
  readonly readAtMs: number;
}

/** Beside this, what the kernel holds of a connection. */
const MAX_HELD_BYTES = 256 * 1024;
/** A limited lane passes pieces of what it may pass in this time. */
const SLICE_MS = 20;

/** One direction of one connection: what was read from one socket and not yet written to the other, under the fault of the moment. */
export class ProxyLane {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #direction: LaneDirection;
  readonly #hooks: LaneHooks;
  readonly #held: Held[] = [];
  #heldBytes = 0;
  #hasEnded = false;
  #cutAfterBytes: number | null = null;
  #isCut = false;
  #mayPassAtMs = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(from: Socket, to: Socket, direction: LaneDirection, hooks: LaneHooks) {
    this.#from = from;
    this.#to = to;
    this.#direction = direction;
    this.#hooks = hooks;
    this.armCut();
    from.on('data', (bytes) => {
      this.#held.push({ bytes, readAtMs: performance.now() });
      this.#heldBytes += bytes.length;
      this.flow();
    });
    from.on('end', () => {
      this.#hasEnded = true;
      this.flow();
    });
    to.on('drain', () => this.flow());
  }

  armCut(): void {
    const { cutBytes, cutDirection } = this.#hooks.fault();
    this.#cutAfterBytes = cutBytes === null || cutDirection !== this.#direction ? null : cutBytes();
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#held.length = 0;
  }

  /** Passes on what may pass now, and sees to it that the rest does when it may. */
  flow(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const fault = this.#hooks.fault();
    if (fault.cutBytes === null) this.#cutAfterBytes = null;
    if (!fault[`${this.#direction}Blocked`]) {
      const waitMs = this.#passAll(fault);
      if (waitMs !== null) this.#timer = setTimeout(() => this.flow(), Math.max(1, waitMs));
      else if (this.#hasEnded && this.#held.length === 0 && !this.#to.writableEnded) this.#to.end();
    }
    if (this.#heldBytes > MAX_HELD_BYTES) this.#from.pause();
    else if (this.#from.isPaused()) this.#from.resume();
  }

  /** Answers after how many milliseconds to look again; null when nothing is held, or `drain` will come. */
  #passAll(fault: Fault): number | null {
    const latencyMs = fault[`${this.#direction}Ms`];
    for (let head = this.#held[0]; head !== undefined; head = this.#held[0]) {
      if (this.#to.writableNeedDrain || this.#isCut) return null;
      const nowMs = performance.now();
      const waitMs = Math.max(head.readAtMs + latencyMs, this.#mayPassAtMs) - nowMs;
      if (waitMs > 0) return waitMs;
      this.#pass(head, fault.bytesPerSecond, nowMs);
    }
    return null;
  }

  #pass(head: Held, bytesPerSecond: number, nowMs: number): void {
    const slice = Math.max(1, Math.floor((bytesPerSecond * SLICE_MS) / 1000));
    const piece = head.bytes.subarray(0, Math.min(slice, this.#cutAfterBytes ?? Infinity));
    if (piece.length === head.bytes.length) this.#held.shift();
    else head.bytes = head.bytes.subarray(piece.length);
    this.#heldBytes -= piece.length;
    this.#mayPassAtMs = nowMs + (piece.length / bytesPerSecond) * 1000;
    this.#hooks.passed(piece.length);
    if (this.#cutAfterBytes === null) return void this.#to.write(piece);
    this.#cutAfterBytes -= piece.length;
    this.#isCut = this.#cutAfterBytes <= 0;
    this.#to.write(piece, this.#isCut ? () => this.#hooks.cut() : undefined);
  }
}
