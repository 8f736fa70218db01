import { percentile, type Histogram } from './clients/histogram.ts';

export interface Goal {
  readonly atMost?: number;
  readonly atLeast?: number;
}

export interface Figure {
  readonly figure: string;
  readonly value: number;
  readonly unit: string;
  /** Null for what only informs. */
  readonly goal: Goal | null;
}

export interface Phase {
  readonly name: string;
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

/** What a run has measured, and what was not as it must be. */
export class Findings {
  readonly figures: Figure[] = [];
  /** Something was lost, doubled, evicted or left over; empty: the run was good, whatever its figures. */
  readonly failures: string[] = [];
  readonly latencies: { readonly name: string; readonly histogram: Histogram }[] = [];
  readonly phases: Phase[] = [];
  readonly #onFigure: (figure: Figure) => void;

  constructor(onFigure: (figure: Figure) => void) {
    this.#onFigure = onFigure;
  }

  /** One that could not be measured is NaN: without a goal it is left out. */
  figure(figure: string, value: number, unit: string, goal: Goal | null = null): void {
    if (goal === null && Number.isNaN(value)) return;
    const found = { figure, value, unit, goal };
    this.figures.push(found);
    this.#onFigure(found);
  }

  check(isGood: boolean, otherwise: string): void {
    if (!isGood) this.failures.push(otherwise);
  }

  /** Fails unless both are the same. */
  same(what: string, found: number, expected: number): void {
    this.check(found === expected, `${what}: ${found}, and ${expected} is right`);
  }

  /** Keeps the distribution for the report, and names the percentiles of interest in milliseconds. */
  latency(name: string, histogram: Histogram, goals: Readonly<Record<number, Goal>> = {}): void {
    this.latencies.push({ name, histogram });
    for (const percent of [50, 99, 99.9, 100])
      this.figure(
        `${name}, ${percent === 100 ? 'slowest' : `p${percent}`}`,
        percentile(histogram, percent),
        'ms',
        goals[percent] ?? null,
      );
  }

  get missed(): Figure[] {
    return this.figures.filter((figure) => !isReached(figure));
  }
}

/** A figure that could not be measured is a missed one. */
export function isReached({ value, goal }: Figure): boolean {
  return goal === null || (value <= (goal.atMost ?? Infinity) && value >= (goal.atLeast ?? -Infinity));
}

/** One line for the terminal. */
export function textOf(figure: Figure): string {
  const { value, unit, goal } = figure;
  const number = value.toFixed(Math.abs(value) < 100 ? 2 : 0).padStart(12);
  const verdict = goal === null ? '' : isReached(figure) ? '  reached' : '  MISSED';
  return `${figure.figure.padEnd(66)}${number} ${unit.padEnd(6)}${goalText(goal)}${verdict}`;
}

export function goalText(goal: Goal | null): string {
  if (goal === null) return '';
  return goal.atMost === undefined ? `at least ${goal.atLeast}` : `at most ${goal.atMost}`;
}
