import { createRequire } from 'node:module';

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
