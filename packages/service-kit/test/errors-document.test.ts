import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { problemCatalogue, tokenRefusals } from '../src/index.ts';

const document = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
const rows = document
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

describe('docs/errors.md', () => {
  it('lists the catalogue of problems, neither more nor less', () => {
    const catalogue = Object.entries(problemCatalogue).map(([code, { status, title }]) => [
      `\`${code}\``,
      String(status),
      title,
    ]);
    expect(rows.filter((row) => row.length === 3)).toEqual(catalogue);
  });

  it('lists the reasons for which a token is refused', () => {
    const reasons = Object.entries(tokenRefusals).map(([reason, meaning]) => [`\`${reason}\``, meaning]);
    expect(rows.filter((row) => row.length === 2)).toEqual(reasons);
  });
});
