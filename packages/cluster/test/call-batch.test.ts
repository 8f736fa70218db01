import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { waitFor } from '../../../test-support/backends.ts';
import { CallBatch } from '../src/directory/call-batch.ts';

/** A batch of numbers whose calls are answered by hand, each entry with its double. */
function byHand(maxSize: number, groupOf: ((entry: number) => number) | null = null) {
  const calls: { readonly entries: readonly number[]; answer(): void; fail(): void }[] = [];
  const batch = new CallBatch<number, number>(
    maxSize,
    groupOf,
    (entries) =>
      new Promise((resolve, reject) => {
        const answer = () => resolve(entries.map((entry) => 2 * entry));
        calls.push({ entries, answer, fail: () => reject(new Error('away')) });
      }),
  );
  return { batch, calls, sent: () => calls.map(({ entries }) => entries) };
}

it('sends together what comes in one turn, and while a call is under way', async () => {
  const { batch, calls, sent } = byHand(100);
  const first = [1, 2].map((entry) => batch.add(entry));
  expect(sent()).toEqual([]);
  await turn();
  expect(sent()).toEqual([[1, 2]]);
  const later = batch.add(3);
  await Promise.resolve();
  const last = batch.add(4);
  calls[0]!.answer();
  expect(await Promise.all(first)).toEqual([2, 4]);
  await waitFor(() => calls.length === 2);
  expect(sent()[1]).toEqual([3, 4]);
  calls[1]!.answer();
  expect(await Promise.all([later, last])).toEqual([6, 8]);
});

it('sends what waits even if the call under way is never answered', async () => {
  const { batch, calls, sent } = byHand(100);
  void batch.add(1);
  await turn();
  const waiting = batch.add(2);
  await waitFor(() => calls.length === 2);
  calls[1]!.answer();
  expect(await waiting).toBe(4);
  expect(sent()).toEqual([[1], [2]]);
});

it('sends no more in one call than it may, and a full one at once', async () => {
  const { batch, sent } = byHand(3);
  for (let entry = 0; entry < 8; entry++) void batch.add(entry);
  expect(sent()).toEqual([
    [0, 1, 2],
    [3, 4, 5],
  ]);
  await waitFor(() => sent().length === 3);
  expect(sent()[2]).toEqual([6, 7]);
});

it('never mixes groups, and has none of them wait', async () => {
  const { batch, sent } = byHand(100, (entry) => entry % 2);
  for (const entry of [1, 2, 3]) void batch.add(entry);
  await turn();
  void batch.add(5);
  await turn();
  expect(sent()).toEqual([[1, 3], [2], [5]]);
});

it('rejects all of a call that fails, and goes on', async () => {
  const { batch, calls } = byHand(100);
  const failing = [1, 2].map((entry) => batch.add(entry).catch((error: Error) => error.message));
  await turn();
  calls[0]!.fail();
  expect(await Promise.all(failing)).toEqual(['away', 'away']);
  const next = batch.add(3);
  await waitFor(() => calls.length === 2);
  calls[1]!.answer();
  expect(await next).toBe(6);
});
