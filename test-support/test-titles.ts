import { readFileSync } from 'node:fs';

/** The first argument of a call of describe, it or test, or of what their each and for answer: `it('…'`, `it.each(rows)('…'`. */
const title = /(?:\b(?:describe|it|test)(?:\.\w+)*|\))\(\s*(['"`])((?:\\.|(?!\1).)*)\1,/g;

/** Titles of the tests and groups of a test file, as they stand in its source. For pages that name tests. */
export function testTitles(file: string | URL): string[] {
  const source = readFileSync(file, 'utf8');
  return Array.from(source.matchAll(title), (match) => match[2]!.replaceAll(/\\(['"`])/g, '$1'));
}
