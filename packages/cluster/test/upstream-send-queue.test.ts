import { describe, expect, test, vi } from 'vitest';
import {
  BatchTooLarge,
  SendQueue,
  type SendQueueLimits,
  type SendQueueParts,
} from '../src/upstream/send-queue.ts';
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

/** A log that takes a batch when it is told to: the batch that was sent first. */
class SteppedLog {
  readonly batches: (readonly number[])[] = [];
  readonly #open: { taken: () => void; fail: (error: Error) => void }[] = [];

  readonly send: Send = (items, answer) => {
    this.batches.push(items);
    return new Promise((resolve, fail) => {
      const taken = () => {
        answer(items);
        resolve();
      };
      this.#open.push({ taken, fail });
    });
  };

  async answer(error?: Error): Promise<void> {
    await vi.waitUntil(() => this.#open.length > 0, eventually);
    const { taken, fail } = this.#open.shift()!;
    if (error) fail(error);
    else taken();
  }
}

type Send = (
  items: readonly number[],
  answer: (items: readonly number[], error?: Error) => void,
) => Promise<void>;

/** As the queue wants it. No number is sent twice at a time. */
function sending(send: Send): SendQueueParts<number>['send'] {
  return (batch, answer) =>
    send(
      batch.map(({ item }) => item),
      (items, error) =>
        answer(
          batch.filter(({ item }) => items.includes(item)),
          error,
        ),
    );
}

/** The group of a number is whether it is odd. */
function queueOf(log: { readonly send: Send }, change: Partial<SendQueueLimits> = {}): SendQueue<number> {
  return new SendQueue({
    limits: { ...limits, ...change },
    groupOf: (item) => item % 2,
    send: sending(log.send),
  });
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

  test('one group takes no more than its share of a batch, and nothing of it overtakes what has to wait', async () => {
    const log = new SteppedLog();
    const queue = queueOf(log, { maxGroupBytes: 100 });
    const added = [2, 4, 1, 6, 3, 5].map((item) => queue.add(item, 40));
    for (let i = 0; i < 2; i += 1) await log.answer();
    await Promise.all(added);
    expect(log.batches).toEqual([
      [2, 4, 1, 3],
      [6, 5],
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

  test('tries again what failed, before anything of its group that came later', async () => {
    const log = new SteppedLog();
    const queue = queueOf(log);
    const first = queue.add(1, 10);
    await log.answer(new Error('leader moved'));
    const second = queue.add(3, 10);
    await log.answer();
    await Promise.all([first, second]);
    expect(log.batches).toEqual([[1], [1, 3]]);
  });

  test('keeps what one part of the log has taken, and repeats the rest alone', async () => {
    const tries: (readonly number[])[] = [];
    const send: Send = async (items, answer) => {
      tries.push(items);
      answer(items.filter((item) => item % 2 === 0));
      if (tries.length < 3) throw new Error('the odd ones have no leader');
      answer(items.filter((item) => item % 2 === 1));
    };
    const queue = queueOf({ send });
    await Promise.all([1, 2, 3, 4].map((item) => queue.add(item, 10)));
    expect(tries).toEqual([
      [1, 2, 3, 4],
      [1, 3],
      [1, 3],
    ]);
  });

  test('what one part of the log does not answer holds up no other', async () => {
    const taken: number[] = [];
    const send: Send = async (items, answer) => {
      const even = items.filter((item) => item % 2 === 0);
      taken.push(...even);
      answer(even);
      if (even.length < items.length) await new Promise(() => {});
    };
    const queue = queueOf({ send }, { timeoutMs: 60_000 });
    queue.add(1, 10).catch(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    queue.add(3, 10).catch(() => undefined);
    for (let item = 2; item <= 20; item += 2) await queue.add(item, 10);
    expect(taken).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 18, 20]);
    expect(queue.records).toBe(2);
  });

  test('a circuit is that of one group', async () => {
    const send: Send = async (items, answer) => {
      answer(items.filter((item) => item % 2 === 0));
      answer(
        items.filter((item) => item % 2 === 1),
        new Error('no leader'),
      );
    };
    const queue = queueOf({ send }, { timeoutMs: 500 });
    await expect(queue.add(1, 10)).rejects.toBeInstanceOf(UpstreamUnavailable);
    const outcomes = await Promise.allSettled([3, 2, 5, 4].map((item) => queue.add(item, 10)));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[2]).toMatchObject({ reason: { cause: { message: 'no leader' } } });
  });

  test('nothing is lost, doubled or out of order in its group, whatever fails how often', async () => {
    const taken: number[] = [];
    const send: Send = async (items, answer) => {
      for (const part of [0, 1, 2]) {
        const own = items.filter((item) => item % 3 === part);
        await new Promise((resolve) => setImmediate(resolve));
        const luck = Math.random();
        if (luck < 0.2) continue;
        if (luck < 0.4) answer(own, luck < 0.3 ? new Error('away') : new BatchTooLarge('too large'));
        else {
          taken.push(...own);
          answer(own);
        }
      }
    };
    const queue = new SendQueue<number>({ limits, groupOf: (item) => item % 3, send: sending(send) });
    const added: Promise<boolean>[] = [];
    for (let item = 0; item < 300; item++) {
      added.push(
        queue.add(item, 10).then(
          () => true,
          () => false,
        ),
      );
      if (item % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    const isTaken = await Promise.all(added);
    const said = isTaken.flatMap((yes, item) => (yes ? [item] : []));
    const ofGroup = (items: readonly number[], group: number) => items.filter((item) => item % 3 === group);
    for (const group of [0, 1, 2]) expect(ofGroup(taken, group)).toEqual(ofGroup(said, group));
    expect([queue.records, queue.bytes]).toEqual([0, 0]);
  }, 60_000);

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

  test('lets those be at their deadline that were answered for, while others of their batch are under way', async () => {
    let looks = 0;
    const queue = new SendQueue<number>({
      limits: { ...limits, timeoutMs: 100 },
      groupOf: (item) => item % 2,
      send: (batch, answer) => {
        const answered = batch[0]!;
        answer([answered]);
        const group: unknown = Reflect.get(answered, 'group');
        Object.defineProperty(answered, 'group', { get: () => (looks++, group) });
        return new Promise(() => {});
      },
    });
    const outcomes = await Promise.allSettled([queue.add(1, 10), queue.add(2, 10)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(looks).toBe(0);
  });

  test('opens the circuit after repeated failure, lets one record probe, and closes it on success', async () => {
    let broken = true;
    let sends = 0;
    const send: Send = async (items, answer) => {
      sends += 1;
      if (broken) throw new Error('no broker');
      answer(items);
    };
    const queue = queueOf({ send }, { timeoutMs: 500 });
    await expect(queue.add(1, 10)).rejects.toBeInstanceOf(UpstreamUnavailable);
    expect(sends).toBeGreaterThanOrEqual(3);
    // Refused either for the wait after the last failure, or because the first of the two is the probe.
    const pair = await Promise.allSettled([queue.add(3, 10), queue.add(5, 10)]);
    expect(pair[1]).toMatchObject({ status: 'rejected', reason: { cause: { message: 'no broker' } } });

    broken = false;
    const probe = () =>
      queue.add(7, 10).then(
        () => 'taken',
        () => 'refused',
      );
    await expect.poll(probe, eventually).toBe('taken');
    await Promise.all([queue.add(5, 10), queue.add(6, 10)]);
  });

  test('finds the one record that the log refuses, and sends the others in order', async () => {
    const taken: number[] = [];
    const send: Send = async (items, answer) => {
      for (const part of [1, 0]) {
        const own = items.filter((item) => item % 2 === part);
        const isRefused = own.includes(5);
        if (!isRefused) taken.push(...own);
        answer(own, isRefused ? new BatchTooLarge('refused') : undefined);
      }
    };
    const queue = queueOf({ send });
    const outcomes = await Promise.allSettled([1, 2, 3, 4, 5, 6, 7].map((item) => queue.add(item, 10)));
    expect(taken.filter((item) => item % 2 === 0)).toEqual([2, 4, 6]);
    expect(taken.filter((item) => item % 2 === 1)).toEqual([1, 3, 7]);
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
