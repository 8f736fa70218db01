import { decodeMessage, isProtocolError, type Frame } from '@longwire/protocol';
import type { Channel } from '../channel/channel.ts';
import type { Effect } from '../channel/effects.ts';

export function refresh(channel: Channel, frame: Frame): Effect {
  const message = decodeMessage('refresh', frame);
  if (isProtocolError(message)) return { do: 'close', ...message };
  if (channel.isRefreshing)
    return { do: 'close', close: 'unexpectedFrame', detail: 'the REFRESH before has no answer yet' };
  channel.isRefreshing = true;
  return { do: 'refresh', token: message.token };
}
