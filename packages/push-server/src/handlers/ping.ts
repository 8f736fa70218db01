import { PONG_FRAME } from '@longwire/protocol';
import type { Effect } from '../channel/effects.ts';

const pong: Effect = { do: 'write', frame: PONG_FRAME };

export function ping(): Effect {
  return pong;
}
