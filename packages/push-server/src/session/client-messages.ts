import { DeliveryOutcome, type DeliveryOptions, type DeliveryRouter } from '@longwire/cluster';
import { encodeFrame, PublishStatus, SendStatus, type Messages } from '@longwire/protocol';
import type { Logger } from 'pino';
import type { NodeIdentity } from '../cluster/node-identity.ts';
import type { LocalDeliveries } from '../delivery/local-deliveries.ts';
import type { PushServerMetrics } from '../metrics.ts';
import type { UpstreamHandlers } from '../upstream/upstream-handlers.ts';
import type { Session } from './session.ts';
import type { SessionRegistry } from './session-registry.ts';

export interface ClientMessagesParts {
  readonly settings: { readonly acknowledgeTimeoutMs: number };
  readonly identity: NodeIdentity;
  readonly registry: SessionRegistry;
  readonly deliveries: LocalDeliveries;
  readonly router: DeliveryRouter;
  readonly upstream: UpstreamHandlers;
  readonly metrics: PushServerMetrics;
  readonly logger: Logger;
}

/** What clients send: to the backend and to each other. Each message is answered once. */
export class ClientMessages {
  readonly #parts: ClientMessagesParts;
  readonly #sendOptions: DeliveryOptions;

  constructor(parts: ClientMessagesParts) {
    this.#parts = parts;
    this.#sendOptions = { acknowledge: true, deadlineMs: parts.settings.acknowledgeTimeoutMs };
  }

  async publish(
    { clientId, connection }: Session,
    message: Messages['publish'],
    traceId: string,
  ): Promise<void> {
    const { identity, upstream, metrics, logger } = this.#parts;
    const { messageId, kind, payload } = message;
    const receivedAtMs = Date.now();
    const record = { clientId, messageId, kind, payload, traceId, nodeId: identity.nodeId, receivedAtMs };
    const answer = await upstream.handle(record);
    metrics.publishes.inc({ status: answer.status });
    logger.debug({ clientId, messageId, kind, traceId, status: answer.status }, 'publish answered');
    connection.channel.inFlight--;
    const status = publishStatuses[answer.status];
    connection.write(
      encodeFrame('published', { messageId, status, detail: 'detail' in answer ? answer.detail : '' }),
    );
  }

  send(session: Session, { messageId, to, payload }: Messages['send'], traceId: string): void {
    const { deliveries, registry, router } = this.#parts;
    const sentAtMs = Date.now();
    const message = { messageId, from: session.clientId, payload, sentAtMs, traceId };
    const answer = (_position: number, outcome: DeliveryOutcome): void =>
      this.#answer(session, to, message, outcome);
    if (registry.get(to) !== null) deliveries.deliver(message, [to], this.#sendOptions, answer);
    else void router.deliver(message, [to], this.#sendOptions, answer);
  }

  #answer(
    { clientId, connection }: Session,
    to: string,
    { messageId, traceId }: { readonly messageId: string; readonly traceId: string },
    outcome: DeliveryOutcome,
  ): void {
    const { metrics, logger } = this.#parts;
    metrics.sends.add(outcome);
    logger.debug({ clientId, to, messageId, traceId, outcome }, 'send answered');
    connection.channel.inFlight--;
    const status = sendStatuses[outcome] ?? SendStatus.SEND_STATUS_RETRY;
    connection.write(encodeFrame('sent', { messageId, status, detail: sendDetails[outcome] ?? '' }));
  }
}

const publishStatuses = {
  accepted: PublishStatus.PUBLISH_STATUS_ACCEPTED,
  retry: PublishStatus.PUBLISH_STATUS_RETRY,
  rejected: PublishStatus.PUBLISH_STATUS_REJECTED,
} as const;

/** What a sender is told; every other outcome leaves it open whether the recipient has the message. */
const sendStatuses: { readonly [outcome in DeliveryOutcome]?: SendStatus } = {
  [DeliveryOutcome.delivered]: SendStatus.SEND_STATUS_DELIVERED,
  [DeliveryOutcome.offline]: SendStatus.SEND_STATUS_OFFLINE,
  [DeliveryOutcome.notHere]: SendStatus.SEND_STATUS_OFFLINE,
  [DeliveryOutcome.queueFull]: SendStatus.SEND_STATUS_QUEUE_FULL,
  [DeliveryOutcome.tooLarge]: SendStatus.SEND_STATUS_REJECTED,
};

/** Where the status does not say it all. */
const sendDetails: { readonly [outcome in DeliveryOutcome]?: string } = {
  [DeliveryOutcome.tooLarge]: 'the message is too large for a frame to the recipient',
  [DeliveryOutcome.timeout]: 'the recipient did not acknowledge in time',
  [DeliveryOutcome.connectionClosed]: 'the recipient left before it acknowledged',
  [DeliveryOutcome.nodeUnreachable]: "the recipient's node did not answer",
  [DeliveryOutcome.nodeQueueFull]: "the queue to the recipient's node is full",
  [DeliveryOutcome.directoryUnavailable]: 'the directory did not answer',
};
