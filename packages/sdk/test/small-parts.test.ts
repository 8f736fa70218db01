import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressOf, parseAddress } from '../src/address.ts';
import { fullJitterMs } from '../src/backoff.ts';
import { DuplicateFilter } from '../src/duplicate-filter.ts';
import { LongwireClient, type TlsOptions } from '../src/index.ts';
import { NodeChoice } from '../src/node-choice.ts';

describe('backoff', () => {
  test('is anywhere between nothing and a cap that doubles up to its bound', () => {
    expect(fullJitterMs(0, 500, 30_000, () => 1)).toBe(500);
    expect(fullJitterMs(3, 500, 30_000, () => 1)).toBe(4000);
    expect(fullJitterMs(20, 500, 30_000, () => 1)).toBe(30_000);
    expect(fullJitterMs(5000, 500, 30_000, () => 0.5)).toBe(15_000);
    expect(fullJitterMs(3, 500, 30_000, () => 0)).toBe(0);
  });
});

describe('duplicate filter', () => {
  test('knows what is new, in hand and taken', () => {
    const filter = new DuplicateFilter(10);
    expect(filter.begin('a')).toBe('new');
    expect(filter.begin('a')).toBe('in-hand');
    filter.finish('a');
    expect(filter.begin('a')).toBe('taken');
    expect(filter.begin('b')).toBe('new');
    filter.forget('b');
    expect(filter.begin('b')).toBe('new');
  });

  test('remembers exactly its capacity, newest last', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 60 }), (capacity, count) => {
        const filter = new DuplicateFilter(capacity);
        const ids = Array.from({ length: count }, (_, id) => `${id}`);
        for (const id of ids) {
          filter.begin(id);
          filter.finish(id);
        }
        for (const id of ids.slice(-capacity)) expect(filter.begin(id)).toBe('taken');
        if (count > capacity) expect(filter.begin(ids[count - capacity - 1]!)).toBe('new');
      }),
    );
  });
});

describe('node choice', () => {
  const grant = { token: 't', expiresAtMs: 3_600_000, lifeMs: 3_600_000, addresses: ['a:1', 'b:1'] };

  test('goes round the nodes and asks again after three failures', () => {
    const choice = new NodeChoice();
    expect(choice.next(0)).toBeNull();
    choice.granted(grant, 0);
    const seen: (string | undefined)[] = [];
    for (let attempt = 0; attempt < 4; attempt++) {
      seen.push(choice.next(0)?.address);
      choice.failed();
    }
    expect(seen).toEqual(['a:1', 'b:1', 'a:1', undefined]);
  });

  test('a node that was reached wipes out the failures before it', () => {
    const choice = new NodeChoice();
    choice.granted(grant, 0);
    choice.failed();
    choice.failed();
    choice.reached();
    choice.failed();
    choice.failed();
    expect(choice.next(0)).not.toBeNull();
  });

  test('a fast clock does not end in signing in for ever', () => {
    const choice = new NodeChoice();
    const nowMs = grant.expiresAtMs + 1_000_000;
    choice.granted(grant, nowMs);
    expect(choice.next(nowMs)).not.toBeNull();
    expect(choice.next(nowMs)).toBeNull();
  });

  test('a redirect replaces the nodes and keeps the token', () => {
    const choice = new NodeChoice();
    choice.granted(grant, 0);
    choice.redirected(['c:1']);
    expect(choice.next(0)).toEqual({ address: 'c:1', token: 't' });
    choice.redirected([]);
    expect(choice.next(0)).toBeNull();
  });
});

test('addresses', () => {
  for (const isTls of [false, true]) {
    const parsed = (address: string) => parseAddress(addressOf(address, isTls)!);
    expect(parsed('127.0.0.1:7400')).toEqual({ host: '127.0.0.1', port: 7400, isTls });
    expect(parsed('node-1.example.org:1')).toEqual({ host: 'node-1.example.org', port: 1, isTls });
    expect(parsed('[::1]:7400')).toEqual({ host: '::1', port: 7400, isTls });
    // The last would have a server say how it is to be spoken to.
    for (const wrong of ['', 'a', 'a:', 'a:0', 'a:65536', '::1:7400', 'a b:1', 'a:1x', 'tls://a:1'])
      expect(addressOf(wrong, isTls)).toBeNull();
  }
});

test('wrong options are named', () => {
  const right = { authUrl: 'http://127.0.0.1:1', clientId: 'a', clientSecret: 's' };
  expect(() => new LongwireClient({ ...right, clientSecret: '' })).toThrow(/clientSecret is missing/);
  expect(() => new LongwireClient({ ...right, authUrl: 'localhost' })).toThrow(/authUrl is not a URL/);
  expect(() => new LongwireClient({ ...right, maxOutboxMessages: 0 })).toThrow(/maxOutboxMessages.*is 0/);
  expect(() => new LongwireClient({ ...right, backoffMaxMs: NaN })).toThrow(/backoffMaxMs/);
  const tls = { rejectUnauthorized: false } as TlsOptions;
  expect(() => new LongwireClient({ ...right, tls })).toThrow(/tls\.rejectUnauthorized is not an option/);
});
