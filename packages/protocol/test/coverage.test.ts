import { existsSync, readFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { expect, test } from 'vitest';
import { testTitles } from '../../../test-support/test-titles.ts';
import { otherTests } from './conversations/other-tests.ts';
import { rules, type RuleId } from './conversations/rules.ts';
import { conversations } from './support/conversations.ts';

const page = new URL('../../../docs/protocol-coverage.md', import.meta.url).pathname;
const packagesFolder = new URL('../../', import.meta.url);
const spec = readFileSync(new URL('../SPEC.md', import.meta.url), 'utf8');
const ids = Object.keys(rules).sort((one, other) => order(one) - order(other)) as RuleId[];

function order(id: string): number {
  const [section, number] = id.slice(1).split('.').map(Number) as [number, number];
  return section * 1000 + number;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

/**
 * The sentences of SPEC.md, without what is code. Section 5 tells how to read the vectors: its words bind the vectors, not those who speak the protocol.
 */
function sentences(): string[] {
  const [protocol, vectors] = spec.split('## 5. Vectors');
  expect(vectors).toBeDefined();
  const paragraphs = protocol!.replace(/```[^]*?```/g, '').split(/\n\s*\n/);
  return paragraphs.flatMap((paragraph) => oneLine(paragraph).split(/(?<=\.) (?=[A-Z`"0-9_*])/));
}

/** How many conversations name a rule, by subject. */
function casesOf(id: RuleId): Map<string, number> {
  const counts = new Map<string, number>();
  for (const under of ['server', 'client'] as const)
    for (const [subject, cases] of conversations(under)) {
      const count = cases.filter(({ because }) => because.startsWith(`${id}: `)).length;
      if (count > 0) counts.set(subject, count);
    }
  return counts;
}

test('each rule stands in SPEC.md in these words', () => {
  const text = oneLine(spec);
  expect(ids.filter((id) => !text.includes(rules[id]))).toEqual([]);
});

test('each sentence of SPEC.md with "must" or "may" is a rule', () => {
  const quotes = Object.values(rules);
  const missing = sentences()
    .filter((sentence) => /\b(must|may)\b/i.test(sentence))
    .filter((sentence) => !quotes.some((quote) => sentence.includes(quote) || quote.includes(sentence)));
  expect(missing).toEqual([]);
});

test('each rule has a test, and each test that is named exists', () => {
  expect(ids.filter((id) => casesOf(id).size === 0 && otherTests[id] === undefined)).toEqual([]);
  const named = Object.values(otherTests).flat();
  const gone = named.filter(([file, words]) => {
    const path = new URL(file, packagesFolder);
    return !existsSync(path) || !testTitles(path).some((title) => title.includes(words));
  });
  expect(gone).toEqual([]);
});

test('docs/protocol-coverage.md says which', async () => {
  const rows = ids.map((id) => {
    const cases = [...casesOf(id)].map(([subject, count]) => `${subject}.json: ${count}`);
    const others = (otherTests[id] ?? []).map(([file, title]) => `${file}: ${title}`);
    return `| ${id} | ${cell(rules[id])} | ${[...cases, ...others.map(cell)].join('<br>')} |`;
  });
  const total = (under: 'server' | 'client'): string =>
    [...conversations(under).values()].flat().length.toLocaleString('en-US');
  const text = `# Which test keeps which rule of the protocol

Every rule of [SPEC.md](../packages/protocol/SPEC.md), in its words, with what tests it. \`x.json: 12\` are twelve conversations of \`packages/protocol/vectors/conversations/x.json\` that
have this rule as their reason: ${total('server')} are held with a live push-server (\`packages/push-server/test/conversations.test.ts\`), ${total('client')} with the SDK (\`packages/sdk/test/conversations.test.ts\`) and with
the Python example (\`examples/test/conversations.test.ts\`). Other tests are named by file, from \`packages/\`, and title. 10,000,000 random and damaged frames go through the parser and the decoder beside that (\`npm run fuzz\`).

This page is written by a test (\`npx vitest run packages/protocol/test/coverage.test.ts -u\`), which fails when a sentence of SPEC.md with "must" or "may" is not here, or a test is gone.

| rule | SPEC.md | tests |
| ---- | ------- | ----- |
${rows.join('\n')}
`;
  const options = { ...(await resolveConfig(page)), filepath: page };
  await expect(await format(text, options)).toMatchFileSnapshot(page);
});

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
