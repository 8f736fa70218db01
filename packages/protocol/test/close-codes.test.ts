import { describe, expect, test } from 'vitest';
import { closeAdvice, closeCodes, closeName, type CloseName } from '../src/index.ts';

const names = Object.keys(closeCodes) as CloseName[];

test('every code is given once, and its name is found again', () => {
  const codes = names.map((name) => closeCodes[name].code);
  expect(new Set(codes).size).toBe(codes.length);
  expect(codes.map((code) => closeName(code))).toEqual(names);
  expect(codes.every((code) => code >= 1000 && code <= 3999)).toBe(true);
});

test.each([999, 1999, 4000, 0, -1, Number.NaN])('code %d has no name', (code) => {
  expect(closeName(code)).toBeNull();
});

test.each([
  [1000, 'reconnect'],
  [1999, 'reconnect'],
  [2000, 'sign-in-again'],
  [2999, 'sign-in-again'],
  [3000, 'stay-away'],
  [3999, 'stay-away'],
  [0, 'reconnect'],
  [999, 'reconnect'],
  [4000, 'reconnect'],
  [4_294_967_295, 'reconnect'],
])('code %i advises %s', (code, advice) => {
  expect(closeAdvice(code)).toBe(advice);
});

/** Which advice each reason must give: a name moved to another range would send a fleet away for ever, or keep it hammering. */
describe('each reason is in the range of what the client should do', () => {
  const reconnect: CloseName[] = [
    'serverStopping',
    'idleTimeout',
    'loginTimeout',
    'slowConsumer',
    'overloaded',
  ];
  reconnect.push(
    'backendUnavailable',
    'internalError',
    'rateLimited',
    'reconnectingTooOften',
    'frameTimeout',
  );
  const signInAgain: CloseName[] = ['tokenInvalid', 'tokenExpired', 'tokenRevoked', 'goElsewhere'];

  test.each(names)('%s', (name) => {
    const expected = reconnect.includes(name)
      ? 'reconnect'
      : signInAgain.includes(name)
        ? 'sign-in-again'
        : 'stay-away';
    expect(closeAdvice(closeCodes[name].code)).toBe(expected);
  });
});
