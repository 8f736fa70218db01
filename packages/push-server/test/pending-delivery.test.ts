import { expect, it } from 'vitest';
import { DeliveryOutcome, type OnOutcome } from '@longwire/cluster';
import { waitFor } from '../../../test-support/backends.ts';
import { PendingDelivery } from '../src/delivery/pending-delivery.ts';
import { Session } from '../src/session/session.ts';

const { connectionClosed, delivered, timeout } = DeliveryOutcome;

function pendingDelivery(deadlineMs: number): { pending: PendingDelivery; outcomes: [number, number][] } {
  const outcomes: [number, number][] = [];
  const onOutcome: OnOutcome = (position, outcome) => outcomes.push([position, outcome]);
  return { pending: new PendingDelivery(7, deadlineMs, onOutcome), outcomes };
}

/** Only the session's own book of what is not acknowledged matters here. */
function newSession(): Session {
  return new Session('alice', null as never, null as never, 0);
}

it('has a deadline for clients that are added after all earlier ones have answered', async () => {
  const { pending, outcomes } = pendingDelivery(100);
  const [first, last] = [newSession(), newSession()];
  pending.await(first, 0);
  pending.settle(first, delivered);
  pending.await(last, 1);
  await waitFor(() => outcomes.length === 2);
  expect(outcomes).toEqual([
    [0, delivered],
    [1, timeout],
  ]);
  expect([first.unacknowledged, last.unacknowledged]).toEqual([null, null]);
});

it('settles each client once', () => {
  const { pending, outcomes } = pendingDelivery(60_000);
  const [one, two] = [newSession(), newSession()];
  pending.await(one, 0);
  pending.await(two, 1);
  pending.settle(two, delivered);
  pending.settle(two, connectionClosed);
  pending.settle(newSession(), delivered);
  expect(one.unacknowledged?.get(7)).toBe(pending);
  pending.settle(one, connectionClosed);
  expect(outcomes).toEqual([
    [1, delivered],
    [0, connectionClosed],
  ]);
});
