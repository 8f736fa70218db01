import { deliveryOutcomeNames, type DeliveryOutcome } from '@longwire/cluster';
import type { Counter } from 'prom-client';

/** How often each outcome was, until the next scrape: a label looked up for each message costs more than to count it. */
export class OutcomeTally {
  readonly #counts: number[] = deliveryOutcomeNames.map(() => 0);

  add(outcome: DeliveryOutcome, count = 1): void {
    this.#counts[outcome]! += count;
  }

  /** Hands on what has been counted since the last time. */
  moveTo(counter: Counter<'outcome'>): void {
    deliveryOutcomeNames.forEach((outcome, index) => {
      const count = this.#counts[index]!;
      if (count > 0) counter.inc({ outcome }, count);
      this.#counts[index] = 0;
    });
  }
}
