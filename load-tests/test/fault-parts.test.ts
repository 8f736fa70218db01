import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { waitFor } from '../../test-support/helpers.ts';
import { ApiProbe } from '../src/faults/api-probe.ts';
import { wrongDrops } from '../src/faults/drops.ts';
import { reorderedOf } from '../src/faults/order.ts';
import { SeededRandom } from '../src/lib/random.ts';
import { mostInASecond, RateWatch, type Sample } from '../src/faults/rate-watch.ts';
import { ReadyWatch } from '../src/faults/ready-watch.ts';
import { excusesOf, Findings } from '../src/faults/scenario.ts';
import { scenarios } from '../src/faults/scenarios/index.ts';
import { markdownOf, tableOf } from '../src/faults/table.ts';
import { differences, type Vital } from '../src/faults/vitals.ts';
import type { Node } from '../src/lib/cluster.ts';

describe('the list of faults', () => {
  test('has at least 25 scenarios, each with a name of its own', () => {
    const names = scenarios.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(25);
    for (const name of names) expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });

  const result = {
    name: 'a-b',
    what: 'w|x',
    expected: 'what is expected, in more words than one line of its column has room for',
    excused: [],
    measured: ['m1', 'm2'],
    details: [],
    failures: ['f1', 'f2'],
    seconds: 1,
  };

  test('every failure stands in the table', () => {
    const row = `| \`a-b\`: w\\|x | ${result.expected} | m1; m2 | **failed**: f1; f2 |`;
    expect(markdownOf([result])).toContain(row);
  });

  test('what is excused stands in the tables', () => {
    const excused = ['order', 'pushes that fail as routerDied'];
    const tables = [markdownOf, tableOf].map((write) => write([{ ...result, expected: 'e', excused }]));
    expect(tables[0]).toContain('| e; excused: order, pushes that fail as routerDied |');
    expect(tables[1]).toContain('e; excused: order');
    const excusesOfAll = scenarios.map((scenario) => [scenario.name, excusesOf(scenario).join('; ')]);
    expect(Object.fromEntries(excusesOfAll)).toMatchObject({
      'mysql-slow': '',
      'kafka-down': 'order upstream',
      'push-server-killed': 'connections to push-2 that end as lost; order',
    });
  });

  test('the table for a terminal has what was expected, all that was measured, and the verdict', () => {
    const [head, row] = tableOf([result]).split('\n\n');
    expect(head).toMatch(/^scenario +expected +measured +verdict$/);
    const [first, second] = row!.split('\n');
    expect(first).toMatch(/^a-b +what is expected, in more words than one +m1; m2 +FAILED: f1: f2$/);
    expect(second!.trim()).toBe('line of its column has room for');
  });
});

test('the same seed makes the same choices', () => {
  const draw = (): unknown[] => {
    const random = new SeededRandom(42);
    return [random.next(), random.between(1, 1000), random.some(['a', 'b', 'c', 'd'], 2)];
  };
  expect(draw()).toEqual(draw());
  expect(new SeededRandom(43).next()).not.toBe(draw()[0]);
});

test('a scenario makes the same choices whatever ran before it', () => {
  const alone = new SeededRandom(42).of('redis-cut');
  const random = new SeededRandom(42);
  for (let drawn = 0; drawn < 10; drawn++) random.of('kafka-cut').next();
  random.next();
  const draws = Array.from({ length: 5 }, () => alone.next());
  const after = random.of('redis-cut');
  expect(Array.from({ length: 5 }, () => after.next())).toEqual(draws);
  expect(random.of('mysql-cut').next()).not.toBe(draws[0]);
  expect(new SeededRandom(43).of('redis-cut').next()).not.toBe(draws[0]);
});

test('a connection may be lost only where and why the fault says', () => {
  const mayDrop = { nodes: ['push-2'], reasons: ['lost'] };
  const homes = new Map([
    ['a', 'push-1'],
    ['b', 'push-2'],
  ]);
  const wrong = (clientId: string, reason: string, allowed?: typeof mayDrop): number =>
    wrongDrops([{ clientId, reason }], allowed, homes).length;
  expect(wrong('b', 'lost', mayDrop)).toBe(0);
  expect(wrong('b', 'idleTimeout', mayDrop)).toBe(1);
  expect(wrong('a', 'lost', mayDrop)).toBe(1);
  expect(wrong('nobody', 'lost', mayDrop)).toBe(1);
  expect(wrong('b', 'lost')).toBe(1);
});

test('a rate is the most that certainly came within one second', async () => {
  const at = (askedAtMs: number, count: number): Sample => ({
    askedAtMs,
    answeredAtMs: askedAtMs + 50,
    count,
  });
  expect(mostInASecond([])).toBe(0);
  expect(mostInASecond([at(0, 5), at(100, 5), at(200, 35), at(300, 35)])).toBe(30);
  // Ten a second, however the seconds are cut.
  const even = Array.from({ length: 40 }, (_, tenth) => at(tenth * 100, tenth));
  expect(mostInASecond(even)).toBe(9);
  // Nobody knows when within five seconds.
  expect(mostInASecond([at(0, 0), at(5000, 40)])).toBe(0);
  let count = 0;
  const watch = new RateWatch(() => {
    if (count === 0) count = 12;
    else count = 20;
    return count;
  });
  await waitFor(() => count === 20);
  expect(await watch.end()).toEqual({ mostInASecond: 8, total: 8 });
});

test('a process that does not say what it holds, or holds more, is a failure', () => {
  const node = { name: 'one', role: 'auth' } as Node;
  const vital = (heldBytes: number, openFiles = 10): Vital => ({ node, heldBytes, openFiles });
  expect(differences(vital(1e7), vital(2e7), 0)).toEqual([]);
  expect(differences(vital(1e7), vital(5e7), 0)).toHaveLength(1);
  expect(differences(vital(1e7), vital(1e7, 100), 0)).toHaveLength(1);
  expect(differences(vital(1e7), vital(NaN), 0)).toHaveLength(1);
  expect(differences(vital(NaN), vital(1e7), 0)).toHaveLength(1);
});

test('what overtakes is counted for each sender and recipient', () => {
  expect(reorderedOf(['a m1 b', 'c m1 b', 'a m2 b', 'a m3 c', 'a m4 b'])).toBe(0);
  expect(reorderedOf(['a m1 b', 'a m3 b', 'a m2 b', 'a m10 b', 'a m9 b'])).toBe(2);
});

test('a time that is missing or too long is a failure', () => {
  const findings = new Findings();
  findings.within('good', 900, 1000);
  findings.within('late', 1100, 1000);
  findings.within('never', null, 1000);
  findings.within('of nobody', NaN, 1000);
  expect(findings.measured).toContain('good 0.9 s');
  expect(findings.failures).toHaveLength(3);
});

describe('over HTTP', () => {
  let server: Server;
  let url: string;
  let status: number;
  beforeEach(async () => {
    status = 200;
    server = createServer((_, response) => response.writeHead(status).end());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  test('readiness is what was said after the fault, not before', async () => {
    const watch = new ReadyWatch(() => [{ name: 'one', url } as Node]);
    watch.start();
    await waitFor(() => watch.status('one') === 200);
    const nowMs = performance.now();
    expect(await watch.all(['one'], 503, nowMs, 100)).toBeNull();
    status = 503;
    expect(await watch.all(['one'], 503, nowMs, 30_000)).toBeGreaterThan(100);
    watch.stop();
  });

  test('what was said between two times is kept, with whether it was alive', async () => {
    const watch = new ReadyWatch(() => [{ name: 'one', url } as Node]);
    watch.start();
    const fromMs = performance.now();
    await waitFor(() => watch.between('one', fromMs, performance.now()).length >= 2);
    const toMs = performance.now();
    status = 503;
    await waitFor(() => watch.status('one') === 503);
    watch.stop();
    for (const answer of watch.between('one', fromMs, toMs))
      expect(answer).toMatchObject({ status: 200, liveStatus: 200 });
    expect(watch.between('one', toMs, performance.now()).at(-1)).toMatchObject({
      status: 503,
      liveStatus: 503,
    });
  });

  test('an answer 500 fails a call, a 503 does not', async () => {
    const probe = new ApiProbe([{ title: 'call', make: () => fetch(url) }]);
    status = 503;
    probe.start();
    await waitFor(() => probe.summary.includes('x 503'));
    expect(probe.failures).toEqual([]);
    status = 500;
    await waitFor(() => probe.summary.includes('x 500'));
    await probe.stop();
    expect(probe.failures).toHaveLength(1);
  });
});
