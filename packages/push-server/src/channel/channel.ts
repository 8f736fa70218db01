import { FrameType, type Frame } from '@longwire/protocol';
import { acknowledge } from '../handlers/acknowledge.ts';
import { close } from '../handlers/close.ts';
import { connect } from '../handlers/connect.ts';
import { ping } from '../handlers/ping.ts';
import { publish } from '../handlers/publish.ts';
import { refresh } from '../handlers/refresh.ts';
import { send } from '../handlers/send.ts';
import type { Effect } from './effects.ts';
import { BURST_TICKS } from './frame-rates.ts';

export type ChannelState = 'awaiting-connect' | 'logging-in' | 'connected';

/** A handler sees the frame and the state of its channel, and says what shall happen; it does nothing itself. */
export type FrameHandler = (channel: Channel, frame: Frame) => Effect;

const handlers: { readonly [Type in number]?: FrameHandler } = {
  [FrameType.ping]: ping,
  [FrameType.publish]: publish,
  [FrameType.send]: send,
  [FrameType.acknowledge]: acknowledge,
  [FrameType.close]: close,
  [FrameType.refresh]: refresh,
};

/** The protocol state of one connection: takes frames, answers what shall happen. */
export class Channel {
  state: ChannelState = 'awaiting-connect';
  /** PUBLISH and SEND frames that wait for their answer. */
  inFlight = 0;
  /** A REFRESH waits for its answer. */
  isRefreshing = false;
  /** What `FrameRates` keeps of the client's pace: the tick until which it is counted, and what it may send still, in tenths. */
  paceTick: number = -BURST_TICKS;
  messagesLeft = 0;
  framesLeft = 0;
  readonly maxInFlight: number;

  constructor(maxInFlight: number) {
    this.maxInFlight = maxInFlight;
  }

  receive(frame: Frame): Effect {
    if (this.state === 'awaiting-connect') return connect(this, frame);
    if (frame.type === FrameType.close) return close(this, frame);
    if (this.state === 'logging-in')
      return {
        do: 'close',
        close: 'unexpectedFrame',
        detail: 'nothing may be sent between CONNECT and CONNECTED',
      };
    const handler = handlers[frame.type];
    if (handler !== undefined) return handler(this, frame);
    return {
      do: 'close',
      close: 'unexpectedFrame',
      detail: `a client may not send frame type ${frame.type} now`,
    };
  }
}
