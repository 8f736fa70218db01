import { decodeMessage, isProtocolError, type Frame } from '@longwire/protocol';
import type { Channel } from '../channel/channel.ts';
import type { Effect } from '../channel/effects.ts';

export function acknowledge(_channel: Channel, frame: Frame): Effect {
  const message = decodeMessage('acknowledge', frame);
  if (isProtocolError(message)) return { do: 'close', ...message };
  return { do: 'acknowledge', deliveryIds: message.deliveryIds };
}
