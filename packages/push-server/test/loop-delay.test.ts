import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { waitFor } from '../../../test-support/backends.ts';
import { LoopDelay } from '../src/listener/loop-delay.ts';

const STALL_MS = 500;
/** A tick was due within this. */
const TICK_MS = 100;

const delay = new LoopDelay();
afterEach(() => delay.stop());

/** Holds the event loop up, as a large task does. */
function stall(): void {
  const endsAtMs = performance.now() + STALL_MS;
  while (performance.now() < endsAtMs);
}

it('counts a stall once among the worst, when its late tick has come', async () => {
  delay.start();
  await sleep(2 * TICK_MS);
  delay.takeWorstMs();
  stall();
  expect(delay.takeWorstMs()).toBe(0);
  expect(delay.currentMs()).toBeGreaterThanOrEqual(STALL_MS - 2 * TICK_MS);
  let worstMs = 0;
  await waitFor(() => (worstMs = delay.takeWorstMs()) > 0);
  expect(worstMs).toBeGreaterThanOrEqual(STALL_MS - 2 * TICK_MS);
  expect(delay.takeWorstMs()).toBe(0);
});
