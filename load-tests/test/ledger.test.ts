import { describe, expect, test } from 'vitest';
import { emptyLedger, merge, refuse, totalsOf, trafficKinds, type Totals } from '../src/traffic/ledger.ts';
import { failuresOf, tableOf, type DemoReport } from '../src/demo/report.ts';

describe('the ledger', () => {
  test('tells what was acknowledged and never came, and what came more than once', () => {
    const ledger = emptyLedger();
    ledger.sent = 5;
    ledger.acknowledged.push('a m1 b', 'a m2 b', 'c m1 b');
    ledger.received.push('a m1 b', 'a m1 b', 'a m1 b', 'a m3 b');
    refuse(ledger, 'offline', 2);
    expect(totalsOf(ledger)).toEqual({
      sent: 5,
      acknowledged: 3,
      refused: { offline: 2 },
      received: 2,
      duplicates: 2,
      lost: 2,
      lostExamples: ['a m2 b', 'c m1 b'],
    });
  });

  test('the same id of two senders, or to two recipients, is not the same message', () => {
    const ledger = emptyLedger();
    ledger.acknowledged.push('a m1 b');
    ledger.received.push('c m1 b', 'a m1 c');
    expect(totalsOf(ledger)).toMatchObject({ lost: 1, duplicates: 0 });
  });

  test('what several processes wrote down comes together', () => {
    const [one, other] = [emptyLedger(), emptyLedger()];
    one.sent = 1;
    other.sent = 2;
    other.acknowledged.push('x');
    other.received.push('y');
    refuse(one, 'offline');
    refuse(other, 'offline', 2);
    merge(one, other);
    expect(one).toEqual({ sent: 3, acknowledged: ['x'], received: ['y'], refused: { offline: 3 } });
  });
});

describe('the verdict', () => {
  const fine: Totals = { ...totalsOf(emptyLedger()), sent: 9, acknowledged: 9, received: 9 };
  const settled = { byNodes: 31, byDirectory: 31, drift: 0 };
  const good: DemoReport = {
    clients: 30,
    traffic: Object.fromEntries(trafficKinds.map((kind) => [kind, fine])) as DemoReport['traffic'],
    duplicatesOnTheWire: 3,
    rows: { demo: 9, metrics: 5 },
    online: { before: settled, afterKill: settled, worst: { ...settled, drift: 7 }, atEnd: settled },
    killed: { nodeId: 'push-2', clients: 10, back: 10, p50Ms: 500, maxMs: 900 },
    chat: { exit: 0, lastLine: 'all 9 lines arrived in order' },
    device: { accepted: 5, rows: 5 },
    waitingAtEnd: 0,
    expectedOnlineAtEnd: 31,
    problems: [],
    seconds: 60,
  };

  test('a good run has no failure, and a table', () => {
    expect(failuresOf(good)).toEqual([]);
    expect(tableOf(good)).toContain('10 of the 10 clients of push-2 came back: p50 0.5 s, slowest 0.9 s');
  });

  const { traffic } = good;
  test.for<[name: string, change: Partial<DemoReport>, failure: string]>([
    [
      'a lost message',
      { traffic: { ...traffic, upstream: { ...fine, lost: 1, lostExamples: ['a m1'] } } },
      'upstream: lost 1, among them a m1',
    ],
    [
      'a duplicate',
      { traffic: { ...traffic, clientToClient: { ...fine, duplicates: 2 } } },
      'client to client: 2 came twice',
    ],
    [
      'a kind without traffic',
      { traffic: { ...traffic, pushToNew: { ...fine, acknowledged: 0 } } },
      'push to the newly registered: nothing was acknowledged',
    ],
    ['drift', { online: { ...good.online, atEnd: { ...settled, drift: 1 } } }, 'drift at the end: 1'],
    [
      'a client that nobody counts',
      { expectedOnlineAtEnd: 32 },
      'online at the end: 31 by Redis, and 32 clients are connected',
    ],
    [
      'a client that stays away',
      { killed: { ...good.killed, back: 8 } },
      '2 clients of push-2 did not come back',
    ],
    [
      'a kill that nobody felt',
      { killed: { ...good.killed, clients: 0, back: 0 } },
      'push-2 was killed without a client',
    ],
    ['an outbox', { waitingAtEnd: 4 }, 'outboxes: 4 messages were never answered'],
    ['the chat', { chat: { exit: 1, lastLine: 'out of order' } }, 'chat pair: out of order (1)'],
    ['the device', { device: { accepted: 5, rows: 4 } }, 'device: 5 reports accepted, 4 in MySQL'],
    ['any other problem', { problems: ['a push failed'] }, 'a push failed'],
  ])('%s fails the run', ([, change, failure]) => {
    expect(failuresOf({ ...good, ...change })).toEqual([failure]);
  });
});
