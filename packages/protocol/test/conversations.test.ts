import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { conversationFiles } from './conversations/all.ts';
import type { Conversation } from './conversations/build.ts';

const folder = new URL('../vectors/conversations/', import.meta.url);

test('vectors/conversations is what the cases give now: npm run conversations -w packages/protocol', () => {
  const files = conversationFiles();
  expect(readdirSync(folder).sort()).toEqual(Object.keys(files).sort());
  const stale = Object.keys(files).filter(
    (name) => readFileSync(new URL(name, folder), 'utf8') !== files[name],
  );
  expect(stale).toEqual([]);
});

test('no name is there twice', () => {
  const cases = Object.values(conversationFiles()).flatMap((text) => JSON.parse(text) as Conversation[]);
  const names = cases.map(({ name }) => name);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  expect(twice).toEqual([]);
  for (const { name, start, steps } of cases) {
    expect(steps.length, name).toBeGreaterThan(0);
    const strangers = steps.filter(({ as = 'a' }) => !(as in start));
    expect(strangers, name).toEqual([]);
  }
});
