import type { Channel } from '../channel/channel.ts';
import type { Effect } from '../channel/effects.ts';

/** Counts one more frame that waits for its answer; answers what shall happen instead when there are too many. */
export function takeInFlight(channel: Channel): Effect | null {
  if (channel.inFlight >= channel.maxInFlight)
    return {
      do: 'close',
      close: 'tooManyInFlight',
      detail: `at most ${channel.maxInFlight} frames may wait for their answers`,
    };
  channel.inFlight++;
  return null;
}
