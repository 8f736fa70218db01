import { createRequire } from 'node:module';
import { connect, type Socket } from 'node:net';
import type { ISocketFactoryArgs } from 'kafkajs';

const require = createRequire(import.meta.url);

interface RequestQueuePrototype {
  pending: readonly unknown[];
  scheduleCheckPendingRequests(): void;
}

/**
 * kafkajs 2.2.4 sets a timer to look after pending requests even when there are none, and does so again when it fires:
 * one timer a millisecond on every connection for ever, and since its delay is negative, a TimeoutNegativeWarning on
 * Node 24. With nothing pending there is nothing to look after.
 */
export function fixIdleTimers(): void {
  const RequestQueue = require('kafkajs/src/network/requestQueue/index.js') as {
    prototype: RequestQueuePrototype;
  };
  const original = RequestQueue.prototype.scheduleCheckPendingRequests;
  RequestQueue.prototype.scheduleCheckPendingRequests = function (this: RequestQueuePrototype) {
    if (this.pending.length > 0) original.call(this);
  };
}

/** What was read of a frame that is not whole yet. */
interface ConnectionPrototype {
  chunks: Buffer[];
  bytesBuffered: number;
  bytesNeeded: number;
  socket?: Socket;
  isConnected(): boolean;
  connect(): Promise<boolean>;
  processData(bytes: Buffer): void;
}

const LENGTH_BYTES = 4;

/**
 * kafkajs 2.2.4 keeps the beginning of a frame that was cut off, connects again and reads on as if nothing had happened: it takes bytes of a message for
 * a length, and throws where nobody can catch it. A new connection begins with nothing, and one that makes no sense is ended as if it had broken.
 */
export function fixCutFrames(): void {
  const { prototype } = require('kafkajs/src/network/connection.js') as { prototype: ConnectionPrototype };
  const { connect: originalConnect, processData } = prototype;
  const forget = (connection: ConnectionPrototype): void => {
    connection.chunks = [];
    connection.bytesBuffered = 0;
    connection.bytesNeeded = LENGTH_BYTES;
  };
  prototype.connect = function (this: ConnectionPrototype) {
    if (!this.isConnected()) forget(this);
    return originalConnect.call(this);
  };
  prototype.processData = function (this: ConnectionPrototype, bytes: Buffer) {
    try {
      processData.call(this, bytes);
    } catch (error) {
      forget(this);
      this.socket?.destroy(error as Error);
    }
  };
}

/**
 * While a broker is silent kafkajs ends the same half-open socket again and again, and each time adds a listener to it;
 * Node would warn of a leak although the socket is dropped a moment later.
 */
export function openSocket({ host, port, onConnect }: ISocketFactoryArgs): Socket {
  const socket = connect(
    { host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 },
    onConnect,
  );
  return socket.setMaxListeners(0);
}
