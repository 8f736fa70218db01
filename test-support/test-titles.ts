import { readFileSync } from 'node:fs';

/** The first argument of a call of describe, it or test, or of what their each and for answer: `it('…'`, `it.each(rows)('…'`. */
const title = /(?:\b(?:describe|it|test)(?:\.\w+)*|\))\(\s*(['"`])((?:\\.|(?!\1).)*)\1,/g;

/** A test or group that never runs, up to the end of its call: a line, or all until the indentation is what it was. For source as Prettier writes it. */
const skipped = /^( *)(?:describe|it|test)(?:\.\w+)*\.(?:skip|todo)\b(?:.*;$|[^]*?^\1[\])}].*;$)/gm;

/**
 * Titles of the tests and groups of a test file, as they stand in its source. For pages that name tests. One that is always skipped is none; one that
 * needs a backend (`skipIf`) is: `npm test` says which backends it did not have.
 */
export function testTitles(file: string | URL): string[] {
  return titlesIn(readFileSync(file, 'utf8'));
}

export function titlesIn(source: string): string[] {
  const titles = source.replaceAll(skipped, '').matchAll(title);
  return Array.from(titles, (match) => match[2]!.replaceAll(/\\(['"`])/g, '$1'));
}
