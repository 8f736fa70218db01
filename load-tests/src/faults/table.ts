import { readFileSync, writeFileSync } from 'node:fs';
import type { Result } from './runner.ts';

const BEGIN = '<!-- table: written by npm run faults -- --doc docs/faults.md -->';
const END = '<!-- end of table -->';
/** Of the four columns, in characters. */
const WIDTHS = [32, 44, 44, 30] as const;

function expectedOf({ expected, excused }: Result): string {
  return excused.length === 0 ? expected : `${expected}; excused: ${excused.join(', ')}`;
}

/** For a terminal: a paragraph for each scenario, then the count. */
export function textOf(result: Result): string {
  const { name, what, measured, details, failures, seconds } = result;
  const verdict = failures.length === 0 ? 'passed' : 'FAILED';
  return [
    `${verdict}  ${name} (${seconds.toFixed(0)} s): ${what}`,
    `        expected  ${expectedOf(result)}`,
    `        measured  ${measured.join('; ')}`,
    ...details.map((detail) => `                  ${detail}`),
    ...failures.map((failure) => `        FAILED    ${failure}`),
  ].join('\n');
}

/** For a terminal: scenario, expected, measured, verdict. */
export function tableOf(results: readonly Result[]): string {
  const rows = results.map((result) => {
    const { name, measured, failures } = result;
    const verdict = failures.length === 0 ? ['passed'] : ['FAILED', ...failures];
    return [name, expectedOf(result), measured.join('; '), verdict.join(': ')];
  });
  return [['scenario', 'expected', 'measured', 'verdict'], ...rows].map(rowOf).join('\n\n');
}

/** The cells of one row beside each other, each in lines that its column has room for. */
function rowOf(cells: readonly string[]): string {
  const columns = cells.map((cell, column) => linesOf(cell, WIDTHS[column]!));
  const height = Math.max(...columns.map((lines) => lines.length));
  return Array.from({ length: height }, (_, row) =>
    columns
      .map((lines, column) => (lines[row] ?? '').padEnd(WIDTHS[column]!))
      .join('  ')
      .trimEnd(),
  ).join('\n');
}

function linesOf(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(/\s+/)) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (longer.length <= width || lines.at(-1) === '') lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** For docs: scenario, expected, measured, verdict. */
export function markdownOf(results: readonly Result[]): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const rows = results.map((result) => {
    const { name, what, measured, failures } = result;
    const verdict = failures.length === 0 ? 'passed' : `**failed**: ${failures.join('; ')}`;
    return `| \`${name}\`: ${cell(what)} | ${cell(expectedOf(result))} | ${cell(measured.join('; '))} | ${cell(verdict)} |`;
  });
  return ['| scenario | expected | measured | verdict |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** Puts the table between its marks in a page, in the form that the repository's formatter gives it. */
export async function writeTable(file: string, about: string, results: readonly Result[]): Promise<void> {
  const page = readFileSync(file, 'utf8');
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from === -1 || to === -1) throw new Error(`${file} has no place for the table: ${BEGIN}`);
  const table = `\n\n${about}\n\n${markdownOf(results)}\n\n`;
  const { format, resolveConfig } = await import('prettier');
  const text = page.slice(0, from + BEGIN.length) + table + page.slice(to);
  writeFileSync(file, await format(text, { ...(await resolveConfig(file)), parser: 'markdown' }));
}
