import { writeFileSync } from 'node:fs';
import type { LoadOptions } from '../arguments.ts';
import { isReached, type Findings } from '../findings.ts';
import type { Machine } from '../machine.ts';
import type { Sample } from '../sampling/sampler.ts';
import { toHtml } from './html.ts';

/** A whole run. What is written as JSON is this, with `isReached` beside each figure. */
export interface Report {
  readonly scenario: string;
  readonly what: string;
  /** RFC 3339 */
  readonly startedAt: string;
  readonly seconds: number;
  readonly options: Omit<LoadOptions, 'jsonFile'>;
  readonly machine: Machine;
  /** Of the push-servers and services, where they are not the defaults. */
  readonly settings: Readonly<Record<string, string>>;
  readonly figures: Findings['figures'];
  readonly failures: Findings['failures'];
  readonly latencies: Findings['latencies'];
  readonly phases: Findings['phases'];
  readonly samples: readonly Sample[];
}

/** Writes the report as JSON, and as HTML beside it, in a folder that exists. Answers the name of the latter. */
export function writeReport(report: Report, jsonFile: string): string {
  const htmlFile = `${jsonFile.replace(/\.json$/, '')}.html`;
  const figures = report.figures.map((figure) => ({ ...figure, isReached: isReached(figure) }));
  writeFileSync(jsonFile, `${JSON.stringify({ ...report, figures }, null, 1)}\n`);
  writeFileSync(htmlFile, toHtml(report));
  return htmlFile;
}
