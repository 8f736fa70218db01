import { createRequire } from 'node:module';
import { connect, type Socket } from 'node:net';
import type { ISocketFactoryArgs } from 'kafkajs';

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
  const require = createRequire(import.meta.url);
  const RequestQueue = require('kafkajs/src/network/requestQueue/index.js') as {
    prototype: RequestQueuePrototype;
  };
  const original = RequestQueue.prototype.scheduleCheckPendingRequests;
  RequestQueue.prototype.scheduleCheckPendingRequests = function (this: RequestQueuePrototype) {
    if (this.pending.length > 0) original.call(this);
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
