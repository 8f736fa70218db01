import { DeliveryOutcome, type OnOutcome } from '@longwire/cluster';
import type { Session } from '../session/session.ts';

/** One message on its way to clients that shall acknowledge it: one object and one timer, however many clients. */
export class PendingDelivery {
  readonly #deliveryId: number;
  readonly #positions = new Map<Session, number>();
  readonly #deadlineMs: number;
  readonly #onOutcome: OnOutcome;
  #timer: NodeJS.Timeout | null = null;

  constructor(deliveryId: number, deadlineMs: number, onOutcome: OnOutcome) {
    this.#deliveryId = deliveryId;
    this.#deadlineMs = deadlineMs;
    this.#onOutcome = onOutcome;
  }

  await(session: Session, position: number): void {
    this.#timer ??= setTimeout(() => this.#expire(), this.#deadlineMs);
    this.#positions.set(session, position);
    (session.unacknowledged ??= new Map()).set(this.#deliveryId, this);
  }

  /** Ends the wait for one client. */
  settle(session: Session, outcome: DeliveryOutcome): void {
    const position = this.#positions.get(session);
    if (position === undefined) return;
    this.#positions.delete(session);
    forget(session, this.#deliveryId);
    this.#stopIfDone();
    this.#onOutcome(position, outcome);
  }

  #stopIfDone(): void {
    if (this.#positions.size > 0 || this.#timer === null) return;
    clearTimeout(this.#timer);
    this.#timer = null;
  }

  #expire(): void {
    for (const session of [...this.#positions.keys()]) this.settle(session, DeliveryOutcome.timeout);
  }
}

function forget(session: Session, deliveryId: number): void {
  session.unacknowledged?.delete(deliveryId);
  if (session.unacknowledged?.size === 0) session.unacknowledged = null;
}
