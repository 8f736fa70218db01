import type { Contender } from './contender.ts';
import { figures, type FigureName, type Score } from './figures.ts';

export interface Column {
  readonly contender: Pick<Contender, 'name' | 'version' | 'remarks'>;
  readonly score: Score;
}

/** What differs by less than this would be the other way round in another run. */
const CLEARLY = 0.95;

/**
 * A Markdown table of what was measured. The first column is Longwire's; in the others each figure is followed by how many times it is
 * Longwire's, in bold where it is clearly less: there the peer wins.
 */
export function tableOf([own, ...others]: readonly Column[]): string {
  if (own === undefined) return '';
  const columns = [own, ...others];
  const rows = Object.keys(figures)
    .map((name) => name as FigureName)
    .filter((name) => columns.some(({ score }) => score.of(name) !== null))
    .map((name) => {
      const ours = own.score.of(name);
      const theirs = others.map(({ score }) => compared(score.of(name), ours));
      return [`${figures[name].what}, ${figures[name].unit}`, numberOf(ours), ...theirs];
    });
  const heads = ['', ...columns.map(({ contender: { name, version } }) => `${name} ${version}`)];
  const lines = [heads, heads.map((_, index) => (index === 0 ? '---' : '---:')), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** How each was set up. */
export function remarksOf(columns: readonly Column[]): string {
  return columns.map(({ contender: { name, remarks } }) => `- ${name}: ${remarks}.`).join('\n');
}

function compared(theirs: number | null, ours: number | null): string {
  if (theirs === null || ours === null) return numberOf(theirs);
  const text = `${numberOf(theirs)} (${numberOf(theirs / ours)}×)`;
  return theirs < ours * CLEARLY ? `**${text} wins**` : text;
}

/** Two or three digits that mean something. */
function numberOf(value: number | null): string {
  if (value === null) return '–';
  if (Math.abs(value) >= 100) return String(Math.round(value));
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}
