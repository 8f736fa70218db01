import type { Channel } from '../channel/channel.ts';
import type { Effect } from '../channel/effects.ts';
import type { Frame } from '@longwire/protocol';

/** The client's reason is its own affair: a frame that ends the connection is never refused. */
export function close(_channel: Channel, _frame: Frame): Effect {
  return { do: 'leave' };
}
