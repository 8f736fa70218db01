import { expect, test } from 'vitest';
import { titlesIn } from '../test-titles.ts';

// Written with another name, lest this file's own source be full of tests that are skipped.
const source = `
describe('a group', () => {
  it('runs', () => {});
  it.SKIP('is skipped', () => {});
  it.TODO('is to be done');
  it.each(rows)('runs %s', (row) => {});
  it(
    'runs on lines of its own',
    { timeout: 1 },
    () => {},
  );
  test.SKIP(
    'is skipped on lines of its own',
    () => {},
  );
  it.SKIP.each([
    [1],
  ])('is skipped %s', (row) => {
    expect(row).toBe(1);
  });
  describe.SKIP('a group that is skipped', () => {
    it('is skipped with it', () => {});
    describe('so is a group', () => {
      it('and what is in it', () => {});
    });
  });
  it('runs behind it', () => {});
});
describe.skipIf(!hasBackend)('a group with a backend', () => {
  it("it's here", () => {});
});
`.replaceAll(/SKIP|TODO/g, (word) => word.toLowerCase());

test('titles are those of tests and groups that run, if backends are there', () => {
  expect(titlesIn(source)).toEqual([
    'a group',
    'runs',
    'runs %s',
    'runs on lines of its own',
    'runs behind it',
    'a group with a backend',
    "it's here",
  ]);
});
