import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { repositoryRoot } from '../deploy/local/sets.ts';

/** What vitest's JSON report says, as far as the runner tells it on. */
export interface Report {
  passed: number;
  /** Failed tests, and files that failed without one: not loaded, a failed hook, a crashed worker. */
  failed: number;
  skipped: number;
  /** Files with tests that did not run, and how many. */
  skippedIn: { file: string; tests: number }[];
}

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  testResults: { name: string; status: string; assertionResults: { status: string }[] }[];
}

export async function readReport(path: string): Promise<Report> {
  const report = JSON.parse(await readFile(path, 'utf8')) as VitestReport;
  const count = (file: VitestReport['testResults'][number], ...statuses: string[]) =>
    file.assertionResults.filter(({ status }) => statuses.includes(status)).length;
  const failedFiles = report.testResults.filter(
    (file) => file.status === 'failed' && count(file, 'failed') === 0,
  );
  const skippedIn = report.testResults
    .map((file) => ({
      file: relative(repositoryRoot, file.name),
      tests: file.assertionResults.length - count(file, 'passed', 'failed'),
    }))
    .filter(({ tests }) => tests > 0);
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + failedFiles.length,
    skipped: skippedIn.reduce((sum, { tests }) => sum + tests, 0),
    skippedIn,
  };
}

/** The last line of a test run, for people and programs. */
export function totals({ passed, failed, skipped }: Report): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
