/** A Markdown table, aligned so that it reads well in a terminal, too. The first row is the head. */
export function textTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}

/** With three significant digits and thousands separated: 1,330,000; 12.3; 0.0123. */
export function rounded(value: number | null): string {
  if (value === null) return 'never';
  return value.toLocaleString('en-US', { maximumSignificantDigits: 3 });
}

export function percent(part: number, digits = 1): string {
  return `${(part * 100).toFixed(digits)} %`;
}
