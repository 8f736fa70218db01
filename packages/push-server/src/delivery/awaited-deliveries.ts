import { DeliveryOutcome, type OnOutcome } from '@longwire/cluster';
import { TimingWheel, type WheelEntry } from '../connection/timing-wheel.ts';
import type { Session } from '../session/session.ts';

/** A message that one client was sent and has not acknowledged: one object, which the timing wheel links. */
export class AwaitedDelivery implements WheelEntry {
  deadlineTick = 0;
  wheelNext: WheelEntry | null = null;
  wheelPrevious: WheelEntry | null = null;
  readonly session: Session;
  readonly deliveryId: number;
  readonly position: number;
  readonly onOutcome: OnOutcome;

  constructor(session: Session, deliveryId: number, position: number, onOutcome: OnOutcome) {
    this.session = session;
    this.deliveryId = deliveryId;
    this.position = position;
    this.onOutcome = onOutcome;
  }
}

const WHEEL = { tickMs: 200, slots: 512 };

/** Every delivery of this process that waits for an acknowledgement, with one timer for all of them. */
export class AwaitedDeliveries {
  readonly #wheel = new TimingWheel<AwaitedDelivery>(WHEEL, (awaited) =>
    this.#settle(awaited, DeliveryOutcome.timeout),
  );
  #lastId = 0;

  /** A number for a delivery, as DELIVER and ACKNOWLEDGE have it; never 0. */
  nextId(): number {
    this.#lastId = (this.#lastId + 1) >>> 0;
    return this.#lastId === 0 ? this.nextId() : this.#lastId;
  }

  /** Calls `onOutcome` once: when the client has acknowledged, when its session has ended, or soon after the deadline. */
  add(
    session: Session,
    deliveryId: number,
    deadlineMs: number,
    position: number,
    onOutcome: OnOutcome,
  ): void {
    this.#wheel.start();
    const awaited = new AwaitedDelivery(session, deliveryId, position, onOutcome);
    awaited.deadlineTick = this.#wheel.now + this.#wheel.ticks(deadlineMs);
    this.#wheel.add(awaited);
    (session.unacknowledged ??= new Map()).set(deliveryId, awaited);
  }

  /** A number that is not awaited from this client is ignored: answers false. */
  acknowledge(session: Session, deliveryId: number): boolean {
    const awaited = session.unacknowledged?.get(deliveryId);
    if (awaited === undefined) return false;
    this.#settle(awaited, DeliveryOutcome.delivered);
    return true;
  }

  sessionEnded(session: Session): void {
    for (const awaited of session.unacknowledged?.values() ?? [])
      this.#settle(awaited, DeliveryOutcome.connectionClosed);
  }

  /** Call once all sessions have ended. */
  close(): void {
    this.#wheel.stop();
  }

  #settle(awaited: AwaitedDelivery, outcome: DeliveryOutcome): void {
    const { session, deliveryId, position, onOutcome } = awaited;
    this.#wheel.remove(awaited);
    session.unacknowledged?.delete(deliveryId);
    if (session.unacknowledged?.size === 0) session.unacknowledged = null;
    onOutcome(position, outcome);
  }
}
