import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { scenarios } from '../../load-tests/src/faults/scenarios/index.ts';
import { testTitles } from '../../test-support/test-titles.ts';

const page = new URL('../../docs/guarantees.md', import.meta.url);
const text = readFileSync(page, 'utf8');
const scenarioNames = scenarios.map(({ name }) => name);

/** The page's `[name]: path`. */
const files = new Map(
  Array.from(text.matchAll(/^\[([\w-]+)\]: (\S+)$/gm), ([, name, path]) => [name!, new URL(path!, page)]),
);

/** What is named as `[words][name]`: a test by its title, or by `group > title`; a scenario by its name. */
function proofsIn(part: string): { words: string; name: string }[] {
  return Array.from(part.matchAll(/\[([^\][]+)\]\[([\w-]+)\]/g), ([, words, name]) => ({
    // The formatter escapes what it might take for Markdown.
    words: words!.replaceAll(/\\(?=[^\w\s])/g, ''),
    name: name!,
  }));
}

function isThere({ words, name }: { words: string; name: string }): boolean {
  if (name === 'faults') return scenarioNames.includes(words.replaceAll('`', ''));
  const titles = testTitles(files.get(name)!);
  return words.split(' > ').every((title) => titles.includes(title));
}

test('every file that is named exists, and every name stands for a file', () => {
  expect([...files].filter(([, file]) => !existsSync(file))).toEqual([]);
  const used = new Set(proofsIn(text).map(({ name }) => name));
  expect([...used].toSorted()).toEqual([...files.keys()].toSorted());
});

test('every test and every scenario that is named exists', () => {
  expect(proofsIn(text).filter((proof) => !isThere(proof))).toEqual([]);
});

test('every promise has a proof, and every scenario proves one', () => {
  const rows = text.split('\n').filter((line) => line.startsWith('| ') && !/^\| (promise|-+) /.test(line));
  expect(rows.length).toBeGreaterThan(50);
  expect(rows.filter((row) => proofsIn(row).length === 0)).toEqual([]);
  const proving = new Set(rows.flatMap(proofsIn).map(({ words }) => words.replaceAll('`', '')));
  expect(scenarioNames.filter((name) => !proving.has(name))).toEqual([]);
});
