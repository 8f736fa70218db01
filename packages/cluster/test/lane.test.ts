import { describe, expect, it } from 'vitest';
import { waitFor } from '../../../test-support/backends.ts';
import { Lane } from '../src/index.ts';

/** A lane for texts whose calls the test answers one by one. */
function laneOf(
  bounds: Partial<
    Record<'maxQueuedItems' | 'maxQueuedBytes' | 'maxBatchWork' | 'maxBatchBytes' | 'maxCalls', number>
  > = {},
) {
  const batches: string[][] = [];
  const answers: (() => void)[] = [];
  const lane = new Lane<string>({
    maxQueuedItems: 100,
    maxQueuedBytes: 1000,
    maxBatchWork: 10,
    maxBatchBytes: 100,
    maxCalls: 1,
    ...bounds,
    bytesOf: (text) => text.length,
    // `work 3` is so much, all else 1.
    workOf: (text) => Number(/^work (\d+)$/.exec(text)?.[1] ?? 1),
    post: (batch) => {
      batches.push([...batch]);
      return new Promise((resolve) => answers.push(resolve));
    },
  });
  return { lane, batches, answerNext: () => answers.shift()!() };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a lane', () => {
  it('sends what one turn of the event loop brings in one call, and then what piled up behind it', async () => {
    const { lane, batches, answerNext } = laneOf();
    for (const text of ['a', 'b']) expect(lane.add(text)).toBe(true);
    expect(batches).toEqual([]);
    await waitFor(() => batches.length === 1);
    for (const text of ['c', 'd', 'e']) lane.add(text);
    await turn();
    expect(batches).toEqual([['a', 'b']]);
    answerNext();
    await waitFor(() => batches.length === 2);
    answerNext();
    await turn();
    lane.add('f');
    await waitFor(() => batches.length === 3);
    expect(batches).toEqual([['a', 'b'], ['c', 'd', 'e'], ['f']]);
  });

  it('keeps the order over many batches', async () => {
    const { lane, batches, answerNext } = laneOf({ maxBatchWork: 7 });
    const texts = Array.from({ length: 100 }, (_, i) => `${i}`);
    for (const text of texts) lane.add(text);
    for (let done = 0; done < Math.ceil(100 / 7); done++) {
      await waitFor(() => batches.length === done + 1);
      answerNext();
    }
    expect(batches.flat()).toEqual(texts);
    expect(batches.map((batch) => batch.length)).toEqual([...Array(14).fill(7), 2]);
  });

  it('bounds a batch by bytes, and sends a larger item alone', async () => {
    const { lane, batches, answerNext } = laneOf();
    const texts = ['x'.repeat(60), 'y'.repeat(40), 'z', 'L'.repeat(150), 's', 't'];
    for (const text of texts) lane.add(text);
    for (let done = 0; done < 4; done++) {
      await waitFor(() => batches.length === done + 1);
      answerNext();
    }
    expect(batches.map((batch) => batch.map((text) => text[0]))).toEqual([
      ['x', 'y'],
      ['z'],
      ['L'],
      ['s', 't'],
    ]);
  });

  it('bounds a batch by the work that it is, and sends a larger item alone', async () => {
    const { lane, batches, answerNext } = laneOf({ maxBatchWork: 5 });
    const items = ['work 3', 'work 2', 'a', 'work 4', 'work 9', 'b', 'c'];
    for (const item of items) lane.add(item);
    for (let done = 0; done < 4; done++) {
      await waitFor(() => batches.length === done + 1);
      answerNext();
    }
    expect(batches).toEqual([['work 3', 'work 2'], ['a', 'work 4'], ['work 9'], ['b', 'c']]);
  });

  it('begins a call with each turn up to a bound, and then sends what has piled up', async () => {
    const { lane, batches, answerNext } = laneOf({ maxBatchWork: 20, maxCalls: 3 });
    lane.add('first');
    await waitFor(() => batches.length === 1);
    for (let i = 0; i < 35; i++) lane.add(`${i}`);
    await waitFor(() => batches.length === 3);
    lane.add('35');
    for (let i = 0; i < 3; i++) await turn();
    expect(batches.map((batch) => batch.length)).toEqual([1, 20, 15]);
    answerNext();
    await waitFor(() => batches.length === 4);
    expect(batches.slice(1).flat()).toEqual(Array.from({ length: 36 }, (_, i) => `${i}`));
  });

  it('has room for so many items and bytes, without the batch that is on its way', async () => {
    const counted = laneOf({ maxQueuedItems: 2 });
    expect(['a', 'b', 'c'].map((text) => counted.lane.add(text))).toEqual([true, true, false]);
    await waitFor(() => counted.batches.length === 1);
    expect(['d', 'e', 'f'].map((text) => counted.lane.add(text))).toEqual([true, true, false]);

    const weighed = laneOf({ maxQueuedBytes: 10 });
    expect(['12345', '67890', '!', ''].map((text) => weighed.lane.add(text))).toEqual([
      true,
      true,
      false,
      true,
    ]);
    await waitFor(() => weighed.batches.length === 1);
    expect(weighed.lane.add('0123456789')).toBe(true);
    expect(weighed.lane.add('x')).toBe(false);
    weighed.answerNext();
    await waitFor(() => weighed.batches.length === 2);
    expect(weighed.lane.add('0123456789')).toBe(true);
  });
});
