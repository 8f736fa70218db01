/** What became of a message for one client: the catalogue that node calls, the store, metrics and docs share. The value is its byte on the wire. */
export const DeliveryOutcome = {
  /** Not known yet. Never final, and not sent. */
  pending: 0,
  /** Acknowledged by the client; or, where no acknowledgement was asked for, written to its socket. */
  delivered: 1,
  /** The client has no connection anywhere. */
  offline: 2,
  /** The client has no connection on the node that was asked. */
  notHere: 3,
  /** The write queue of the client, or its window of unacknowledged messages, is full. */
  queueFull: 4,
  /** The client did not acknowledge before the deadline. */
  timeout: 5,
  /** The connection ended before the client acknowledged. */
  connectionClosed: 6,
  /** The node did not answer: whether the client has the message is not known. */
  nodeUnreachable: 7,
  /** The queue to the node is full. */
  nodeQueueFull: 8,
  /** The directory did not say where the client is. */
  directoryUnavailable: 9,
  /** The message does not fit in a frame of the client's node. */
  tooLarge: 10,
} as const;

export type DeliveryOutcome = (typeof DeliveryOutcome)[keyof typeof DeliveryOutcome];
export type DeliveryOutcomeName = keyof typeof DeliveryOutcome;

export const deliveryOutcomeNames: readonly DeliveryOutcomeName[] = Object.keys(
  DeliveryOutcome,
) as DeliveryOutcomeName[];
