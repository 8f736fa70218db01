import { DeliveryOutcome, type DeliveryOptions, type NodeMessage, type OnOutcome } from '@longwire/cluster';
import { encodeFrame, framePayloadBytes } from '@longwire/protocol';
import type { Session } from '../session/session.ts';
import type { SessionRegistry } from '../session/session-registry.ts';
import { AwaitedDeliveries } from './awaited-deliveries.ts';
import { Broadcast, Broadcasts } from './broadcasts.ts';

export interface DeliveryLimits {
  readonly maxFrameBytes: number;
  readonly maxQueuedBytes: number;
  readonly maxUnacknowledged: number;
}

/** A message as it goes to clients. */
interface Outgoing {
  readonly frame: Uint8Array;
  /** 0: no acknowledgement is asked for. */
  readonly deliveryId: number;
  readonly deadlineMs: number;
  readonly onOutcome: OnOutcome;
}

/** Messages that one client may be sent while its route is being claimed. */
const MAX_HELD = 64;

/** Hands messages to the clients of this process. A message is encoded once, however many clients get it. */
export class LocalDeliveries {
  readonly #registry: SessionRegistry;
  readonly #limits: DeliveryLimits;
  readonly #awaited = new AwaitedDeliveries();
  readonly #broadcasts: Broadcasts;

  constructor(registry: SessionRegistry, limits: DeliveryLimits) {
    this.#registry = registry;
    this.#limits = limits;
    this.#broadcasts = new Broadcasts(registry, {
      writeTogether: (session, joined, toAcknowledge) => {
        if (!this.#hasRoom(session, joined.length, toAcknowledge)) return false;
        session.connection.write(joined);
        return true;
      },
      written: (broadcast, session) => this.#written(broadcast, session, 0),
      hand: (broadcast, session) => this.#toSession(broadcast, session, 0),
    });
  }

  /** Calls `onOutcome` once for each client, during the call where the outcome is known, later where an acknowledgement or a login is awaited. */
  deliver(
    message: NodeMessage,
    clientIds: readonly string[],
    options: DeliveryOptions,
    onOutcome: OnOutcome,
  ): void {
    const deliveryId = options.acknowledge ? this.#awaited.nextId() : 0;
    const frame = frameOf(message, deliveryId);
    const outgoing = { frame, deliveryId, deadlineMs: options.deadlineMs, onOutcome };
    for (let position = 0; position < clientIds.length; position++)
      this.#toClient(outgoing, clientIds[position]!, position);
  }

  /** To every client signed in here. Resolves with how many clients had each outcome, by its number. */
  async broadcast(message: NodeMessage, { acknowledge, deadlineMs }: DeliveryOptions): Promise<number[]> {
    const deliveryId = acknowledge ? this.#awaited.nextId() : 0;
    const broadcast = new Broadcast(frameOf(message, deliveryId), deliveryId, deadlineMs);
    if (this.#isTooLarge(broadcast.frame)) return this.#everyone(DeliveryOutcome.tooLarge);
    if (!this.#broadcasts.add(broadcast)) return this.#everyone(DeliveryOutcome.nodeQueueFull);
    return broadcast.counts;
  }

  /** Takes a client's acknowledgement. A number that is not awaited from this client is ignored: answers false. */
  acknowledge(session: Session, deliveryId: number): boolean {
    return this.#awaited.acknowledge(session, deliveryId);
  }

  /** The session has ended: what it had not acknowledged is settled. */
  sessionEnded(session: Session): void {
    this.#awaited.sessionEnded(session);
  }

  /** Call once all sessions have ended. */
  close(): void {
    this.#awaited.close();
  }

  #toSession(outgoing: Outgoing, session: Session, position: number): void {
    const { frame, deliveryId, onOutcome } = outgoing;
    if (this.#isTooLarge(frame)) return onOutcome(position, DeliveryOutcome.tooLarge);
    if (!this.#hasRoom(session, frame.length, deliveryId === 0 ? 0 : 1))
      return onOutcome(position, DeliveryOutcome.queueFull);
    session.connection.write(frame);
    this.#written(outgoing, session, position);
  }

  #written({ deliveryId, deadlineMs, onOutcome }: Outgoing, session: Session, position: number): void {
    // To write may find that the connection must be closed.
    if (!session.connection.isOpen) onOutcome(position, DeliveryOutcome.connectionClosed);
    else if (deliveryId === 0) onOutcome(position, DeliveryOutcome.delivered);
    else this.#awaited.add(session, deliveryId, deadlineMs, position, onOutcome);
  }

  #hasRoom({ connection, unacknowledged }: Session, bytes: number, toAcknowledge: number): boolean {
    const { maxQueuedBytes, maxUnacknowledged } = this.#limits;
    if (connection.queuedBytes + bytes > maxQueuedBytes) return false;
    return toAcknowledge === 0 || (unacknowledged?.size ?? 0) + toAcknowledge <= maxUnacknowledged;
  }

  #isTooLarge(frame: Uint8Array): boolean {
    return framePayloadBytes(frame) > this.#limits.maxFrameBytes;
  }

  #toClient(outgoing: Outgoing, clientId: string, position: number): void {
    const live = this.#registry.get(clientId);
    if (live !== null) return this.#toSession(outgoing, live, position);
    const claiming = this.#registry.claiming(clientId).at(-1);
    if (claiming === undefined) return outgoing.onOutcome(position, DeliveryOutcome.notHere);
    claiming.held ??= [];
    if (claiming.held.length >= MAX_HELD) return outgoing.onOutcome(position, DeliveryOutcome.queueFull);
    claiming.held.push(() => this.#toClient(outgoing, clientId, position));
  }

  /** The counts of a message that nobody got. */
  #everyone(outcome: DeliveryOutcome): number[] {
    const counts = Array.from({ length: outcome + 1 }, () => 0);
    counts[outcome] = this.#registry.size;
    return counts;
  }
}

function frameOf({ messageId, from, payload, sentAtMs }: NodeMessage, deliveryId: number): Uint8Array {
  return encodeFrame('deliver', {
    deliveryId,
    messageId: messageId ?? '',
    from: from ?? '',
    payload: payload ?? null,
    sentAtMs: sentAtMs ?? 0,
  });
}
