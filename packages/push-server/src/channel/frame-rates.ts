import { FrameType } from '@longwire/protocol';
import type { Channel } from './channel.ts';

/** A client may be silent and then send as much at once as it may in this time. */
const BURST_SECONDS = 2;
/** Frames are counted in tenths, and time in ticks of a tenth of a second: small integers both, for every connection has them. */
const TENTHS = 10;
const TICK_MS = 1000 / TENTHS;
export const BURST_TICKS = BURST_SECONDS * TENTHS;

/**
 * How much one client may send: two token buckets a channel. Acknowledgements that are awaited cost nothing, for a client does not choose
 * how many deliveries it gets. A REFRESH, for which a signature is verified and the directory asked, costs a tenth of a second's frames.
 */
export class FrameRates {
  /** For a client that was closed: a new connection begins with a full bucket. */
  readonly retryAfterMs: number = BURST_SECONDS * 1000;
  readonly #messagesPerSecond: number;
  readonly #framesPerSecond: number;

  constructor(limits: { readonly messagesPerSecond: number; readonly framesPerSecond: number }) {
    this.#messagesPerSecond = limits.messagesPerSecond;
    this.#framesPerSecond = limits.framesPerSecond;
  }

  /** Takes one frame off the allowance. Answers null, or what the client has sent too much of. */
  take(channel: Channel, type: FrameType, nowMs: number): string | null {
    const tick = Math.floor(nowMs / TICK_MS);
    const elapsed = tick - channel.paceTick;
    if (elapsed > 0) {
      channel.paceTick = tick;
      channel.messagesLeft = filled(channel.messagesLeft, elapsed, this.#messagesPerSecond);
      channel.framesLeft = filled(channel.framesLeft, elapsed, this.#framesPerSecond);
    }
    channel.framesLeft -= type === FrameType.refresh ? this.#framesPerSecond : TENTHS;
    if (channel.framesLeft < 0) return `at most ${this.#framesPerSecond} frames a second are taken`;
    if (type !== FrameType.publish && type !== FrameType.send) return null;
    channel.messagesLeft -= TENTHS;
    if (channel.messagesLeft < 0) return `at most ${this.#messagesPerSecond} messages a second are taken`;
    return null;
  }

  /** An ACKNOWLEDGE was read: gives its frame back if it was awaited; each number that was not counts as a frame. */
  acknowledged(channel: Channel, known: number, unknown: number): void {
    if (known > 0) channel.framesLeft += TENTHS;
    channel.framesLeft -= unknown * TENTHS;
  }
}

/** In a tick as many tenths are earned as frames in a second. */
function filled(left: number, elapsedTicks: number, perSecond: number): number {
  return Math.min(left + elapsedTicks * perSecond, BURST_TICKS * perSecond);
}
