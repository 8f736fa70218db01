import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LoadFactor, type NodeLoad } from '../src/cluster/load-factor.ts';

const limits = { memoryLimitBytes: 1000, maxConnections: 1000 };
const calm: NodeLoad = { eventLoopDelayMs: 5, memoryBytes: 300, connections: 300 };
const LOOKS_PER_MINUTE = 30;

/** The factor after each look. */
function run(loads: Iterable<Partial<NodeLoad>>, factor = new LoadFactor(limits)): number[] {
  return Array.from(loads, (load) => factor.look({ ...calm, ...load }));
}

function changes(factors: readonly number[]): number {
  return factors.filter((value, index) => index > 0 && value !== factors[index - 1]).length;
}

/** Numbers in [0, 1) that are the same at each run (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('the load factor', () => {
  it('stays 1 on a node that has nothing to complain about, late by 5 ms or by 60', () => {
    expect(new Set(run(Array.from({ length: 500 }, () => ({}))))).toEqual(new Set([1]));
    expect(new Set(run(Array.from({ length: 500 }, () => ({ eventLoopDelayMs: 60 }))))).toEqual(new Set([1]));
  });

  it('does not mind a single bad look', () => {
    const loads = Array.from({ length: 300 }, (_, look) => ({ eventLoopDelayMs: look % 2 === 0 ? 900 : 5 }));
    expect(changes(run(loads))).toBe(0);
  });

  it.each([{ eventLoopDelayMs: 100 }, { memoryBytes: 850 }, { connections: 900 }])(
    'is halved every third look under pressure (%o), down to 0.05, and comes back in steps',
    (pressure) => {
      const factor = new LoadFactor(limits);
      const down = run(
        Array.from({ length: 20 }, () => pressure),
        factor,
      );
      expect(down.filter((_, look) => look % 3 === 2)).toEqual([0.5, 0.25, 0.125, 0.0625, 0.05, 0.05]);
      expect(changes(down)).toBe(5);
      const up = run(
        Array.from({ length: 10 * LOOKS_PER_MINUTE }, () => ({})),
        factor,
      );
      expect(up.slice(0, 16)).toEqual([...Array.from({ length: 14 }, () => 0.05), 0.0625, 0.0625]);
      expect(up.at(-1)).toBe(1);
      expect(up.every((value, index) => index === 0 || value >= up[index - 1]!)).toBe(true);
    },
  );

  it('is always 0.05 to 1, and whatever comes, changes at most 4 times a minute after the way down', () => {
    const load = fc.record({
      eventLoopDelayMs: fc.constantFrom(0, 49, 60, 120, 5000),
      memoryBytes: fc.integer({ min: 0, max: 2000 }),
      connections: fc.integer({ min: 0, max: 1000 }),
    });
    fc.assert(
      fc.property(fc.array(load, { minLength: 300, maxLength: 300 }), (loads) => {
        const factors = run(loads);
        expect(Math.min(...factors)).toBeGreaterThanOrEqual(0.05);
        expect(Math.max(...factors)).toBeLessThanOrEqual(1);
        expect(changes(factors)).toBeLessThanOrEqual(5 + (300 / LOOKS_PER_MINUTE) * 4);
      }),
    );
  });

  it.each([
    ['around the high mark', (next: () => number) => 60 + 80 * next()],
    ['around the low mark', (next: () => number) => 30 + 40 * next()],
    ['calm, with a spike now and then', (next: () => number) => (next() < 0.05 ? 2000 : 5)],
    ['anything', (next: () => number) => 200 * next()],
  ])('does not flap when the lateness is noisy: %s', (_, latenessOf) => {
    for (let seed = 1; seed <= 20; seed++) {
      const next = random(seed);
      const loads = Array.from({ length: 60 * LOOKS_PER_MINUTE }, () => ({
        eventLoopDelayMs: latenessOf(next),
      }));
      // Five on the way down; then hardly any in an hour.
      expect(changes(run(loads))).toBeLessThanOrEqual(12);
    }
  });

  it('does not follow a load that an opponent chooses to make it change as often as it can', () => {
    const factor = new LoadFactor(limits);
    const factors: number[] = [];
    for (let look = 0; look < 60 * LOOKS_PER_MINUTE; look++) {
      // At ease until it has raised, then under pressure until it has lowered.
      const isRaised = factors.length > 0 && factors.at(-1)! > 0.5;
      factors.push(factor.look({ ...calm, eventLoopDelayMs: isRaised ? 500 : 5 }));
    }
    expect(changes(factors)).toBeLessThanOrEqual(20);
  });

  it('comes back, only later, on a node that keeps the memory of its peak', () => {
    const factor = new LoadFactor(limits);
    const peak = Array.from({ length: 20 }, () => ({ memoryBytes: 900 }));
    expect(run(peak, factor).at(-1)).toBe(0.05);
    const minutes = (count: number) =>
      Array.from({ length: count * LOOKS_PER_MINUTE }, () => ({ memoryBytes: 800 }));
    expect(run(minutes(1), factor).at(-1)).toBe(0.05);
    const up = run(minutes(30), factor);
    expect(up.at(-1)).toBe(1);
    expect(up.every((value, index) => index === 0 || value >= up[index - 1]!)).toBe(true);
    // Others of its own say that it has enough to do.
    for (const enough of [{ connections: 800 }, { eventLoopDelayMs: 60 }]) {
      const busy = new LoadFactor(limits);
      run(peak, busy);
      const loads = minutes(60).map((load) => ({ ...load, ...enough }));
      expect(run(loads, busy).at(-1)).toBe(0.05);
    }
  });

  // The load of a node that is `excess` times what it can bear at its full share follows the factor, slowly: clients come and go.
  it.each(
    [1.2, 1.5, 2, 3, 6].flatMap((excess) => [
      { excess, part: 'connections' } as const,
      { excess, part: 'memoryBytes' } as const,
    ]),
  )(
    'finds the share that a node can bear when it is given $excess times too much ($part)',
    ({ excess, part }) => {
      const factor = new LoadFactor(limits);
      const next = random(7);
      let load = 500;
      const factors: number[] = [];
      for (let look = 0; look < 120 * LOOKS_PER_MINUTE; look++) {
        const wanted = 900 * excess * factor.value;
        load += (wanted - load) * 0.02;
        factors.push(factor.look({ ...calm, [part]: load * (0.99 + 0.02 * next()) }));
      }
      const lastHour = factors.slice(60 * LOOKS_PER_MINUTE);
      expect(changes(lastHour)).toBeLessThanOrEqual(6);
      expect(load).toBeLessThan(1000);
      expect(load).toBeGreaterThan(300);
    },
  );
});
