import { isIP } from 'node:net';
import { expect, test } from 'vitest';
import { sourcesOf } from '../src/load/clients/fleet.ts';
import { countOf, merge, percentile, since } from '../src/load/clients/histogram.ts';
import { Findings, isReached } from '../src/load/findings.ts';
import { shortcomings } from '../src/load/machine.ts';
import { metricSum } from '../src/load/sampling/metrics-text.ts';
import { servicesOf } from '../src/load/sampling/sampler.ts';
import { reportGrowth } from '../src/load/scenarios/growth.ts';
import { isFarOff } from '../src/load/scenarios/guard.ts';
import { recipientsProcess } from '../src/load/scenarios/p2p.ts';
import { differences } from '../src/load/scenarios/upstream.ts';
import type { ClientRows } from '../src/traffic/rows.ts';

test('a machine that is too small for a run is told what it lacks', () => {
  expect(shortcomings({ connections: 100, nodes: 1, clientProcesses: 1 })).toEqual([]);
  const problems = shortcomings({ connections: 1e9, nodes: 1000, clientProcesses: 1000 });
  expect(problems).toEqual([
    expect.stringMatching(/^MB of memory that is free: \d+ are needed, \d+ are there; /),
    expect.stringContaining('open files of a push-server'),
    expect.stringContaining('open files of a client process'),
    expect.stringContaining('open files of the machine'),
  ]);
});

test.each([
  [{ atMost: 10 }, 10, true, false],
  [{ atMost: 10 }, 20, false, false],
  [{ atMost: 10 }, 21, false, true],
  [{ atLeast: 10 }, 5, false, false],
  [{ atLeast: 10 }, 4, false, true],
  [{ atMost: 10 }, NaN, false, true],
  [null, 1e9, true, false],
])('with the goal %j, is %d reached, and is it far off?', (goal, value, reached, farOff) => {
  const figure = { figure: 'any', unit: '', value, goal };
  expect([isReached(figure), isFarOff(figure)]).toEqual([reached, farOff]);
});

test('histograms are put together, taken apart and read', () => {
  const first = [
    [1000, 98],
    [2000, 1],
  ] as const;
  const both = merge([
    first,
    [
      [2000, 1],
      [5000, 1],
    ],
  ]);
  expect(both).toEqual([
    [1000, 98],
    [2000, 2],
    [5000, 1],
  ]);
  expect(countOf(both)).toBe(101);
  expect([50, 99, 100].map((percent) => percentile(both, percent))).toEqual([1, 2, 5]);
  expect(since(first, both)).toEqual([
    [2000, 1],
    [5000, 1],
  ]);
  expect(percentile([], 50)).toBeNaN();
});

test.each([2, 3, 53])(
  'clients of %d processes send to all others, and each is sent to by one',
  (processes) => {
    for (const client of [0, 1, 2, 60, 18_999]) {
      const recipients = Array.from({ length: processes }, (_, process) =>
        recipientsProcess(process, client, processes),
      );
      expect(recipients.every((recipient, process) => recipient !== process)).toBe(true);
      expect(new Set(recipients).size).toBe(processes);
    }
    const ofOne = Array.from({ length: processes - 1 }, (_, client) =>
      recipientsProcess(0, client, processes),
    );
    expect(new Set(ofOne).size).toBe(processes - 1);
  },
);

test('each process has source addresses of its own', () => {
  const sources = Array.from({ length: 300 }, (_, index) =>
    sourcesOf(index, '127.0.0.1:1').split(','),
  ).flat();
  expect(new Set(sources).size).toBe(1200);
  expect(sources.filter((source) => isIP(source) !== 4)).toEqual([]);
  expect(sourcesOf(0, '10.0.0.5:7400')).toBe('0.0.0.0');
});

test('rows that are missing, doubled or of nobody are found, client by client', () => {
  const published = [
    { id: 'a', last: 3, accepted: 3 },
    { id: 'b', last: 2, accepted: 1 },
    { id: 'silent', last: 0, accepted: 0 },
  ];
  const good = { a: { rows: 3, sequences: 3, last: 3 }, b: { rows: 2, sequences: 2, last: 2 } };
  const compare = (stored: Record<string, ClientRows>) =>
    differences(published, new Map(Object.entries(stored)));
  expect(compare(good)).toEqual({ missing: 0, twice: 0, neverSent: 0 });
  expect(compare({ b: good.b })).toEqual({ missing: 3, twice: 0, neverSent: 0 });
  // As many rows as were accepted, and yet one is missing.
  expect(compare({ ...good, a: { rows: 3, sequences: 2, last: 3 } })).toEqual({
    missing: 1,
    twice: 1,
    neverSent: 0,
  });
  expect(compare({ ...good, b: { rows: 2, sequences: 2, last: 7 } })).toMatchObject({ neverSent: 1 });
  expect(compare({ ...good, stranger: { rows: 1, sequences: 1, last: 1 } })).toMatchObject({
    neverSent: 1,
  });
});

test.each([
  ['steady', 0, 0, 0, []],
  ['leaking', 200e6, 200e6, 0, ['growth of the heap over the run', 'slope of user memory']],
  ['slower and slower', 0, 0, 20, ['p99 of client to client, last quarter against the first']],
])('a long run that is %s', (_what, heapBytes, leaked, slower, missed) => {
  const findings = new Findings(() => undefined);
  const windows = Array.from({ length: 60 }, (_, index) => ({
    hours: (index + 1) / 60,
    // One window in two is busier: that is no growth.
    userBytes: 1e9 + (index % 2) * 5e6 + (leaked * index) / 60,
    p50Ms: 1,
    p99Ms: 2 + (index % 2) + (slower * index) / 60,
  }));
  reportGrowth(findings, { connections: 100_000, nodes: 6, hours: 1, heapBytes, windows });
  expect(findings.missed.map(({ figure }) => figure)).toEqual(missed);
});

test('what services did counts from when they were asked before', () => {
  const said = (seconds: number, upTo: readonly number[], lag: number) =>
    [
      `nodejs_eventloop_lag_max_seconds ${lag}`,
      ...['0.001', '0.01', '0.1', '+Inf'].map(
        (bound, index) => `nodejs_gc_duration_seconds_bucket{le="${bound}",kind="minor"} ${upTo[index]}`,
      ),
      'nodejs_gc_duration_seconds_bucket{le="0.1",kind="major"} 0',
      `nodejs_gc_duration_seconds_sum{kind="minor"} ${seconds}`,
    ].join('\n');
  const first = said(1, [5, 5, 6, 7], 0.5);
  expect(servicesOf([{ before: '', now: first }])).toMatchObject({ longestCollectionMs: Infinity });
  const second = said(1.5, [6, 8, 9, 10], 0.125);
  const third = said(1.5, [6, 8, 9, 10], 0.0625);
  expect(
    servicesOf([
      { before: first, now: second },
      { before: second, now: third },
    ]),
  ).toEqual({ loopDelayMs: 75, collectionSeconds: 0.5, longestCollectionMs: 10 });
  expect(servicesOf([{ before: third, now: third }])).toMatchObject({ longestCollectionMs: 0 });
});

test('a metric is summed over its labels, and no other that begins with its name', () => {
  const text = '# HELP a b\na 1\na{x="1"} 2\na_total 100\nab 100\n';
  expect(metricSum(text, 'a')).toBe(3);
});
