import { afterEach, beforeEach, expect, it } from 'vitest';
import { DeliveryOutcome, type OnOutcome } from '@longwire/cluster';
import { waitFor } from '../../../test-support/backends.ts';
import { AwaitedDeliveries } from '../src/delivery/awaited-deliveries.ts';
import { Session } from '../src/session/session.ts';

const { connectionClosed, delivered, timeout } = DeliveryOutcome;

let awaited: AwaitedDeliveries;
let outcomes: [number, number][];
const onOutcome: OnOutcome = (position, outcome) => outcomes.push([position, outcome]);
beforeEach(() => {
  awaited = new AwaitedDeliveries();
  outcomes = [];
});
afterEach(() => awaited.close());

/** Only the session's own book of what is not acknowledged matters here. */
function newSession(): Session {
  return new Session('alice', null as never, null as never, 0);
}

it('gives each client a deadline of its own, not before it', async () => {
  const [first, last] = [newSession(), newSession()];
  const startedAtMs = performance.now();
  awaited.add(first, 7, 60_000, 0, onOutcome);
  awaited.add(last, 7, 300, 1, onOutcome);
  await waitFor(() => outcomes.length === 1);
  expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(300);
  expect(outcomes).toEqual([[1, timeout]]);
  expect([first.unacknowledged?.size, last.unacknowledged]).toEqual([1, null]);
});

it('settles each client once, whatever comes first', () => {
  const [one, two] = [newSession(), newSession()];
  awaited.add(one, 7, 60_000, 0, onOutcome);
  awaited.add(two, 7, 60_000, 1, onOutcome);
  awaited.add(two, 8, 60_000, 2, onOutcome);
  expect(awaited.acknowledge(two, 8)).toBe(true);
  expect(awaited.acknowledge(two, 8)).toBe(false);
  expect(awaited.acknowledge(one, 8)).toBe(false);
  awaited.sessionEnded(two);
  awaited.sessionEnded(two);
  expect(awaited.acknowledge(two, 7)).toBe(false);
  expect(awaited.acknowledge(one, 7)).toBe(true);
  expect(outcomes).toEqual([
    [2, delivered],
    [1, connectionClosed],
    [0, delivered],
  ]);
  expect([one.unacknowledged, two.unacknowledged]).toEqual([null, null]);
});
