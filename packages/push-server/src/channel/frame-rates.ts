import { FrameType } from '@longwire/protocol';
import type { Channel } from './channel.ts';

/** A client may be silent and then send as much at once as it may in this time. */
export const BURST_SECONDS = 2;

/**
 * How much one client may send: two token buckets a channel, filled by the clock of the wheel, which ticks each second. Acknowledgements that
 * are awaited cost nothing, for a client does not choose how many deliveries it gets.
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
  take(channel: Channel, type: FrameType, second: number): string | null {
    const elapsed = second - channel.paceSecond;
    if (elapsed > 0) {
      channel.paceSecond = second;
      channel.messagesLeft = filled(channel.messagesLeft, elapsed, this.#messagesPerSecond);
      channel.framesLeft = filled(channel.framesLeft, elapsed, this.#framesPerSecond);
    }
    if (--channel.framesLeft < 0) return `at most ${this.#framesPerSecond} frames a second are taken`;
    if (type !== FrameType.publish && type !== FrameType.send) return null;
    if (--channel.messagesLeft < 0) return `at most ${this.#messagesPerSecond} messages a second are taken`;
    return null;
  }

  /** An ACKNOWLEDGE was read: gives its frame back if it was awaited; each number that was not counts as a frame. */
  acknowledged(channel: Channel, known: number, unknown: number): void {
    if (known > 0) channel.framesLeft++;
    channel.framesLeft -= unknown;
  }
}

function filled(left: number, elapsedSeconds: number, perSecond: number): number {
  return Math.min(left + elapsedSeconds * perSecond, BURST_SECONDS * perSecond);
}
