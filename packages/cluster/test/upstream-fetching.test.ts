import { expect, test } from 'vitest';
import { LeaderFetches } from '../src/upstream/leader-fetches.ts';
import { PartitionPositions } from '../src/upstream/partition-positions.ts';

test('a broker that has nothing holds up no other, and is asked once at a time', async () => {
  const fetches = new LeaderFetches<string>();
  const asked: number[] = [];
  const slow = Promise.withResolvers<string>();
  const begin = () => {
    fetches.begin(1, () => (asked.push(1), slow.promise));
    fetches.begin(2, async () => `from 2, asked ${asked.push(2)} times in all`);
  };
  const got: string[] = [];
  for (let i = 0; i < 3; i++) {
    begin();
    got.push(await fetches.next());
  }
  expect(asked).toEqual([1, 2, 2, 2]);
  slow.resolve('from 1');
  begin();
  expect([await fetches.next(), await fetches.next()].toSorted()).toEqual([
    'from 1',
    'from 2, asked 5 times in all',
  ]);
  expect(got).toHaveLength(3);
});

test('of two brokers that always have something neither is forgotten', async () => {
  const fetches = new LeaderFetches<number>();
  const got: number[] = [];
  for (let i = 0; i < 10; i++) {
    for (const leader of [1, 2]) fetches.begin(leader, async () => leader);
    got.push(await fetches.next());
  }
  expect(got.filter((leader) => leader === 1)).toHaveLength(5);
});

test('a fetch that failed while nobody waited is told to who asks next', async () => {
  const fetches = new LeaderFetches<string>();
  fetches.begin(1, () => Promise.reject(new Error('no connection')));
  await new Promise((resolve) => setTimeout(resolve, 10));
  await expect(fetches.next()).rejects.toThrow('no connection');
  fetches.begin(1, async () => 'again');
  expect(await fetches.next()).toBe('again');
});

test('a broker that fills each answer with the first partitions of the question comes round to all of them', () => {
  const positions = new PartitionPositions([0, 1, 2, 3, 4].map((partition) => [partition, 0n]));
  const taken: number[] = [];
  for (let fetch = 0; fetch < 10; fetch++) {
    // As a broker without a fetch session does it, where each partition has more than a whole answer takes; but one has nothing.
    const [[partition, offset] = [0, 0n]] = [...positions].filter(([each]) => each !== 2);
    taken.push(partition);
    positions.advance(partition, offset + 100n);
  }
  expect(taken).toEqual([0, 1, 3, 4, 0, 1, 3, 4, 0, 1]);
  expect(positions.get(0)).toBe(300n);
});

test('a position does not go back, and another member has its partitions for itself', () => {
  const positions = new PartitionPositions([[7, 50n]]);
  positions.advance(7, 40n);
  positions.advance(8, 40n);
  expect([...positions]).toEqual([[7, 50n]]);
});
