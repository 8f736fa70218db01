import {
  decodeMessage,
  FrameType,
  isProtocolError,
  PROTOCOL_VERSION_MAX,
  PROTOCOL_VERSION_MIN,
  type Frame,
} from '@longwire/protocol';
import type { Channel } from '../channel/channel.ts';
import type { Effect } from '../channel/effects.ts';

export function connect(channel: Channel, frame: Frame): Effect {
  if (frame.type !== FrameType.connect)
    return {
      do: 'close',
      close: 'expectedConnect',
      detail: `the first frame must be CONNECT, this one has type ${frame.type}`,
    };
  const message = decodeMessage('connect', frame);
  if (isProtocolError(message)) return { do: 'close', ...message };
  const { versionMin, versionMax, token, agent } = message;
  const version = Math.min(versionMax, PROTOCOL_VERSION_MAX);
  if (version < Math.max(versionMin, PROTOCOL_VERSION_MIN)) {
    const detail = `this node speaks versions ${PROTOCOL_VERSION_MIN} to ${PROTOCOL_VERSION_MAX}, the client ${versionMin} to ${versionMax}`;
    return { do: 'close', close: 'unsupportedVersion', detail };
  }
  channel.state = 'logging-in';
  return { do: 'login', token, agent, version };
}
