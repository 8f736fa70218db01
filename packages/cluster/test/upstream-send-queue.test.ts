import { describe, expect, test, vi } from 'vitest';
import { BatchTooLarge, SendQueue, type SendQueueLimits } from '../src/upstream/send-queue.ts';
import { UpstreamFull, UpstreamTooLarge, UpstreamUnavailable } from '../src/upstream/index.ts';

const limits: SendQueueLimits = {
  maxRecords: 1000,
  maxBytes: 100_000,
  timeoutMs: 20_000,
  maxBatchRecords: 100,
  maxBatchBytes: 10_000,
  maxGroupBytes: 10_000,
};
const eventually = { timeout: 30_000, interval: 10 };

/** A log that takes a batch when it is told to. */
class SteppedLog {
  readonly batches: (readonly number[])[] = [];
  #answer: { resolve: () => void; reject: (error: Error) => void } | null = null;

  readonly send = (items: readonly number[]): Promise<void> => {
    if (this.#answer) throw new Error('two sends under way');
    this.batches.push(items);
    return new Promise((resolve, reject) => (this.#answer = { resolve, reject }));
  };

  async answer(error?: Error): Promise<void> {
    await vi.waitUntil(() => this.#answer !== null, eventually);
    const answer = this.#answer;
    this.#answer = null;
    if (error) answer?.reject(error);
    else answer?.resolve();
  }
}

/** The group of a number is whether it is odd. */
function queueOf(
  log: { readonly send: (items: readonly number[]) => Promise<void> },
  change: Partial<SendQueueLimits> = {},
): SendQueue<number> {
  return new SendQueue({ limits: { ...limits, ...change }, groupOf: (item) => item % 2, send: log.send });
}

describe('SendQueue', () => {
  test('what arrives while a send is under way goes in the next, in order and within the batch bounds', async () => {
    const log = new SteppedLog();
    const queue = queueOf(log);
    const added = [queue.add(1, 10), queue.add(2, 10)];
    await expect.poll(() => log.batches.length, eventually).toBe(1);
    for (let i = 3; i <= 150; i += 1) added.push(queue.add(i, 10));
    added.push(queue.add(151, 9990), queue.add(152, 20));
    for (let i = 0; i < 5; i += 1) await log.answer();
    await Promise.all(added);
    expect(log.batches.map((batch) => batch.length)).toEqual([2, 100, 48, 1, 1]);
    expect(log.batches.flat()).toEqual(Array.from({ length: 152 }, (_, i) => i + 1));
    expect([queue.records, queue.bytes]).toEqual([0, 0]);
  });

  test('one group takes no more than its share of a batch, and nothing overtakes what has to wait', async () => {
    const log = new SteppedLog();
    const queue = queueOf(log, { maxGroupBytes: 100 });
    const added = [2, 4, 1, 6, 3, 5].map((item) => queue.add(item, 40));
    for (let i = 0; i < 2; i += 1) await log.answer();
    await Promise.all(added);
    expect(log.batches).toEqual([
      [2, 4, 1],
      [6, 3, 5],
    ]);
  });

  test('refuses beyond its bounds, and what could never fit', async () => {
    const log = new SteppedLog();
    const queue = queueOf(log, { maxRecords: 3, maxBytes: 1000 });
    const added = [queue.add(1, 400), queue.add(2, 400)];
    await expect(queue.add(3, 400)).rejects.toBeInstanceOf(UpstreamFull);
    added.push(queue.add(4, 10));
    await expect(queue.add(5, 10)).rejects.toBeInstanceOf(UpstreamFull);
    await expect(queue.add(6, 1001)).rejects.toBeInstanceOf(UpstreamTooLarge);
    await log.answer();
    await Promise.all(added);
    expect(log.batches).toEqual([[1, 2, 4]]);
  });

  test('tries a failed batch again, before anything that came later', async () => {
    const log = new SteppedLog();
    const queue = queueOf(log);
    const first = queue.add(1, 10);
    await log.answer(new Error('leader moved'));
    const second = queue.add(2, 10);
    await log.answer();
    await first;
    await log.answer();
    await second;
    expect(log.batches).toEqual([[1], [1], [2]]);
  });

  test('rejects at its deadline what is waiting and what is under way, and stays flat', async () => {
    const queue = queueOf({ send: () => new Promise(() => {}) }, { timeoutMs: 100 });
    const first = queue.add(1, 10);
    const rest = new Promise((resolve) => setImmediate(resolve)).then(() => queue.add(2, 10));
    const outcomes = await Promise.allSettled([first, rest]);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'UpstreamUnavailable' } });
    }
    expect([queue.records, queue.bytes]).toEqual([0, 0]);
  });

  test('opens the circuit after repeated failure, lets one record probe, and closes it on success', async () => {
    let broken = true;
    let sends = 0;
    const send = async (): Promise<void> => {
      sends += 1;
      if (broken) throw new Error('no broker');
    };
    const queue = queueOf({ send }, { timeoutMs: 500 });
    await expect(queue.add(1, 10)).rejects.toBeInstanceOf(UpstreamUnavailable);
    expect(sends).toBeGreaterThanOrEqual(3);
    // Refused either for the wait after the last failure, or because the first of the two is the probe.
    const pair = await Promise.allSettled([queue.add(2, 10), queue.add(3, 10)]);
    expect(pair[1]).toMatchObject({ status: 'rejected', reason: { cause: { message: 'no broker' } } });

    broken = false;
    const probe = () =>
      queue.add(4, 10).then(
        () => 'taken',
        () => 'refused',
      );
    await expect.poll(probe, eventually).toBe('taken');
    await Promise.all([queue.add(5, 10), queue.add(6, 10)]);
  });

  test('finds the one record that the log refuses, and sends the others in order', async () => {
    const taken: number[] = [];
    const send = async (items: readonly number[]): Promise<void> => {
      if (items.includes(5)) throw new BatchTooLarge('refused');
      taken.push(...items);
    };
    const queue = queueOf({ send });
    const outcomes = await Promise.allSettled([1, 2, 3, 4, 5, 6, 7].map((item) => queue.add(item, 10)));
    expect(taken).toEqual([1, 2, 3, 4, 6, 7]);
    expect(outcomes.map(({ status }) => status).indexOf('rejected')).toBe(4);
    expect(outcomes[4]).toMatchObject({ reason: { name: 'UpstreamTooLarge' } });
  });

  test('an empty queue has no timer', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const log = new SteppedLog();
    const queue = queueOf(log);
    const before = timers();
    const added = queue.add(1, 10);
    expect(timers()).toBe(before + 1);
    await log.answer();
    await added;
    await vi.waitUntil(() => timers() <= before, eventually);
  });

  test('close waits for what was taken, and takes nothing more', async () => {
    const log = new SteppedLog();
    const queue = queueOf(log);
    let closed = false;
    const added = queue.add(1, 10);
    const closing = queue.close().then(() => (closed = true));
    await expect(queue.add(2, 10)).rejects.toBeInstanceOf(UpstreamUnavailable);
    expect(closed).toBe(false);
    await log.answer();
    await Promise.all([added, closing]);
  });
});
