import { decodeMessage, isProtocolError, type Frame } from '@longwire/protocol';
import type { Channel } from '../channel/channel.ts';
import type { Effect } from '../channel/effects.ts';
import { takeInFlight } from './in-flight.ts';
import { kept, traceIdIn } from './kept.ts';

export function publish(channel: Channel, frame: Frame): Effect {
  const message = decodeMessage('publish', frame);
  if (isProtocolError(message)) return { do: 'close', ...message };
  return takeInFlight(channel) ?? { do: 'publish', message: kept(message), traceId: traceIdIn(frame) };
}
