import { isPresent } from '../deploy/local/run.ts';

/**
 * Whether a program is there that a suite runs; without it the suite is to be skipped. With LONGWIRE_REQUIRE_BACKENDS=1 a missing one is an
 * error instead.
 */
export function hasProgram(name: string): boolean {
  if (isPresent(name)) return true;
  if (process.env['LONGWIRE_REQUIRE_BACKENDS'] === '1') throw new Error(`this suite needs ${name}`);
  return false;
}
