import { decodeMessage, isProtocolError, type Frame } from '@longwire/protocol';
import type { Channel } from '../channel/channel.ts';
import type { Effect } from '../channel/effects.ts';
import { takeInFlight } from './in-flight.ts';
import { kept, traceIdIn } from './kept.ts';

export function send(channel: Channel, frame: Frame): Effect {
  const message = decodeMessage('send', frame);
  if (isProtocolError(message)) return { do: 'close', ...message };
  return takeInFlight(channel) ?? { do: 'send', message: kept(message), traceId: traceIdIn(frame) };
}
