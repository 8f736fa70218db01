export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Chart {
  readonly title: string;
  readonly xUnit: string;
  readonly yUnit: string;
  readonly series: readonly Series[];
  /** Stretches of x with a name. */
  readonly bands?: readonly { readonly name: string; readonly from: number; readonly to: number }[];
  readonly isLogY?: boolean;
  /** Where x has marks, and what they say; left out: even ones. */
  readonly xMarks?: readonly (readonly [x: number, label: string])[];
}

const WIDTH = 900;
const HEIGHT = 300;
const LEFT = 70;
const RIGHT = 15;
const TOP = 30;
const BOTTOM = 40;
const COLORS = ['#2563eb', '#dc2626', '#059669', '#9333ea', '#d97706', '#0891b2'];

/** Draws lines as SVG, which needs no program in the page. */
export function drawChart(chart: Chart): string {
  const points = chart.series.flatMap((series) => series.points);
  if (points.length === 0) return '';
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y).filter((y) => !chart.isLogY || y > 0);
  const scaleX = linear(Math.min(...xs), Math.max(...xs), LEFT, WIDTH - RIGHT);
  const lowest = chart.isLogY ? 10 ** Math.floor(Math.log10(Math.min(...ys))) : 0;
  const highest = Math.max(...ys, lowest + Number.EPSILON);
  const place = (y: number): number => (chart.isLogY ? Math.log10(Math.max(y, lowest)) : y);
  const linearY = linear(place(lowest), place(highest) || 1, HEIGHT - BOTTOM, TOP);
  const scaleY = (y: number): number => linearY(place(y));
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(chart.title)}">`,
    ...(chart.bands ?? []).map((band, index) => drawBand(band, index, scaleX)),
    ...yMarks(lowest, highest, chart.isLogY ?? false).map((y) => drawYMark(y, scaleY(y))),
    ...(chart.xMarks ?? evenMarks(Math.min(...xs), Math.max(...xs))).map(([x, label]) =>
      text(scaleX(x), HEIGHT - BOTTOM + 16, label, 'middle'),
    ),
    ...chart.series.map(({ points: line }, index) => drawLine(line, colorOf(index), scaleX, scaleY)),
    ...chart.series.map(({ name }, index) => drawLegend(name, index)),
    text(LEFT, 14, `${chart.title}, ${chart.yUnit}`, 'start', 'title'),
    text(WIDTH - RIGHT, HEIGHT - 6, chart.xUnit, 'end'),
    '</svg>',
  ].join('\n');
}

export function escapeHtml(value: string): string {
  return value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** With a unit of thousands where it is large. */
function shortNumber(value: number): string {
  if (Math.abs(value) >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`;
  if (Math.abs(value) >= 1e4) return `${Number((value / 1e3).toPrecision(3))}k`;
  return String(Number(value.toPrecision(3)));
}

function linear(from: number, to: number, low: number, high: number): (value: number) => number {
  const span = to - from || 1;
  return (value) => low + ((value - from) / span) * (high - low);
}

function colorOf(index: number): string {
  return COLORS[index % COLORS.length]!;
}

function drawLine(
  points: Series['points'],
  color: string,
  scaleX: (x: number) => number,
  scaleY: (y: number) => number,
): string {
  const path = points.map(([x, y]) => `${scaleX(x).toFixed(1)},${scaleY(y).toFixed(1)}`).join(' ');
  return `<polyline points="${path}" fill="none" stroke="${color}" stroke-width="1.5"/>`;
}

function drawBand(
  { name, from, to }: { name: string; from: number; to: number },
  index: number,
  scaleX: (x: number) => number,
): string {
  const x = scaleX(from);
  const width = Math.max(0, scaleX(to) - x);
  const fill = index % 2 === 0 ? '#f1f5f9' : '#e2e8f0';
  const rect = `<rect x="${x.toFixed(1)}" y="${TOP}" width="${width.toFixed(1)}" height="${HEIGHT - TOP - BOTTOM}" fill="${fill}"/>`;
  // A name that has no room is told when the pointer rests on it.
  return `<g>${rect}<title>${escapeHtml(name)}</title>${width > name.length * 6 ? text(x + 4, HEIGHT - BOTTOM - 6, name, 'start', 'band') : ''}</g>`;
}

function drawYMark(value: number, y: number): string {
  return `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y.toFixed(1)}" y2="${y.toFixed(1)}" stroke="#cbd5e1"/>${text(LEFT - 6, y + 4, shortNumber(value), 'end')}`;
}

function drawLegend(name: string, index: number): string {
  const x = WIDTH - RIGHT - 150 * (index + 1);
  return `<rect x="${x}" y="6" width="10" height="10" fill="${colorOf(index)}"/>${text(x + 14, 15, name, 'start')}`;
}

function text(
  x: number,
  y: number,
  content: string,
  anchor: 'start' | 'middle' | 'end',
  kind = 'mark',
): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" class="${kind}">${escapeHtml(content)}</text>`;
}

function yMarks(lowest: number, highest: number, isLog: boolean): number[] {
  if (!isLog) return [0, 0.25, 0.5, 0.75, 1].map((part) => part * highest);
  const marks: number[] = [];
  for (let mark = lowest; mark <= highest * 1.0001; mark *= 10) marks.push(mark);
  return marks;
}

function evenMarks(from: number, to: number): [number, string][] {
  return [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const x = from + part * (to - from);
    return [x, shortNumber(x)];
  });
}
