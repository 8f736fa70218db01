import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import {
  FrameParser,
  FrameType,
  MAX_FRAME_BYTES,
  MAX_LOGIN_FRAME_BYTES,
  PING_FRAME,
  PROTOCOL_VERSION_MAX,
  PROTOCOL_VERSION_MIN,
  closeCodes,
  decodeMessage,
  encodeFrame,
  isProtocolError,
  type Frame,
  type ProtocolError,
} from '@longwire/protocol';
import { parseAddress, type Address } from './address.ts';
import { LONGEST_TIMER_MS } from './backoff.ts';
import { ConnectionClosed } from './errors.ts';
import type { TlsOptions } from './options.ts';

/** How long the peer may take to end its side of a connection that is over. */
const LINGER_MS = 1000;
/** A delivery id takes up to 5 bytes; the list around them a few more. */
const BYTES_PER_DELIVERY_ID = 5;
const ACKNOWLEDGE_OVERHEAD_BYTES = 8;

export interface ConnectionHandler {
  /** CONNECTED came; `limits` are set. */
  connected(connection: Connection): void;
  /** PUBLISHED, SENT, DELIVER, REDIRECT or REFRESHED came. Answers what is wrong with it, or null. */
  frame(connection: Connection, frame: Frame): ProtocolError | null;
  /** The socket takes more again after `send` answered false. */
  drained(connection: Connection): void;
  /** Called once, whatever ended it; nothing is called afterwards. */
  ended(connection: Connection, closed: ConnectionClosed): void;
}

/** One connection to one node, over TLS if its address says so: login, heartbeat, frames in and out, and how it ended. */
export class Connection {
  /** In force since CONNECTED. */
  limits = { maxFrameBytes: MAX_FRAME_BYTES, maxInFlight: 1, maxMessagesPerSecond: 0 };
  readonly isTls: boolean;
  readonly #socket: Socket;
  readonly #handler: ConnectionHandler;
  readonly #parser = new FrameParser(MAX_LOGIN_FRAME_BYTES);
  #phase: 'login' | 'open' | 'ended' = 'login';
  #heartbeatMs = 0;
  #timer: NodeJS.Timeout;
  #lastSentMs = 0;
  #lastReceivedMs = 0;
  /** When the PING went out that nothing has followed yet; 0: none. */
  #askedAtMs = 0;
  #acknowledgements: number[] = [];
  #corked = false;

  constructor(
    address: string,
    login: { token: string; agent: string; timeoutMs: number; tls: TlsOptions },
    handler: ConnectionHandler,
  ) {
    this.#handler = handler;
    const parsed = parseAddress(address)!;
    this.isTls = parsed.isTls;
    this.#socket = openSocket(parsed, login.tls);
    this.#socket.on('data', (chunk) => this.#read(chunk));
    this.#socket.on('drain', () => this.#phase === 'open' && this.#handler.drained(this));
    this.#socket.on('error', (error: NodeJS.ErrnoException) =>
      this.#end(new ConnectionClosed(null, `${address}: ${error.message || error.code}`)),
    );
    this.#socket.on('close', () =>
      this.#end(new ConnectionClosed(null, `${address}: the connection was cut`)),
    );
    this.#timer = setTimeout(() => {
      const late = `${address}: not signed in within ${login.timeoutMs} ms`;
      this.#end(new ConnectionClosed(null, late));
    }, login.timeoutMs);
    this.#write(
      encodeFrame('connect', {
        versionMin: PROTOCOL_VERSION_MIN,
        versionMax: PROTOCOL_VERSION_MAX,
        token: login.token,
        agent: login.agent,
      }),
    );
  }

  /** Writes a whole frame. Answers false when the socket has enough for now: then wait for `drained`. */
  send(frame: Uint8Array): boolean {
    if (this.#phase !== 'open') return false;
    this.#cork();
    return this.#write(frame);
  }

  /** Acknowledges a delivery; those of one chunk go out in one frame. 0 is not acknowledged. */
  acknowledge(deliveryId: number): void {
    if (deliveryId === 0 || this.#phase !== 'open') return;
    this.#acknowledgements.push(deliveryId);
    if (this.#acknowledgements.length === 1) queueMicrotask(() => this.#flushAcknowledgements());
  }

  /** Leaves the node without a word: the client goes elsewhere. */
  leave(why: string): void {
    this.#part(new ConnectionClosed(null, why), null);
  }

  /** Says goodbye; resolves when the socket is closed. */
  async goodbye(): Promise<void> {
    const closed = new Promise((resolve) => this.#socket.once('close', resolve));
    const why = new ConnectionClosed(null, 'closed by the application');
    if (this.#phase === 'login') this.#end(why);
    else this.#part(why, encodeFrame('close', { code: closeCodes.goodbye.code }));
    if (!this.#socket.closed) await closed;
  }

  #read(chunk: Buffer): void {
    if (this.#phase === 'ended') return;
    this.#askedAtMs = 0;
    this.#lastReceivedMs = performance.now();
    const error = this.#parser.push(chunk, this.#onFrame);
    if (error !== null) this.#refuse(error);
  }

  readonly #onFrame = (frame: Frame): boolean => {
    const error = this.#take(frame);
    if (error !== null) this.#refuse(error);
    return this.#phase !== 'ended';
  };

  #take(frame: Frame): ProtocolError | null {
    if (frame.type === FrameType.close) return this.#closedByServer(frame);
    if (this.#phase === 'login') return this.#login(frame);
    switch (frame.type) {
      case FrameType.pong:
        return null;
      case FrameType.published:
      case FrameType.sent:
      case FrameType.deliver:
      case FrameType.redirect:
      case FrameType.refreshed:
        return this.#handler.frame(this, frame);
      default:
        return unexpected(frame);
    }
  }

  #login(frame: Frame): ProtocolError | null {
    if (frame.type !== FrameType.connected) return unexpected(frame);
    const connected = decodeMessage('connected', frame);
    if (isProtocolError(connected)) return connected;
    if (connected.version < PROTOCOL_VERSION_MIN || connected.version > PROTOCOL_VERSION_MAX)
      return { close: 'unsupportedVersion', detail: `the server chose version ${connected.version}` };
    this.#phase = 'open';
    this.limits = {
      maxFrameBytes: connected.limits?.maxFrameBytes || MAX_FRAME_BYTES,
      maxInFlight: connected.limits?.maxInFlight || 1,
      maxMessagesPerSecond: connected.limits?.maxMessagesPerSecond ?? 0,
    };
    this.#parser.maxFrameBytes = this.limits.maxFrameBytes;
    this.#heartbeatMs = Math.min(connected.heartbeatIntervalMs || LONGEST_TIMER_MS, LONGEST_TIMER_MS);
    this.#schedule(this.#heartbeatMs);
    this.#handler.connected(this);
    return null;
  }

  #closedByServer(frame: Frame): ProtocolError | null {
    const close = decodeMessage('close', frame);
    if (isProtocolError(close)) return close;
    const retryAfterMs = Math.min(close.retryAfterMs, LONGEST_TIMER_MS);
    this.#part(new ConnectionClosed(close.code, close.reason, retryAfterMs), null);
    return null;
  }

  /** Ends on bytes that are not the protocol's. */
  #refuse({ close, detail }: ProtocolError): void {
    this.#part(
      new ConnectionClosed(null, `the server broke the protocol: ${detail}`),
      encodeFrame('close', { code: closeCodes[close].code, reason: detail }),
    );
  }

  /**
   * The heartbeat: PING when nothing was sent, or nothing came, for the interval; the peer is dead when nothing at all
   * follows a PING for another interval.
   */
  #beat(): void {
    const nowMs = performance.now();
    if (this.#askedAtMs === 0) {
      if (nowMs >= this.#quietSinceMs() + this.#heartbeatMs) {
        this.#write(PING_FRAME);
        this.#askedAtMs = nowMs;
      }
    } else if (nowMs >= this.#askedAtMs + this.#heartbeatMs) {
      // After a stall of this process the answer may lie in the socket, unread: read before judging.
      setImmediate(() => this.#judge());
      return;
    }
    this.#schedule((this.#askedAtMs || this.#quietSinceMs()) + this.#heartbeatMs - nowMs);
  }

  #judge(): void {
    if (this.#phase === 'ended') return;
    if (this.#askedAtMs === 0) return this.#beat();
    this.#end(new ConnectionClosed(null, `the server was silent for ${this.#heartbeatMs} ms`));
  }

  #quietSinceMs(): number {
    return Math.min(this.#lastSentMs, this.#lastReceivedMs);
  }

  #schedule(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#beat(), Math.max(1, Math.ceil(delayMs)));
  }

  #flushAcknowledgements(): void {
    const perFrame = Math.max(
      1,
      Math.floor((this.limits.maxFrameBytes - ACKNOWLEDGE_OVERHEAD_BYTES) / BYTES_PER_DELIVERY_ID),
    );
    const ids = this.#acknowledgements;
    this.#acknowledgements = [];
    for (let start = 0; start < ids.length; start += perFrame) {
      this.send(encodeFrame('acknowledge', { deliveryIds: ids.slice(start, start + perFrame) }));
    }
  }

  /** Collects the frames of this turn of the event loop into one write. */
  #cork(): void {
    if (this.#corked) return;
    this.#corked = true;
    this.#socket.cork();
    process.nextTick(() => {
      this.#corked = false;
      this.#socket.uncork();
    });
  }

  #write(frame: Uint8Array): boolean {
    this.#lastSentMs = performance.now();
    return this.#socket.write(frame);
  }

  /** Ends in order: what was written still goes out, `farewell` last. */
  #part(closed: ConnectionClosed, farewell: Uint8Array | null): void {
    if (this.#phase === 'ended') return;
    if (farewell !== null) this.#socket.write(farewell);
    this.#socket.end();
    const linger = setTimeout(() => this.#socket.destroy(), LINGER_MS);
    this.#socket.once('close', () => clearTimeout(linger));
    this.#finish(closed);
  }

  /** Ends at once. */
  #end(closed: ConnectionClosed): void {
    if (this.#phase === 'ended') return;
    this.#socket.destroy();
    this.#finish(closed);
  }

  #finish(closed: ConnectionClosed): void {
    this.#phase = 'ended';
    clearTimeout(this.#timer);
    this.#handler.ended(this, closed);
  }
}

/** What is written before the handshake is done waits for it. */
function openSocket({ host, port, isTls }: Address, { ca, cert, key, servername }: TlsOptions): Socket {
  if (!isTls) return connect({ host, port, noDelay: true });
  const name = servername === undefined ? {} : { servername };
  const socket = connectTls({ host, port, ca, cert, key, minVersion: 'TLSv1.2', ...name });
  return socket.setNoDelay(true);
}

function unexpected({ type }: Frame): ProtocolError {
  return { close: 'unexpectedFrame', detail: `frame type ${type} is not expected now` };
}
