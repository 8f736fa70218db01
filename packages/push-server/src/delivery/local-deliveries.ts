import { DeliveryOutcome, type DeliveryOptions, type NodeMessage, type OnOutcome } from '@longwire/cluster';
import { encodeFrame, framePayloadBytes } from '@longwire/protocol';
import type { Session } from '../session/session.ts';
import type { SessionRegistry } from '../session/session-registry.ts';
import { PendingDelivery } from './pending-delivery.ts';

export interface DeliveryLimits {
  readonly maxFrameBytes: number;
  readonly maxQueuedBytes: number;
  readonly maxUnacknowledged: number;
}

/** Messages that one client may be sent while its route is being claimed. */
const MAX_HELD = 64;
/** Clients written to before the event loop gets its turn. */
const BROADCAST_SLICE = 256;

/** Hands messages to the clients of this process. A message is encoded once, however many clients get it. */
export class LocalDeliveries {
  readonly #registry: SessionRegistry;
  readonly #limits: DeliveryLimits;
  #lastDeliveryId = 0;

  constructor(registry: SessionRegistry, limits: DeliveryLimits) {
    this.#registry = registry;
    this.#limits = limits;
  }

  /** Calls `onOutcome` once for each client, during the call where the outcome is known, later where an acknowledgement or a login is awaited. */
  deliver(
    message: NodeMessage,
    clientIds: readonly string[],
    options: DeliveryOptions,
    onOutcome: OnOutcome,
  ): void {
    const outgoing = this.#prepare(message, options, onOutcome);
    clientIds.forEach((clientId, position) => this.#toClient(outgoing, clientId, position));
  }

  /** To every client signed in here. Resolves with how many clients had each outcome, by its number. */
  async broadcast(message: NodeMessage, options: DeliveryOptions): Promise<number[]> {
    const counts: number[] = [];
    let open = 0;
    let finish = (): void => {};
    const outgoing = this.#prepare(message, options, (_, outcome) => {
      counts[outcome] = (counts[outcome] ?? 0) + 1;
      if (--open === 0) finish();
    });
    // The walk itself is one open item, so that it cannot finish early.
    open = 1;
    let inSlice = 0;
    for (const session of this.#registry.live()) {
      open++;
      this.#toSession(outgoing, session, open);
      if (++inSlice < BROADCAST_SLICE) continue;
      inSlice = 0;
      await new Promise(setImmediate);
    }
    if (--open > 0) await new Promise<void>((resolve) => (finish = resolve));
    return Array.from(counts, (count) => count ?? 0);
  }

  /** Takes a client's acknowledgement. A number that is not awaited from this client is ignored: answers false. */
  acknowledge(session: Session, deliveryId: number): boolean {
    const pending = session.unacknowledged?.get(deliveryId);
    if (pending === undefined) return false;
    pending.settle(session, DeliveryOutcome.delivered);
    return true;
  }

  /** The session has ended: what it had not acknowledged is settled. */
  sessionEnded(session: Session): void {
    for (const pending of session.unacknowledged?.values() ?? [])
      pending.settle(session, DeliveryOutcome.connectionClosed);
  }

  #prepare(message: NodeMessage, options: DeliveryOptions, onOutcome: OnOutcome): Outgoing {
    const deliveryId = options.acknowledge ? this.#nextDeliveryId() : 0;
    const { messageId, from, payload, sentAtMs } = message;
    return {
      frame: encodeFrame('deliver', {
        deliveryId,
        messageId: messageId ?? '',
        from: from ?? '',
        payload: payload ?? null,
        sentAtMs: sentAtMs ?? 0,
      }),
      pending: options.acknowledge ? new PendingDelivery(deliveryId, options.deadlineMs, onOutcome) : null,
      onOutcome,
    };
  }

  #toSession({ frame, pending, onOutcome }: Outgoing, session: Session, position: number): void {
    const { connection } = session;
    if (framePayloadBytes(frame) > this.#limits.maxFrameBytes)
      return onOutcome(position, DeliveryOutcome.tooLarge);
    if (
      connection.queuedBytes + frame.length > this.#limits.maxQueuedBytes ||
      (pending !== null && (session.unacknowledged?.size ?? 0) >= this.#limits.maxUnacknowledged)
    )
      return onOutcome(position, DeliveryOutcome.queueFull);
    connection.write(frame);
    if (pending === null) onOutcome(position, DeliveryOutcome.delivered);
    else pending.await(session, position);
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

  #nextDeliveryId(): number {
    this.#lastDeliveryId = (this.#lastDeliveryId + 1) >>> 0;
    return this.#lastDeliveryId === 0 ? this.#nextDeliveryId() : this.#lastDeliveryId;
  }
}

interface Outgoing {
  readonly frame: Uint8Array;
  readonly pending: PendingDelivery | null;
  readonly onOutcome: OnOutcome;
}
