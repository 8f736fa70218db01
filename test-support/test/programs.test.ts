import { afterEach, expect, test, vi } from 'vitest';
import { hasProgram } from '../programs.ts';

afterEach(() => vi.unstubAllEnvs());

test('a program that is missing is an error where backends are required, else only missing', () => {
  vi.stubEnv('LONGWIRE_REQUIRE_BACKENDS', '');
  expect([hasProgram('sh'), hasProgram('no-such-program')]).toEqual([true, false]);
  vi.stubEnv('LONGWIRE_REQUIRE_BACKENDS', '1');
  expect(hasProgram('sh')).toBe(true);
  expect(() => hasProgram('no-such-program')).toThrow('no-such-program');
});
