import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { waitFor } from '../../../test-support/backends.ts';
import { TimingWheel, type WheelEntry } from '../src/connection/timing-wheel.ts';

class Entry implements WheelEntry {
  deadlineTick = 0;
  wheelNext: WheelEntry | null = null;
  wheelPrevious: WheelEntry | null = null;
  readonly name: number;

  constructor(name: number, deadlineTick: number) {
    this.name = name;
    this.deadlineTick = deadlineTick;
  }
}

const slots = 8;

/** A wheel, and what expired on it: names with the tick at which they did. */
function wheelOf(onExpired: (entry: Entry) => void = () => undefined): {
  wheel: TimingWheel<Entry>;
  expired: [number, number][];
} {
  const expired: [number, number][] = [];
  const wheel: TimingWheel<Entry> = new TimingWheel<Entry>({ tickMs: 1000, slots }, (entry) => {
    expired.push([entry.name, wheel.now]);
    onExpired(entry);
  });
  return { wheel, expired };
}

describe('a timing wheel', () => {
  it('expires each entry at its tick, near or many turns away', () => {
    const { wheel, expired } = wheelOf();
    for (const deadline of [1, 2, 2, 7, 8, 9, 16, 100]) wheel.add(new Entry(deadline, deadline));
    for (let tick = 1; tick <= 200; tick++) wheel.advanceTo(tick);
    expect(expired).toEqual([1, 2, 2, 7, 8, 9, 16, 100].map((deadline) => [deadline, deadline]));
  });

  it('expires a deadline that is past at the next tick', () => {
    const { wheel, expired } = wheelOf();
    wheel.advanceTo(5);
    wheel.add(new Entry(1, 3));
    wheel.advanceTo(6);
    expect(expired).toEqual([[1, 6]]);
  });

  it('forgets what is removed, twice removed or never added', () => {
    const { wheel, expired } = wheelOf();
    const [kept, removed] = [new Entry(1, 3), new Entry(2, 3)];
    wheel.add(kept);
    wheel.add(removed);
    wheel.remove(removed);
    wheel.remove(removed);
    wheel.remove(new Entry(3, 3));
    wheel.advanceTo(slots);
    expect(expired).toEqual([[1, 3]]);
  });

  it.each([
    ['removes', () => undefined],
    ['moves to the next tick', (wheel: TimingWheel<Entry>, entry: Entry) => wheel.add(entry)],
  ])('goes on when an expiry %s its neighbours', (_, then) => {
    for (const victims of [[2], [1, 3], [2, 3], [1, 2, 3, 4]]) {
      const entries = [0, 1, 2, 3, 4].map((name) => new Entry(name, 3));
      let isFirst = true;
      const { wheel, expired } = wheelOf((expiring) => {
        if (!isFirst) return;
        isFirst = false;
        for (const victim of victims.filter((name) => name !== expiring.name)) {
          wheel.remove(entries[victim]!);
          entries[victim]!.deadlineTick = wheel.now + 1;
          then(wheel, entries[victim]!);
        }
      });
      for (const entry of entries) wheel.add(entry);
      wheel.advanceTo(3);
      const first = expired[0]![0];
      const gone = victims.filter((name) => name !== first);
      expect(expired.map(([name]) => name).sort()).toEqual(
        [0, 1, 2, 3, 4].filter((name) => !gone.includes(name)),
      );
      wheel.advanceTo(10);
      expect(expired).toHaveLength(_ === 'removes' ? 5 - gone.length : 5);
    }
  });

  it('takes an entry back that is added again as it expires', () => {
    const { wheel, expired } = wheelOf((entry) => {
      entry.deadlineTick = wheel.now + 3;
      wheel.add(entry);
    });
    wheel.add(new Entry(1, 2));
    wheel.advanceTo(6);
    wheel.advanceTo(12);
    expect(expired).toEqual([
      [1, 2],
      [1, 5],
      [1, 8],
      [1, 11],
    ]);
  });

  it('carries 100,000 entries whose deadlines keep moving, and expires them in one go', () => {
    const { wheel, expired } = wheelOf();
    const entries = Array.from({ length: 100_000 }, (_, name) => new Entry(name, 1 + (name % 30)));
    for (const entry of entries) wheel.add(entry);
    const startedAtMs = performance.now();
    for (let tick = 1; tick <= 100; tick++) {
      for (const entry of entries) entry.deadlineTick = tick + 30;
      wheel.advanceTo(tick);
    }
    expect(expired).toEqual([]);
    wheel.advanceTo(130);
    expect(expired).toHaveLength(100_000);
    expect(new Set(expired.map(([, tick]) => tick))).toEqual(new Set([130]));
    expect(performance.now() - startedAtMs).toBeLessThan(20_000);
  });

  it('is as a naive model says: never early, and to the tick unless the deadline was moved nearer', () => {
    const command = fc.oneof(
      fc.record({ do: fc.constant('add' as const), in: fc.integer({ min: -2, max: 40 }) }),
      fc.record({ do: fc.constant('remove' as const), which: fc.nat(50) }),
      fc.record({ do: fc.constant('later' as const), which: fc.nat(50), by: fc.nat(40) }),
      fc.record({ do: fc.constant('nearer' as const), which: fc.nat(50), by: fc.nat(40) }),
      fc.record({ do: fc.constant('advance' as const), by: fc.integer({ min: 0, max: 12 }) }),
    );
    const run = (commands: (typeof command extends fc.Arbitrary<infer C> ? C : never)[]) => {
      const model = new Map<number, { entry: Entry; exact: boolean; noticedBy: number }>();
      const { wheel } = wheelOf((entry) => {
        const known = model.get(entry.name);
        expect(known, 'on the wheel').toBeDefined();
        expect(wheel.now, 'never early').toBeGreaterThanOrEqual(entry.deadlineTick);
        expect(wheel.now, 'at most a turn late').toBeLessThanOrEqual(known!.noticedBy);
        model.delete(entry.name);
      });
      let lastName = 0;
      for (const each of commands) {
        const chosen =
          'which' in each ? [...model.values()][each.which % Math.max(1, model.size)] : undefined;
        if (each.do === 'add') {
          const entry = new Entry(++lastName, wheel.now + each.in);
          model.set(entry.name, {
            entry,
            exact: true,
            noticedBy: Math.max(entry.deadlineTick, wheel.now + 1),
          });
          wheel.add(entry);
        } else if (each.do === 'advance') {
          for (let left = each.by; left > 0; left--) wheel.advanceTo(wheel.now + 1);
          for (const { noticedBy } of model.values())
            expect(noticedBy, 'still due').toBeGreaterThan(wheel.now);
        } else if (chosen === undefined) {
          continue;
        } else if (each.do === 'remove') {
          wheel.remove(chosen.entry);
          model.delete(chosen.entry.name);
        } else if (each.do === 'later') {
          chosen.entry.deadlineTick += each.by;
          chosen.noticedBy = Math.max(chosen.noticedBy, chosen.entry.deadlineTick);
        } else {
          // Moved nearer the entry is noticed when its slot comes round: within one turn.
          chosen.entry.deadlineTick -= each.by;
          chosen.noticedBy = Math.min(
            chosen.noticedBy,
            Math.max(chosen.entry.deadlineTick, wheel.now) + slots,
          );
        }
      }
      for (let left = 2000; left > 0 && model.size > 0; left--) wheel.advanceTo(wheel.now + 1);
      expect(model.size, 'none is lost').toBe(0);
    };
    fc.assert(fc.property(fc.array(command, { maxLength: 120 }), run), { numRuns: 400 });
  });

  it('stands still while the process does', async () => {
    const expired: number[] = [];
    const wheel = new TimingWheel<Entry>({ tickMs: 20, slots }, ({ name }) => expired.push(name));
    const entry = new Entry(1, 0);
    entry.deadlineTick = wheel.now + wheel.ticks(200);
    wheel.add(entry);
    wheel.start();
    // Nothing of this process runs meanwhile.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600);
    await waitFor(() => wheel.now > 0);
    expect(expired).toEqual([]);
    expect(wheel.now).toBeLessThan(entry.deadlineTick);
    await waitFor(() => expired.length > 0);
    wheel.stop();
  });

  it('moves with the clock, and rests when it is stopped', async () => {
    const expired: number[] = [];
    const wheel = new TimingWheel<Entry>({ tickMs: 10, slots }, ({ name }) => expired.push(name));
    const startedAtMs = performance.now();
    const entry = new Entry(1, 0);
    entry.deadlineTick = wheel.now + wheel.ticks(200);
    wheel.add(entry);
    wheel.start();
    wheel.start();
    await waitFor(() => expired.length > 0);
    expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(200);
    wheel.stop();
    const { now } = wheel;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(wheel.now).toBe(now);
    expect(expired).toEqual([1]);
  });
});
